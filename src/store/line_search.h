/* SPDX-License-Identifier: MIT */
/*
 * line_search: a query of the archive in the making - the names in it made numbers,
 * its times and ids a stretch of the archive - and how it asks the database.
 * Inside one transaction of its reader.
 *
 * Thread: that of the reader. Owner: the stack of reader_ask().
 */
#pragma once

#include "base/base.h"
#include "store/archive_query.h"
#include "store/words.h"

struct reader;
struct sqlite3_stmt;

/** A stretch of the archive by its order; both ends exclusive. */
struct stretch {
	int64_t after, before;
};

struct line_search {
	struct reader *reader;             /* borrowed */
	const struct archive_query *query; /* likewise */
	struct words words;
	int64_t room;       /* its key; of nobody, if it is not known */
	int64_t start, end; /* inclusive */
	bool has_start, has_end;
	int64_t max;            /* rows to be read */
	int64_t mark;           /* so far goes what is found by way of lines:
				 * line_index.h */
	int64_t newest;         /* the last line; beyond the mark: it is late */
	struct stretch matches; /* outside of it no row matches */
	struct stretch page;    /* the page lies here */
};

void line_search_init(struct line_search *s, struct reader *r,
		      const struct archive_query *query);
void line_search_fini(struct line_search *s);

/** Names made numbers: room, mark, matches, page. */
enum archive_status line_search_find(struct line_search *s);
/** NULL changes nothing. */
enum archive_status line_search_find_seq(struct line_search *s, const char *id,
					 int64_t *seq_out);
/** Leaves out what is too far back to be tried, and says so on the page. */
enum archive_status line_search_bound(struct line_search *s,
				      struct archive_page *page);

/** A statement with its parameters bound, for reader_put(). */
HW_MUST_USE int line_search_prepare(struct line_search *s, const char *sql,
				    const struct stretch *stretch,
				    struct sqlite3_stmt **out);
/** The number that is asked for; ARCHIVE_NO_ID: there is no row, or it is
 *  NULL. */
enum archive_status line_search_ask(struct line_search *s, const char *sql,
				    const struct stretch *stretch,
				    int64_t *number_out);

/** What is in both. */
struct stretch stretch_meet(struct stretch a, struct stretch b);
bool stretch_is_empty(const struct stretch *stretch);
/** The parts of a stretch before and behind the mark. */
struct stretch line_search_early(const struct line_search *s,
				 const struct stretch *whole);
struct stretch line_search_late(const struct line_search *s,
				const struct stretch *whole);
bool line_search_has_late(const struct line_search *s);
