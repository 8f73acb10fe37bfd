/* SPDX-License-Identifier: MIT */
#include "web/found.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "jid/unicode.h"

#define BLANKS " \t\r\n"
#define TERMS_MAX 32 /* as the archive looks at */

struct term {
	uint32_t *words; /* owned; each plain and ended by U+0000 */
	size_t count;    /* of words */
	bool is_begin;   /* the last one may go on */
};

struct found {
	struct term terms[TERMS_MAX];
	size_t count;
};

/* A word in a text, as bytes. */
struct word {
	size_t start, end;
};

/* ---- words ---- */

/* COMPAT(SQLite): its unicode61 takes these alone for accents. */
static bool is_accent(uint32_t c)
{
	return c >= 0x300 && c <= 0x36f;
}

static bool next_word(const char *text, size_t len, size_t at, struct word *out)
{
	bool is_in = false;
	uint32_t c = 0;
	size_t n;

	for (; at < len; at += n) {
		n = str_utf8_next(text + at, len - at, &c);
		if (n == 0) {
			n = 1;
			c = 0;
		}
		if (unicode_is_word(c) || (is_in && is_accent(c))) {
			if (!is_in)
				out->start = at;
			is_in = true;
		} else if (is_in) {
			break;
		}
	}
	out->end = at;
	return is_in;
}

static bool is_word(const char *text, const struct word *w,
		    const uint32_t *sought, bool is_begin)
{
	uint32_t c;

	for (size_t at = w->start; at < w->end;) {
		at += str_utf8_next(text + at, w->end - at, &c);
		if (is_accent(c))
			continue;
		if (!*sought)
			return is_begin;
		if (unicode_to_plain(c) != *sought++)
			return false;
	}
	return !*sought;
}

/* ---- terms ---- */

static void add_word(struct term *t, size_t *used, const char *text,
		     const struct word *w)
{
	size_t n = *used;
	uint32_t c;

	t->words = mem_realloc(t->words,
			       (n + w->end - w->start + 1) * sizeof(*t->words));
	for (size_t at = w->start; at < w->end;) {
		at += str_utf8_next(text + at, w->end - at, &c);
		if (!is_accent(c))
			t->words[n++] = unicode_to_plain(c);
	}
	t->words[n++] = 0;
	t->count++;
	*used = n;
}

static void add_term(struct found *f, const char *text, size_t len,
		     bool is_begin)
{
	struct term *t = &f->terms[f->count];
	struct word w = { 0 };
	size_t used = 0;

	*t = (struct term){ .is_begin = is_begin };
	while (next_word(text, len, w.end, &w))
		add_word(t, &used, text, &w);
	f->count += t->count > 0;
}

/* Behind the term at text. */
static const char *read_term(struct found *f, const char *text)
{
	bool is_without = *text == '-' && text[1] && !strchr(BLANKS, text[1]);
	bool is_phrase;
	size_t len;

	text += is_without;
	is_phrase = *text == '"';
	text += is_phrase;
	len = strcspn(text, is_phrase ? "\"" : BLANKS "\"");
	if (!is_without)
		add_term(f, text, len,
			 !is_phrase && len > 0 && text[len - 1] == '*');
	text += len;
	return is_phrase && *text ? text + 1 : text;
}

struct found *found_new(const char *typed)
{
	struct found *f = mem_new(struct found);

	typed = typed ? typed : "";
	for (typed += strspn(typed, BLANKS); *typed && f->count < TERMS_MAX;
	     typed += strspn(typed, BLANKS))
		typed = read_term(f, typed);
	return f;
}

void found_free(struct found **f)
{
	if (!*f)
		return;
	for (size_t i = 0; i < (*f)->count; i++)
		mem_free(&(*f)->terms[i].words);
	mem_free(f);
}

/* ---- places ---- */

/* Where the term ends that begins with this word; 0: it does not. */
static size_t term_end(const struct term *t, const char *text, size_t len,
		       struct word w)
{
	const uint32_t *sought = t->words;

	for (size_t i = 0; i < t->count; i++) {
		if (i > 0 && !next_word(text, len, w.end, &w))
			return 0;
		if (!is_word(text, &w, sought,
			     t->is_begin && i + 1 == t->count))
			return 0;
		while (*sought++)
			;
	}
	return w.end;
}

bool found_next(const struct found *f, const char *text, size_t len, size_t at,
		size_t *start_out, size_t *end_out)
{
	struct word w = { .end = at };

	while (next_word(text, len, w.end, &w)) {
		size_t end = 0;

		for (size_t i = 0; i < f->count; i++) {
			size_t one = term_end(&f->terms[i], text, len, w);

			end = one > end ? one : end;
		}
		if (end > 0) {
			*start_out = w.start;
			*end_out = end;
			return true;
		}
	}
	return false;
}
