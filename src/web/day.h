/* SPDX-License-Identifier: MIT */
/*
 * day: one room, one day (UTC), put together for reading: the lines in their
 * order with corrections and reactions where they belong, comings and goings,
 * and the gaps in which nothing could be known.
 *
 * Thread: that of the reader.
 */
#pragma once

#include "base/base.h"
#include "store/record.h"

struct line;
struct reader;

/** An earlier text of a corrected line, or the last one. */
struct day_version {
	const char *id;    /* stanza-id of what brought it; borrowed */
	const char *text;  /* borrowed */
	int64_t at;
};

struct day_reaction {
	char *emoji;       /* owned */
	const struct line **by; /* owned array of who; lines borrowed */
	size_t count;      /* of people */
};

enum day_kind { DAY_LINE, DAY_PRESENCE, DAY_GAP };

struct day_item {
	enum day_kind kind;
	int64_t at;        /* gap: its beginning, or that of the day */
	/* line */
	struct line *line; /* owned */
	struct day_version *versions; /* owned; the oldest first, the line's own
				       * included; NULL: never corrected */
	size_t version_count;
	struct day_reaction *reactions; /* owned */
	size_t reaction_count;
	bool is_folded;    /* a correction or reaction that is told elsewhere in
			    * the day; not shown by itself */
	const struct line **marks; /* owned array of what is folded into this;
				    * lines borrowed */
	size_t mark_count;
	const struct day_item *answers; /* the line replied to, if of this day;
					 * borrowed */
	const struct day_item *before;  /* the one before in its thread,
					 * likewise */
	bool is_of_thread;  /* one of several of its thread */
	/* presence and gap */
	struct record *record; /* owned */
};

struct day {
	char key[11];      /* "2026-11-22" */
	int64_t start, end; /* ms; end: the last one */
	struct day_item **items; /* owned, in order of time */
	size_t count;
	size_t line_count; /* lines among them that are not folded */
	char *next;        /* owned; stanza-id: the rest of the day is behind
			    * it; NULL: there is none */
	struct day_item **later; /* owned; the first lines behind these, of the
				  * day or the next, for what they say of
				  * these */
	size_t later_count;
};

/** ms behind midnight in which corrections and reactions still go to the line
 *  of the day before, as well as standing in the next; then the day is closed. */
#define DAY_REST INT64_C(900000)

/** How much of a day. Zeroed: all lines. A line that corrects one of an earlier
 *  part stands by itself. */
struct day_span {
	const char *after; /* stanza-id: lines behind it; NULL: the first */
	size_t max;        /* lines; 0: all */
	bool with_presence;
};

/** Of what the web may show. 0 and an owned day (perhaps an empty one), or a
 *  negative hw_error; HW_E_NOT_FOUND: there is no such line as span->after. */
HW_MUST_USE int day_read(struct reader *r, const char *room, const char *key,
			 const struct day_span *span, struct day **day_out);
void day_free(struct day **d);
