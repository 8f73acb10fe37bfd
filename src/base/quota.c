/* SPDX-License-Identifier: MIT */
#include "base/quota.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/throttle.h"

#define MAX_NAMES 65536
#define LOOKED_AT 2 /* of the oldest, for each new name */

struct quota {
	double rate;
	double burst;
	struct map *buckets; /* name -> struct throttle */
};

struct quota *quota_new(double rate, double burst)
{
	struct quota *q = mem_new(struct quota);

	q->rate = rate;
	q->burst = burst;
	q->buckets = map_new();
	return q;
}

void quota_free(struct quota **q)
{
	if (!*q)
		return;
	map_free(&(*q)->buckets, free);
	mem_free(q);
}

/* The first in line is forgotten if its bucket is full, else it goes to the end
 * of the line. */
static void look_at_first(struct quota *q, int64_t now)
{
	struct map_cursor cursor;
	struct throttle *t;

	map_begin(q->buckets, &cursor);
	if (!map_next(&cursor))
		return;
	t = cursor.value;
	if (throttle_is_full(t, now) || map_count(q->buckets) >= MAX_NAMES) {
		t = map_steal(q->buckets, cursor.key);
		mem_free(&t);
		return;
	}
	map_to_end(q->buckets, cursor.key);
}

bool quota_take(struct quota *q, const char *name, int64_t now)
{
	struct throttle *t = map_get(q->buckets, name);

	if (!t) {
		for (int i = 0; i < LOOKED_AT; i++)
			look_at_first(q, now);
		t = mem_new(struct throttle);
		throttle_init(t, q->rate, q->burst, now);
		map_add(q->buckets, name, t);
	}
	return throttle_take(t, 1, now);
}

size_t quota_count(const struct quota *q)
{
	return map_count(q->buckets);
}
