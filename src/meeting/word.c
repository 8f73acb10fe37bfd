/* SPDX-License-Identifier: MIT */
#include "meeting/word.h"

#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "base/str.h"

#define NAME_MAX_BYTES 80 /* of "name: text" */
#define BLANKS	       " \t\n"

/* What stands behind a word. */
enum rest {
	REST_NONE,   /* nothing: else it is no such word */
	REST_TEXT,   /* text; may be empty */
	REST_NEEDED, /* text, not empty */
	REST_PERSON,
	REST_QUEUE,  /* "", "to say ...", "about ..." or a person */
	REST_NAME,   /* "Name, Organisation" */
	REST_MIC,    /* "7 done" */
};

static const struct row {
	const char *word;
	enum rest rest;
	enum word_kind kind;
	int64_t number;
} rows[] = {
	{ "#startmeeting", REST_TEXT, WORD_START, 0 },
	{ "#endmeeting", REST_NONE, WORD_END, 0 },
	{ "#topic", REST_NEEDED, WORD_TOPIC, 0 },
	{ "#action", REST_NEEDED, WORD_ACTION, 0 },
	{ "#agreed", REST_NEEDED, WORD_DECISION, 0 },
	{ "#agree", REST_NEEDED, WORD_DECISION, 0 },
	{ "#info", REST_NEEDED, WORD_INFO, 0 },
	{ "#link", REST_NEEDED, WORD_INFO, 0 },
	{ "#undo", REST_NONE, WORD_UNDO, 0 },
	{ "#startvote", REST_NEEDED, WORD_HANDS_ASK, 0 },
	{ "#endvote", REST_NONE, WORD_HANDS_END, 0 },
	{ "#hands", REST_NEEDED, WORD_HANDS_ASK, 0 },
	{ "#endhands", REST_NONE, WORD_HANDS_END, 0 },
	{ "topic:", REST_NEEDED, WORD_TOPIC, 0 },
	{ "subtopic:", REST_NEEDED, WORD_TOPIC, 0 },
	{ "action:", REST_NEEDED, WORD_ACTION, 0 },
	{ "resolution:", REST_NEEDED, WORD_DECISION, 0 },
	{ "resolved:", REST_NEEDED, WORD_DECISION, 0 },
	{ "decision:", REST_NEEDED, WORD_DECISION, 0 },
	{ "info:", REST_NEEDED, WORD_INFO, 0 },
	{ "hands:", REST_NEEDED, WORD_HANDS_ASK, 0 },
	{ "end hands", REST_NONE, WORD_HANDS_END, 0 },
	{ "+1", REST_NONE, WORD_HAND, 1 },
	{ "-1", REST_NONE, WORD_HAND, -1 },
	{ "+0", REST_NONE, WORD_HAND, 0 },
	{ "abstain", REST_NONE, WORD_HAND, 0 },
	{ "mic:", REST_NEEDED, WORD_MIC, 0 },
	{ "mics?", REST_NONE, WORD_MIC_SHOW, 0 },
	{ "mic", REST_MIC, WORD_MIC_DONE, 0 },
	{ "q+", REST_QUEUE, WORD_QUEUE_ADD, 0 },
	{ "q-", REST_PERSON, WORD_QUEUE_REMOVE, 0 },
	{ "q?", REST_NONE, WORD_QUEUE_SHOW, 0 },
	{ "ack", REST_PERSON, WORD_QUEUE_NEXT, 0 },
	{ "first", REST_PERSON, WORD_QUEUE_FIRST, 0 },
	{ "close queue", REST_NONE, WORD_QUEUE_CLOSE, 0 },
	{ "open queue", REST_NONE, WORD_QUEUE_OPEN, 0 },
	{ "present+", REST_NAME, WORD_PRESENT, 0 },
	{ "regrets+", REST_NAME, WORD_REGRETS, 0 },
	{ "scribe+", REST_PERSON, WORD_SCRIBE_ADD, 0 },
	{ "scribe-", REST_PERSON, WORD_SCRIBE_REMOVE, 0 },
	{ "scribenick:", REST_PERSON, WORD_SCRIBE_ADD, 0 },
};

