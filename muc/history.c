/* SPDX-License-Identifier: MIT */
#include "muc/history.h"

#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "xml/elem.h"
#include "xmpp/datetime.h"
#include "xmpp/mark.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

void history_init(struct history *h, size_t max)
{
	*h = (struct history){ .max = max };
}

static void line_fini(struct history_line *line)
{
	frozen_unref(&line->live);
	frozen_unref(&line->past);
}

void history_fini(struct history *h)
{
	for (size_t i = 0; i < h->count; i++)
		line_fini(&h->lines[(h->first + i) % h->max]);
	mem_free(&h->lines);
	h->count = h->first = 0;
}

void history_sleep(struct history *h)
{
	history_fini(h);
	h->state = HISTORY_ASLEEP;
}

/* The place of a new newest line; the oldest goes when the ring is full. */
static struct history_line *next_line(struct history *h, const char *stanza_id,
				      int64_t at)
{
	struct history_line *line;

	if (!h->max)
		return NULL;
	if (!h->lines)
		h->lines = mem_zero(h->max, sizeof(*h->lines));
	if (h->count == h->max) {
		line_fini(&h->lines[h->first]);
		h->first = (h->first + 1) % h->max;
		h->count--;
	}
	line = &h->lines[(h->first + h->count++) % h->max];
	*line = (struct history_line){ .at = at };
	str_copy(line->id, sizeof(line->id), stanza_id);
	return line;
}

void history_add(struct history *h, struct frozen *live, const char *stanza_id,
		 int64_t at)
{
	struct history_line *line = next_line(h, stanza_id, at);

	if (line)
		line->live = frozen_ref(live);
}

void history_add_past(struct history *h, struct elem *stanza,
		      const char *stanza_id, const struct jid *room,
		      int64_t at)
{
	struct history_line *line = next_line(h, stanza_id, at);

	if (!line)
		return;
	mark_add_delay(stanza, room, at);
	line->past = frozen_new(stanza);
}

static struct history_line *find_line(struct history *h, const char *stanza_id)
{
	for (size_t i = h->count; i > 0; i--) {
		struct history_line *line =
			&h->lines[(h->first + i - 1) % h->max];

		if (str_equal(line->id, stanza_id))
			return line;
	}
	return NULL;
}

struct elem *history_find(struct history *h, const char *stanza_id)
{
	struct history_line *line = find_line(h, stanza_id);

	return line ? frozen_thaw(line->past ? line->past : line->live) : NULL;
}

struct elem *history_read(const struct history *h, size_t i,
			  const char **id_out, int64_t *at_out)
{
	const struct history_line *line;

	if (i >= h->count)
		return NULL;
	line = &h->lines[(h->first + i) % h->max];
	*id_out = line->id;
	if (at_out)
		*at_out = line->at;
	return frozen_thaw(line->past ? line->past : line->live);
}

void history_replace(struct history *h, const struct jid *room,
		     const char *stanza_id, struct elem *tombstone)
{
	struct history_line *line = find_line(h, stanza_id);

	if (!line)
		return;
	line_fini(line);
	mark_add_delay(tombstone, room, line->at);
	line->past = frozen_new(tombstone);
}

void history_remove(struct history *h, const char *stanza_id)
{
	struct history_line *line = find_line(h, stanza_id);
	struct history_line *next;
	size_t at;

	if (!line)
		return;
	line_fini(line);
	at = ((size_t)(line - h->lines) + h->max - h->first) % h->max;
	for (; at + 1 < h->count; at++) {
		next = &h->lines[(h->first + at + 1) % h->max];
		h->lines[(h->first + at) % h->max] = *next;
	}
	h->count--;
}

static int64_t read_count(const struct elem *e, const char *name)
{
	const char *text = elem_attr(e, name);
	int64_t value;

	if (!text || str_to_int64(text, 0, INT32_MAX, &value))
		return -1;
	return value;
}

struct history_wish history_read_wish(const struct elem *x, int64_t now)
{
	struct history_wish wish = { -1, -1, -1 };
	const struct elem *e = x ? elem_child(x, "history", NS_MUC) : NULL;
	const char *since;
	int64_t seconds, at;

	if (!e)
		return wish;
	wish.max_chars = read_count(e, "maxchars");
	wish.max_stanzas = read_count(e, "maxstanzas");
	seconds = read_count(e, "seconds");
	if (seconds >= 0)
		wish.since = now - seconds * 1000;
	since = elem_attr(e, "since");
	if (since && !datetime_parse(since, &at) && at > wish.since)
		wish.since = at;
	return wish;
}

/* Most lines are never asked for: the delay is added at the first wish. */
static struct frozen *get_past(struct history_line *line,
			       const struct jid *room)
{
	struct elem *e;

	if (!line->past) {
		e = frozen_thaw(line->live);
		mark_add_delay(e, room, line->at);
		line->past = frozen_new(e);
		elem_free(&e);
		frozen_unref(&line->live);
	}
	return line->past;
}

size_t history_choose(struct history *h, const struct history_wish *wish,
		      const struct jid *room, size_t to_len)
{
	int64_t chars = 0;
	size_t n;

	for (n = 0; n < h->count; n++) {
		size_t at = (h->first + h->count - 1 - n) % h->max;
		struct history_line *line = &h->lines[at];

		if (wish->max_stanzas >= 0 && n >= (size_t)wish->max_stanzas)
			break;
		if (wish->since >= 0 && line->at < wish->since)
			break;
		if (wish->max_chars < 0)
			continue;
		chars += (int64_t)frozen_size(get_past(line, room), to_len);
		if (chars > wish->max_chars)
			break;
	}
	return n;
}

struct frozen *history_get(struct history *h, size_t chosen, size_t i,
			   const struct jid *room)
{
	require(i < chosen && chosen <= h->count);
	i += h->count - chosen;
	return get_past(&h->lines[(h->first + i) % h->max], room);
}
