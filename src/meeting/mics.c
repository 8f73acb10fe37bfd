/* SPDX-License-Identifier: MIT */
#include "meeting/mics.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "meeting/shown.h"

#define SHOWN 10 /* questions in a list */

void mics_init(struct mics *m)
{
	*m = (struct mics){ .count = 0 };
}

void mics_fini(struct mics *m)
{
	for (size_t i = 0; i < m->count; i++) {
		mem_free(&m->items[i].nick);
		mem_free(&m->items[i].text);
		mem_free(&m->items[i].line);
	}
	mem_free(&m->items);
	m->count = 0;
}

void mics_add(struct mics *m, int64_t number, const char *nick,
	      const char *text, const char *line, int64_t at)
{
	m->items = mem_realloc(m->items, (m->count + 1) * sizeof(*m->items));
	m->items[m->count++] = (struct mic){
		.number = number,
		.nick = str_dup(nick ? nick : ""),
		.text = str_dup(text ? text : ""),
		.line = str_dup(line),
		.at = at,
	};
}

struct mic *mics_find(const struct mics *m, int64_t number)
{
	for (size_t i = 0; i < m->count; i++)
		if (m->items[i].number == number && !m->items[i].is_void)
			return &m->items[i];
	return NULL;
}

struct mic *mics_find_line(const struct mics *m, const char *line)
{
	for (size_t i = 0; line && i < m->count; i++)
		if (str_equal(m->items[i].line, line) && !m->items[i].is_void)
			return &m->items[i];
	return NULL;
}

void mics_rename(struct mics *m, const char *old_nick, const char *nick)
{
	for (size_t i = 0; i < m->count; i++)
		if (str_equal(m->items[i].nick, old_nick))
			str_set(&m->items[i].nick, nick);
}

static bool is_open(const struct mic *mic)
{
	return !mic->done && !mic->is_void;
}

size_t mics_open(const struct mics *m)
{
	size_t count = 0;

	for (size_t i = 0; i < m->count; i++)
		count += is_open(&m->items[i]);
	return count;
}

char *mics_print_open(const struct mics *m)
{
	struct buf out = { 0 };
	size_t count = 0;

	for (size_t i = 0; i < m->count; i++) {
		const struct mic *mic = &m->items[i];

		if (is_open(mic) && count++ < SHOWN)
			buf_add_format(&out, "%s%" PRId64 " (%s: %.*s)",
				       out.len ? ", " : "", mic->number,
				       mic->nick, shown_length(mic->text),
				       mic->text);
	}
	if (count > SHOWN)
		buf_add_format(&out, " and %zu more", count - SHOWN);
	return count ? buf_steal_str(&out) : NULL;
}
