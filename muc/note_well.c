/* SPDX-License-Identifier: MIT */
#include "muc/note_well.h"

#include "base/map.h"
#include "base/mem.h"

void note_well_init(struct note_well *n)
{
	*n = (struct note_well){ 0 };
}

void note_well_fini(struct note_well *n)
{
	if (n->told)
		map_free(&n->told, free);
}

static bool is_past(int64_t at, int64_t now)
{
	return now - at >= NOTE_WELL_EVERY;
}

bool note_well_is_due(const struct note_well *n, const char *jid, int64_t now)
{
	const int64_t *at = n->told ? map_get(n->told, jid) : NULL;

	return !at || is_past(*at, now);
}

/* The walk is by age: who is told again goes to the end. */
static void forget_first(struct note_well *n)
{
	struct map_cursor cursor;

	map_begin(n->told, &cursor);
	if (map_next(&cursor))
		free(map_steal(n->told, cursor.key));
}

void note_well_put(struct note_well *n, const char *jid, int64_t at)
{
	int64_t *told;

	if (!n->told)
		n->told = map_new();
	told = map_get(n->told, jid);
	if (told) {
		*told = at;
		map_to_end(n->told, jid);
		return;
	}
	if (map_count(n->told) >= NOTE_WELL_MAX)
		forget_first(n);
	map_add(n->told, jid, mem_dup(&at, sizeof(at)));
}

void note_well_prune(struct note_well *n, int64_t now)
{
	struct map_cursor cursor;

	if (!n->told)
		return;
	map_begin(n->told, &cursor);
	while (map_next(&cursor)) {
		if (!is_past(*(const int64_t *)cursor.value, now))
			return;
		free(map_steal(n->told, cursor.key));
	}
	map_free(&n->told, NULL);
}
