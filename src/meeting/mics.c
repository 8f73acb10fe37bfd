/* SPDX-License-Identifier: MIT */
#include "meeting/mics.h"

#include <inttypes.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"

#define SHOWN 60 /* bytes of a question in a list */

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
		if (m->items[i].number == number)
			return &m->items[i];
	return NULL;
}

struct mic *mics_find_line(const struct mics *m, const char *line)
{
	for (size_t i = 0; line && i < m->count; i++)
		if (str_equal(m->items[i].line, line))
			return &m->items[i];
	return NULL;
}

size_t mics_open(const struct mics *m)
{
	size_t count = 0;

	for (size_t i = 0; i < m->count; i++)
		count += !m->items[i].done;
	return count;
}

/* No half character at the end. */
static int shown_length(const char *text)
{
	size_t len = strlen(text);

	if (len <= SHOWN)
		return (int)len;
	len = SHOWN;
	while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return (int)len;
}

char *mics_print_open(const struct mics *m)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < m->count; i++) {
		const struct mic *mic = &m->items[i];

		if (!mic->done)
			buf_add_format(&out, "%s%" PRId64 " (%s: %.*s)",
				       out.len ? ", " : "", mic->number,
				       mic->nick, shown_length(mic->text),
				       mic->text);
	}
	if (!out.len) {
		buf_fini(&out);
		return NULL;
	}
	return buf_steal_str(&out);
}
