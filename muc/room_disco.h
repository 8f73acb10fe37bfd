/* SPDX-License-Identifier: MIT */
/*
 * room_disco: what a room tells of itself (XEP-0045 #disco-roominfo,
 * #disco-roomitems).
 *
 * Thread: conference loop.
 */
#pragma once

struct act;
struct room;

void room_disco_info(struct act *a);
/** Who is in a room is its occupants' business: the list is empty. */
void room_disco_items(struct act *a);
/** The room's capabilities as a hash (XEP-0115); owned. */
char *room_disco_make_ver(struct room *r);
