/* SPDX-License-Identifier: MIT */
/*
 * iq_admin: kicks, voice, bans and the lists of roles and affiliations
 * (XEP-0045 #moderator, #admin, #modifyowner). All of a request or nothing.
 *
 * Thread: conference loop.
 */
#pragma once

struct act;

void iq_admin_get(struct act *a);
void iq_admin_set(struct act *a);