/* Said to the bot that others have: "zakim, close the queue". */
static const struct row spoken[] = {
	{ "start meeting", REST_TEXT, WORD_START, 0 },
	{ "end meeting", REST_NONE, WORD_END, 0 },
	{ "close the queue", REST_NONE, WORD_QUEUE_CLOSE, 0 },
	{ "open the queue", REST_NONE, WORD_QUEUE_OPEN, 0 },
	{ "who is on the queue?", REST_NONE, WORD_QUEUE_SHOW, 0 },
	{ "show the queue", REST_NONE, WORD_QUEUE_SHOW, 0 },
	{ "ack", REST_PERSON, WORD_QUEUE_NEXT, 0 },
};

/* Behind the prefix, or NULL. */
static const char *skip(const char *text, const char *prefix)
{
	size_t len = strlen(prefix);

	return strncasecmp(text, prefix, len) ? NULL : text + len;
}

/* Owned, trimmed, on one line; NULL: empty. */
static char *clean(const char *text, size_t len)
{
	char *copy;

	while (len && strchr(BLANKS, *text))
		text++, len--;
	while (len && strchr(BLANKS, text[len - 1]))
		len--;
	if (!len)
		return NULL;
	copy = str_dup_n(text, len);
	for (char *c = copy; *c; c++)
		if (*c == '\n' || *c == '\t')
			*c = ' ';
	return copy;
}

static char *clean_all(const char *text)
{
	return clean(text, strlen(text));
}

/* False: nobody is called so. */
static bool read_person(struct word *w, const char *rest, size_t len)
{
	w->person = clean(rest, len);
	return !w->person || strlen(w->person) <= NAME_MAX_BYTES;
}

/* "Name, Organisation" */
static bool read_name(struct word *w, const char *rest)
{
	size_t len = strcspn(rest, ",");

	w->text = rest[len] ? clean_all(rest + len + 1) : NULL;
	return read_person(w, rest, len);
}

/* Behind the prefix and a blank, or at the end; else NULL. */
static const char *skip_word(const char *text, const char *prefix)
{
	const char *rest = skip(text, prefix);

	return rest && (!*rest || strchr(BLANKS, *rest)) ? rest : NULL;
}

/* "q+ to say that it is late" is about "that it is late", "q+ to object" is about
 * that. */
static bool read_queue(struct word *w, const char *rest)
{
	const char *about = skip_word(rest, "to say");

	if (!about)
		about = skip_word(rest, "to ask");
	if (!about)
		about = skip_word(rest, "about");
	if (!about && skip_word(rest, "to"))
		about = rest;
	if (!about)
		return read_person(w, rest, strlen(rest));
	w->text = clean_all(about);
	return true;
}

static bool read_mic(struct word *w, const char *rest)
{
	char *number = clean(rest, strcspn(rest, BLANKS));
	const char *done = rest + strcspn(rest, BLANKS);
	bool is_one;

	done += strspn(done, BLANKS);
	is_one = number && !strcasecmp(done, "done") &&
		 !str_to_int64(number, 1, INT32_MAX, &w->number);
	mem_free(&number);
	return is_one;
}

/* False: it is no such word after all. */
static bool read_rest(struct word *w, enum rest how, const char *rest)
{
	rest += strspn(rest, BLANKS);
	switch (how) {
	case REST_NONE:
		return !*rest;
	case REST_TEXT:
		w->text = clean_all(rest);
		return true;
	case REST_NEEDED:
		w->text = clean_all(rest);
		return w->text != NULL;
	case REST_PERSON:
		return read_person(w, rest, strlen(rest));
	case REST_QUEUE:
		return read_queue(w, rest);
	case REST_NAME:
		return read_name(w, rest);
	case REST_MIC:
		return read_mic(w, rest);
	}
	return false;
}

