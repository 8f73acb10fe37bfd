/* SPDX-License-Identifier: MIT */
/*
 * iq_admin: roles and affiliations (XEP-0045 #moderator, #admin and the lists
 * of #owner): changing them, one IQ all or nothing.
 *
 * Thread: conference loop.
 */
#pragma once

struct act;

void iq_admin_set(struct act *a);
