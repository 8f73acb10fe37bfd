/* SPDX-License-Identifier: MIT */
#include "s2s/recall.h"

#include "base/map.h"
#include "base/mem.h"

static void free_time(void *value)
{
	int64_t *until = value;

	mem_free(&until);
}

void recall_init(struct recall *r)
{
	r->until = map_new();
}

void recall_fini(struct recall *r)
{
	map_free(&r->until, free_time);
}

static void drop_past(struct recall *r, int64_t now)
{
	struct map_cursor cursor;

	map_begin(r->until, &cursor);
	while (map_next(&cursor)) {
		if (*(int64_t *)cursor.value <= now)
			free_time(map_steal(r->until, cursor.key));
	}
}

bool recall_add(struct recall *r, const char *domain, int64_t until,
		int64_t now)
{
	bool was_known = recall_has(r, domain, now);
	int64_t *known = map_get(r->until, domain);

	if (known) {
		*known = until;
		return !was_known;
	}
	if (map_count(r->until) >= RECALL_MAX)
		drop_past(r, now);
	if (map_count(r->until) >= RECALL_MAX)
		return false;
	known = mem_new(int64_t);
	*known = until;
	map_add(r->until, domain, known);
	return true;
}

bool recall_remove(struct recall *r, const char *domain)
{
	int64_t *until = map_steal(r->until, domain);
	bool was_known = until != NULL;

	mem_free(&until);
	return was_known;
}

bool recall_has(const struct recall *r, const char *domain, int64_t now)
{
	const int64_t *until = map_get(r->until, domain);

	return until && *until > now;
}