/* A word ends where the line does, or with a blank, or by its own colon. */
static bool is_end(const struct row *row, const char *rest)
{
	char last = row->word[strlen(row->word) - 1];

	return !*rest || strchr(BLANKS, *rest) || last == ':';
}

static bool read_rows(struct word *w, const struct row *table, size_t count,
		      const char *text)
{
	char first = *text >= 'A' && *text <= 'Z' ? *text | 0x20 : *text;

	/* what is said is mostly none of them */
	for (size_t i = 0; i < count; i++) {
		const char *rest = first == *table[i].word
					   ? skip(text, table[i].word)
					   : NULL;

		if (!rest || !is_end(&table[i], rest))
			continue;
		w->number = table[i].number;
		if (read_rest(w, table[i].rest, rest)) {
			w->kind = table[i].kind;
			return true;
		}
		word_fini(w);
	}
	return false;
}

/* "s/from/to/", or with a "g" behind it; a path ("s/a/b") is none. */
static bool read_edit(struct word *w, const char *text)
{
	const char *from, *middle, *end;

	if (strncmp(text, "s/", 2))
		return false;
	from = text + 2;
	middle = strchr(from, '/');
	end = middle ? strchr(middle + 1, '/') : NULL;
	if (!end || middle == from || strchr(from, '\n') ||
	    (end[1] && !str_equal(end + 1, "g")))
		return false;
	w->text = str_dup_n(from, (size_t)(middle - from));
	w->other = str_dup_n(middle + 1, (size_t)(end - middle - 1));
	w->kind = WORD_EDIT;
	return true;
}

static bool read_more(struct word *w, const char *text)
{
	const char *rest = skip(text, "...");

	if (!rest)
		rest = skip(text, "\xe2\x80\xa6"); /* the ellipsis */
	w->text = rest ? clean_all(rest) : NULL;
	if (!w->text)
		return false;
	w->kind = WORD_MORE;
	return true;
}

/* "name: text"; an address ("https://...") is no name. */
static bool read_said(struct word *w, const char *text)
{
	const char *colon = strchr(text, ':');
	size_t len = colon ? (size_t)(colon - text) : 0;

	if (!len || len > NAME_MAX_BYTES || colon[1] != ' ' ||
	    memchr(text, '\n', len))
		return false;
	w->person = clean(text, len);
	w->text = clean_all(colon + 1);
	if (!w->person || !w->text) {
		word_fini(w);
		return false;
	}
	w->kind = WORD_SAID;
	return true;
}

static bool read_spoken(struct word *w, const char *text)
{
	const char *rest = skip(text, "zakim,");

	if (!rest)
		rest = skip(text, "hallway,");
	if (!rest)
		return false;
	rest += strspn(rest, BLANKS);
	return read_rows(w, spoken, array_len(spoken), rest);
}

static bool is_hash_word(const char *text)
{
	static const char letters[] = "abcdefghijklmnopqrstuvwxyz"
				      "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
	size_t len = *text == '#' ? strspn(text + 1, letters) : 0;

	return len > 1 && (!text[len + 1] || strchr(BLANKS, text[len + 1]));
}

void word_read(struct word *w, const char *body)
{
	const char *text = skip(body, "/me ");

	*w = (struct word){ .kind = WORD_NONE };
	text = text ? text : body;
	text += strspn(text, BLANKS);
	if (read_rows(w, rows, array_len(rows), text) ||
	    read_spoken(w, text) || read_edit(w, text) || read_more(w, text))
		return;
	if (is_hash_word(text))
		w->kind = WORD_UNKNOWN;
	else
		(void)read_said(w, text);
}

void word_fini(struct word *w)
{
	mem_free(&w->person);
	mem_free(&w->text);
	mem_free(&w->other);
	*w = (struct word){ .kind = WORD_NONE };
}
