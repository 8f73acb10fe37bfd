/* SPDX-License-Identifier: MIT */
#include "muc/room_activity.h"

#include <string.h>

#define HOUR 3600000

static void shift(struct room_activity *a, int64_t now)
{
	int64_t hour = now / HOUR, by = hour - a->hour;

	if (by <= 0) /* a clock that was set back counts on */
		return;
	if (by > ROOM_ACTIVITY_HOURS)
		by = ROOM_ACTIVITY_HOURS;
	memmove(a->counts + by, a->counts,
		(size_t)(ROOM_ACTIVITY_HOURS - by) * sizeof(*a->counts));
	memset(a->counts, 0, (size_t)by * sizeof(*a->counts));
	a->hour = hour;
}

void room_activity_count(struct room_activity *a, int64_t now)
{
	shift(a, now);
	if (a->counts[0] < UINT32_MAX)
		a->counts[0]++;
}

int64_t room_activity_get(struct room_activity *a, int64_t now)
{
	int64_t sum = 0;

	shift(a, now);
	for (int i = 1; i < ROOM_ACTIVITY_HOURS; i++)
		sum += a->counts[i];
	return sum * 100 / (ROOM_ACTIVITY_HOURS - 1);
}
