/* SPDX-License-Identifier: MIT */
/*
 * iq_owner: what an owner asks of a room (XEP-0045 #createroom, #roomconfig).
 *
 * Thread: conference loop.
 */
#pragma once

struct act;

void iq_owner_get(struct act *a);
void iq_owner_set(struct act *a);
