/* SPDX-License-Identifier: MIT */
/*
 * word: what people type to run a meeting, read. The words are those of W3C's
 * Zakim and scribe conventions, those of MeetBot beginning with '#', and "MIC:"
 * (RFC 7649); upper and lower case are the same.
 *
 * Thread: any; pure.
 */
#pragma once

#include "base/base.h"

enum word_kind {
	WORD_NONE,
	WORD_UNKNOWN,       /* "#something" that is none */
	WORD_START,         /* text: the title, or NULL */
	WORD_END,
	WORD_QUEUE_ADD,     /* person: or NULL, oneself; text: about, or NULL */
	WORD_QUEUE_REMOVE,  /* person: likewise */
	WORD_QUEUE_SHOW,
	WORD_QUEUE_NEXT,    /* person: or NULL, the first */
	WORD_QUEUE_FIRST,   /* person: to the front */
	WORD_QUEUE_CLOSE,
	WORD_QUEUE_OPEN,
	WORD_MIC,           /* text */
	WORD_MIC_DONE,      /* number */
	WORD_MIC_SHOW,
	WORD_HANDS_ASK,     /* text */
	WORD_HANDS_END,
	WORD_HAND,          /* number: 1, -1, 0, HANDS_DOWN; text: how, if not
			     * by a word */
	WORD_TOPIC,         /* text, as the next ones */
	WORD_ACTION,
	WORD_DECISION,
	WORD_INFO,
	WORD_PRESENT,       /* person: or NULL; text: affiliation, or NULL */
	WORD_REGRETS,
	WORD_SCRIBE_ADD,    /* person: or NULL, oneself */
	WORD_SCRIBE_REMOVE, /* likewise */
	WORD_SAID,          /* person, text: "name: text", of scribes alone */
	WORD_MORE,          /* text: goes on with what was said */
	WORD_EDIT,          /* text: from; other: to */
	WORD_UNDO,
	WORD_KINDS,
};

/** Strings are owned, or NULL. */
struct word {
	enum word_kind kind;
	char *person;
	char *text;
	char *other;
	int64_t number;
};

/** word_fini() in any case. */
void word_read(struct word *w, const char *body);
void word_fini(struct word *w);
