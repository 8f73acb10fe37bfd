/* SPDX-License-Identifier: MIT */
/*
 * line: a stanza of the archive as it is read - what kind of line it is, what
 * it says, which other it is about.
 *
 * Thread: web thread (any: a value).
 */
#pragma once

#include "base/base.h"

struct record_message;

enum line_kind {
	LINE_TALK,
	LINE_ME,         /* "/me waves": text is "waves" */
	LINE_SUBJECT,    /* text is the new subject, "" when it was cleared */
	LINE_CORRECTION, /* XEP-0308: text instead of that of "about" */
	LINE_REACTION,   /* XEP-0444: text is all emoji now, blanks between;
			  * "" when taken back */
	LINE_TOMBSTONE,  /* taken back (XEP-0424, 0425) */
	LINE_ENCRYPTED,  /* nobody here can read it */
	LINE_OTHER,      /* nothing to show: a marker, a receipt */
};

/** Strings are owned; NULL: not said. */
struct line {
	enum line_kind kind;
	char *id;          /* stanza-id: the anchor */
	int64_t at;        /* ms since epoch */
	char *nick;        /* NULL: the room itself */
	char *occupant_id;
	char *speaker;     /* real bare JID: to know who is the same; never
			    * shown */
	char *text;        /* never NULL; without the quotation of a reply */
	char *lang;
	char *sent_id;     /* the sender's own id of it; what a correction
			    * names */
	char *about;       /* correction: a sent_id; reaction: a stanza-id */
	char *reply_to;    /* XEP-0461: stanza-id */
	char *thread;
	char *hats;        /* worn then: lines of "uri TAB title" */
	int64_t gone_at;   /* tombstone: when; ms or 0 */
	bool is_moderated; /* tombstone: by a moderator, not its author */
	char *reason;      /* tombstone: or NULL */
};

/** Never NULL; what cannot be read is LINE_OTHER. */
struct line *line_new(const struct record_message *m);

/** The same for many, one after the other, for a third of the cost. */
struct line_reader;
struct line_reader *line_reader_new(void);
void line_reader_free(struct line_reader **r);
struct line *line_reader_make(struct line_reader *r,
			      const struct record_message *m);

void line_free(struct line **l);
/** Did the same person say both? */
bool line_is_of_same(const struct line *a, const struct line *b);
/** A number from 0 to 11 for the colour of who spoke, the same everywhere. */
unsigned line_colour(const struct line *l);
#define LINE_PERSON_SIZE 17
/** A name for who spoke that says nothing of them, the same everywhere. */
void line_person(const struct line *l, char out[LINE_PERSON_SIZE]);
