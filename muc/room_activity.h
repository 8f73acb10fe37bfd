/* SPDX-License-Identifier: MIT */
/*
 * room_activity: how much is said in a room: messages an hour over the last day
 * (XEP-0502 #impl: a register of hours that is shifted).
 *
 * Thread: conference loop. Owner: embedded in struct room.
 */
#pragma once

#include "base/base.h"

#define ROOM_ACTIVITY_HOURS 25 /* the current one, and a day */

struct room_activity {
	uint32_t counts[ROOM_ACTIVITY_HOURS]; /* the newest first */
	int64_t hour; /* of counts[0]; hours since epoch, 0 = none yet */
};

void room_activity_count(struct room_activity *a, int64_t now);
/** Messages an hour, in hundredths. */
int64_t room_activity_get(struct room_activity *a, int64_t now);
