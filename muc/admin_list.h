/* SPDX-License-Identifier: MIT */
/*
 * admin_list: the lists of a room - who has a role, who an affiliation - to
 * those who may read them (XEP-0045 #modifyvoice, #modifyban and following).
 *
 * Thread: conference loop.
 */
#pragma once

struct act;

void admin_list_get(struct act *a);
