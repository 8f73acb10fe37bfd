/* SPDX-License-Identifier: MIT */
#include "s2s/crowd.h"

#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"

#define MAX_PAIRS 65536

/** The numbers of one pair, the eldest first. */
struct crowd_pair {
	size_t count;
	uint64_t numbers[];
};

struct crowd {
	size_t per_pair;
	struct map *pairs; /* "remote local" -> struct crowd_pair */
};

struct crowd *crowd_new(unsigned per_pair)
{
	struct crowd *c = mem_new(struct crowd);

	require(per_pair > 0);
	c->per_pair = per_pair;
	c->pairs = map_new();
	return c;
}

void crowd_free(struct crowd **c)
{
	if (!*c)
		return;
	map_free(&(*c)->pairs, free);
	mem_free(c);
}

static char *key_of(const char *local, const char *remote)
{
	return str_format("%s %s", remote, local);
}

/* Of the pair that came first, the streams are not counted any more. */
static void forget_first(struct crowd *c)
{
	struct map_cursor cursor;
	struct crowd_pair *p;

	map_begin(c->pairs, &cursor);
	if (!map_next(&cursor))
		return;
	p = map_steal(c->pairs, cursor.key);
	mem_free(&p);
}

static struct crowd_pair *need_pair(struct crowd *c, const char *key)
{
	struct crowd_pair *p = map_get(c->pairs, key);

	if (p)
		return p;
	if (map_count(c->pairs) >= MAX_PAIRS)
		forget_first(c);
	p = mem_zero(1, sizeof(*p) + c->per_pair * sizeof(p->numbers[0]));
	map_add(c->pairs, key, p);
	return p;
}

/* Its place, or count. */
static size_t find(const struct crowd_pair *p, uint64_t number)
{
	size_t i = 0;

	while (i < p->count && p->numbers[i] != number)
		i++;
	return i;
}

static void drop(struct crowd_pair *p, size_t i)
{
	p->count--;
	memmove(p->numbers + i, p->numbers + i + 1,
		(p->count - i) * sizeof(p->numbers[0]));
}

uint64_t crowd_add(struct crowd *c, const char *local, const char *remote,
		   uint64_t number)
{
	char *key = key_of(local, remote);
	struct crowd_pair *p = need_pair(c, key);
	uint64_t eldest = 0;

	mem_free(&key);
	if (find(p, number) < p->count)
		return 0;
	if (p->count == c->per_pair) {
		eldest = p->numbers[0];
		drop(p, 0);
	}
	p->numbers[p->count++] = number;
	return eldest;
}

static void remove_from(struct crowd *c, const char *key, uint64_t number)
{
	struct crowd_pair *p = map_get(c->pairs, key);

	if (!p || find(p, number) == p->count)
		return;
	drop(p, find(p, number));
	if (p->count > 0)
		return;
	p = map_steal(c->pairs, key);
	mem_free(&p);
}

void crowd_remove(struct crowd *c, const char *local, const char *remote,
		  uint64_t number)
{
	char *key = key_of(local, remote);

	remove_from(c, key, number);
	mem_free(&key);
}

size_t crowd_count(const struct crowd *c)
{
	return map_count(c->pairs);
}
