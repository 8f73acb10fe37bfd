/* SPDX-License-Identifier: MIT */
#include "store/words.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"

#define BLANKS " \t\r\n"

struct term {
	const char *text; /* borrowed */
	size_t len;
	bool is_without;
	bool is_begin;
};

static bool is_blank(char c)
{
	return c != '\0' && strchr(BLANKS, c) != NULL;
}

/* A phrase ends with the next quote, or with the text. */
static const char *read_phrase(const char *at, struct term *t)
{
	t->text = at;
	t->len = strcspn(at, "\"");
	at += t->len;
	return *at ? at + 1 : at;
}

/* A word ends with a blank, or where a phrase begins. */
static const char *read_word(const char *at, struct term *t)
{
	t->text = at;
	t->len = strcspn(at, BLANKS "\"");
	at += t->len;
	while (t->len > 0 && t->text[t->len - 1] == '*') {
		t->is_begin = true;
		t->len--;
	}
	return at;
}

/* Behind the next term, or NULL: there is none. */
static const char *read_term(const char *at, struct term *t)
{
	*t = (struct term){ .len = 0 };
	while (is_blank(*at))
		at++;
	if (!*at)
		return NULL;
	if (*at == '-' && at[1] && !is_blank(at[1])) {
		t->is_without = true;
		at++;
	}
	return *at == '"' ? read_phrase(at + 1, t) : read_word(at, t);
}

/* In quotes everything is text to the index; a quote is never in a term. What
 * begins with a star behind it is the last word of its term alone. */
static void add_term(struct buf *out, const struct term *t, const char *between)
{
	if (out->len > 0)
		buf_add_str(out, between);
	buf_add_char(out, '"');
	buf_add(out, t->text, t->len);
	buf_add_str(out, t->is_begin ? "\" *" : "\"");
}

void words_init(struct words *w, const char *typed)
{
	struct buf must = { 0 }, none = { 0 };
	const char *at = typed;
	struct term t;

	for (int i = 0; i < WORDS_MAX && (at = read_term(at, &t)); i++) {
		if (t.len == 0)
			continue;
		/* side by side, a term without a letter (":-)") is left out;
		 * an AND would find nothing */
		if (t.is_without)
			add_term(&none, &t, " OR ");
		else
			add_term(&must, &t, " ");
	}
	*w = (struct words){
		.must = must.len ? buf_steal_str(&must) : NULL,
		.none = none.len ? buf_steal_str(&none) : NULL,
	};
	buf_fini(&must);
	buf_fini(&none);
}

void words_fini(struct words *w)
{
	mem_free(&w->must);
	mem_free(&w->none);
}
