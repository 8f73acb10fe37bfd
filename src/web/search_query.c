/* SPDX-License-Identifier: MIT */
#include "web/search_query.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "web/day_key.h"

#define BLANKS " \t\r\n"

void search_query_init(struct search_query *q)
{
	*q = (struct search_query){ 0 };
}

void search_query_fini(struct search_query *q)
{
	mem_free(&q->words);
	mem_free(&q->nick);
	mem_free(&q->room);
	mem_free(&q->area);
	mem_free(&q->noted);
	mem_free(&q->trouble);
}

/* The first or the last day that text names, as its first moment. */
static bool parse_day(const char *text, bool is_last, int64_t *start_out)
{
	char key[32];
	size_t len = strlen(text);

	if (len == 10)
		return day_key_parse(text, start_out);
	if (len != 4 && len != 7)
		return false;
	if (!is_last) {
		snprintf(key, sizeof(key), "%s%s", text,
			 len == 4 ? "-01-01" : "-01");
		return day_key_parse(key, start_out);
	}
	for (int day = 31; day >= 28; day--) {
		snprintf(key, sizeof(key), "%s%s-%02d", text,
			 len == 4 ? "-12" : "", day);
		if (day_key_parse(key, start_out))
			return true;
	}
	return false;
}

static void complain(struct search_query *q, const char *name,
		     const char *value)
{
	if (!q->trouble)
		q->trouble = str_format(
			"\"%s\" is no day for %s: write 2026-11-22, 2026-11 "
			"or 2026.",
			value, name);
}

static void take_day(struct search_query *q, const char *name,
		     const char *value)
{
	bool is_last = strcmp(name, "to") == 0;
	int64_t at;

	if (!parse_day(value, is_last, &at))
		complain(q, name, value);
	else if (is_last)
		q->end = at + DAY_MS - 1;
	else
		q->start = at > 0 ? at : 1;
}

static void take_noted(struct search_query *q, const char *value)
{
	static const char *const kinds[] = { "action", "decision", "mic",
					     "topic",  "hands",    "info" };

	for (size_t i = 0; i < array_len(kinds); i++)
		if (str_equal_case(value, kinds[i]))
			str_set(&q->noted, kinds[i]);
	if (!q->noted && !q->trouble)
		q->trouble = str_format("A line can be is:action, "
					"is:decision, is:mic, is:topic, "
					"is:hands or is:info, but not "
					"is:%s.",
					value);
}

/* False: that is no operator, but a word with a colon. */
static bool take_operator(struct search_query *q, const char *name,
			  const char *value)
{
	if (strcmp(name, "nick") == 0)
		str_set(&q->nick, value);
	else if (strcmp(name, "room") == 0)
		str_set(&q->room, value);
	else if (strcmp(name, "area") == 0)
		str_set(&q->area, value);
	else if (strcmp(name, "is") == 0)
		take_noted(q, value);
	else if (strcmp(name, "from") == 0 || strcmp(name, "to") == 0)
		take_day(q, name, value);
	else
		return false;
	return true;
}

/* The end of what begins at text: a blank, or the closing mark of a phrase. */
static size_t piece_len(const char *text)
{
	size_t len = 0;

	while (text[len] && !strchr(BLANKS, text[len])) {
		if (text[len] == '"') {
			const char *end = strchr(text + len + 1, '"');

			if (!end)
				return strlen(text);
			len = (size_t)(end - text);
		}
		len++;
	}
	return len;
}

static char *without_marks(const char *text)
{
	size_t len = strlen(text);

	if (len >= 2 && text[0] == '"' && text[len - 1] == '"')
		return str_dup_n(text + 1, len - 2);
	return str_dup(text);
}

static bool read_operator(struct search_query *q, const char *piece)
{
	const char *colon = strchr(piece, ':');
	char *name, *value;
	bool is_one;

	if (!colon || colon == piece || piece[0] == '"' || !colon[1])
		return false;
	name = str_dup_n(piece, (size_t)(colon - piece));
	str_lower_ascii(name);
	value = without_marks(colon + 1);
	is_one = *value && take_operator(q, name, value);
	mem_free(&name);
	mem_free(&value);
	return is_one;
}

void search_query_read(struct search_query *q, const char *text)
{
	struct buf words;

	buf_init(&words);
	for (text += strspn(text, BLANKS); *text;
	     text += strspn(text, BLANKS)) {
		size_t len = piece_len(text);
		char *piece = str_dup_n(text, len);

		if (!read_operator(q, piece)) {
			if (words.len > 0)
				buf_add_char(&words, ' ');
			buf_add_str(&words, piece);
		}
		mem_free(&piece);
		text += len;
	}
	if (words.len > 0)
		q->words = buf_steal_str(&words);
	buf_fini(&words);
}

bool search_query_is_empty(const struct search_query *q)
{
	return !q->words && !q->nick && !q->room && !q->area && !q->noted &&
	       !q->start && !q->end;
}
