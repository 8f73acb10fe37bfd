/* SPDX-License-Identifier: MIT */
#include "meeting/hands.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"

struct hand {
	int64_t value; /* 1, -1, 0 */
	bool by_sign;
};

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

bool hands_is_sign(const struct hands *h, const char *jid)
{
	const struct hand *hand = hands_may(h, jid) ? map_get(h->said, jid)
						    : NULL;

	return hand && hand->by_sign;
}

void hands_take(struct hands *h, const char *jid, int64_t value, bool by_sign)
{
	struct hand *hand;

	if (!hands_may(h, jid))
		return;
	if (value == HANDS_DOWN) {
		free(map_steal(h->said, jid));
		return;
	}
	hand = map_get(h->said, jid);
	if (!hand) {
		hand = mem_new(struct hand);
		map_add(h->said, jid, hand);
	}
	*hand = (struct hand){ value, by_sign };
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
		const struct hand *hand = cursor.value;

		c.yes += hand->value > 0;
		c.no += hand->value < 0;
		c.abstain += hand->value == 0;
	}
	return c;
}
