/* SPDX-License-Identifier: MIT */
/*
 * iq_register: becoming a member of an open room with a nickname of one's own
 * (XEP-0045 #register, XEP-0077), and discovering it (#reservednick).
 *
 * Thread: conference loop.
 */
#pragma once

struct act;

void iq_register_get(struct act *a);
void iq_register_set(struct act *a);
/** disco#info on the node x-roomuser-item. */
void iq_register_disco(struct act *a);
