/* SPDX-License-Identifier: MIT */
#include "meeting/hands.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"

static char there;

void hands_init(struct hands *h)
{
	*h = (struct hands){ .number = 0 };
}

void hands_end(struct hands *h)
{
	mem_free(&h->question);
	mem_free(&h->line);
	map_free(&h->may, NULL);
	map_free(&h->said, free);
}

void hands_fini(struct hands *h)
{
	hands_end(h);
}

void hands_ask(struct hands *h, int64_t number, const char *question,
	       const char *line, const struct map *present, int64_t at)
{
	struct map_cursor cursor;

	hands_end(h);
	h->number = number;
	h->question = str_dup(question);
	h->line = str_dup(line);
	h->at = at;
	h->may = map_new();
	h->said = map_new();
	map_begin(present, &cursor);
	while (map_next(&cursor))
		map_add(h->may, cursor.key, &there);
}

bool hands_may(const struct hands *h, const char *jid)
{
	return h->question && jid && map_get(h->may, jid);
}

void hands_take(struct hands *h, const char *jid, int64_t value)
{
	int64_t *said;

	if (!hands_may(h, jid))
		return;
	said = map_get(h->said, jid);
	if (!said) {
		said = mem_new(int64_t);
		map_add(h->said, jid, said);
	}
	*said = value;
}

struct hands_counts hands_count(const struct hands *h)
{
	struct hands_counts c = { 0 };
	struct map_cursor cursor;

	if (!h->question)
		return c;
	c.present = map_count(h->may);
	map_begin(h->said, &cursor);
	while (map_next(&cursor)) {
		int64_t value = *(const int64_t *)cursor.value;

		c.yes += value > 0;
		c.no += value < 0;
		c.abstain += value == 0;
	}
	return c;
}
