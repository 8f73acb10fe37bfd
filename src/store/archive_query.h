/* SPDX-License-Identifier: MIT */
/*
 * archive_query: a question to the archive of a room, and its page of answers.
 * Neutral: XEP-0313, the join history and the web all ask this way.
 */
#pragma once

#include "base/base.h"
#include "store/record.h"

#define ARCHIVE_PAGE_BYTES (4 << 20)

/** Zeroed strings and times mean "no such limit". */
struct archive_query {
	char *room;      /* owned; bare JID; NULL = of rooms, or of all */
	/* which rows match: what total counts */
	int64_t start;   /* ms, inclusive; 0 = none */
	int64_t end;     /* ms, inclusive; 0 = none */
	char *from_id;   /* owned or NULL; rows after this one (after-id) */
	char *until_id;  /* owned or NULL; rows before this one (before-id) */
	char **ids;      /* owned; these rows alone, all of which must be there
			  * (ARCHIVE_NO_ID); NULL = any */
	size_t id_count;
	char **rooms;    /* owned bare JIDs; with room NULL only; NULL = all */
	size_t room_count;
	char *jid;       /* owned or NULL; said by this real bare JID */
	char *nick;      /* owned or NULL; said under this nick */
	char *occupant_id; /* owned or NULL; said by this occupant */
	char *holds;     /* owned or NULL; the stanza has these bytes in it; what
			  * was taken back has not */
	char *words;     /* owned or NULL; full text: all words, "a phrase",
			  * -without, begin*; anything else is a word */
	char *noted;     /* owned or NULL; a session has a note of that kind
			  * of it ("action"), that was not taken back or
			  * undone */
	bool only_public; /* what the web may show */
	bool only_subjects;
	/* which of them are the page */
	char *after_id;  /* owned or NULL; exclusive */
	char *before_id; /* owned or NULL; exclusive */
	char *only_id;   /* owned or NULL; this row alone */
	size_t max;      /* rows of a page */
	size_t max_scan; /* so many are looked at, the newest - where words lead
			  * to rows, of those; 0 = all */
	size_t max_count; /* no more are counted, unless they are counted
			   * already; 0 = all */
	size_t max_bytes; /* of their stanzas; one row is always read */
	bool last_page;  /* the page ends at the newest row, not the oldest */
	bool want_count; /* fill total and first_index */
};
/** Its pages have ARCHIVE_PAGE_BYTES, unless it is told otherwise. */
struct archive_query *archive_query_new(const char *room, size_t max);
void archive_query_free(struct archive_query **q);

enum archive_status {
	ARCHIVE_OK,
	ARCHIVE_NO_ID,  /* one of the ids is unknown */
	ARCHIVE_FAILED, /* the store could not answer */
};

struct archive_page {
	enum archive_status status;
	struct record_message *rows; /* owned array, oldest first */
	size_t count;
	bool is_complete; /* nothing beyond this page in its direction */
	bool is_bounded;  /* older rows were not looked at: max_scan */
	bool has_more;    /* ... than total: max_count */
	int64_t total;    /* rows that match, on whatever page; or -1 */
	int64_t first_index; /* of rows[0] among those that match; or -1 */
};
/** An empty page without a total. */
struct archive_page *archive_page_new(enum archive_status status);
void archive_page_free(struct archive_page **p);
