/* SPDX-License-Identifier: MIT */
/*
 * late_lines: the lines behind the marks of the table "indexed" - kept, but not
 * yet in what is made of lines behind their commit (line_index.h, day_counts.h).
 * What that has to know of them is remembered here, so that no line is read again
 * for it; after a start, and whenever it is in doubt, it is read from the table.
 *
 * Thread: the store's. Owner: embedded in the backend.
 */
#pragma once

#include "base/base.h"

struct sqlite3;
struct sqlite3_stmt;

#define LATE_LINES_STATEMENTS 2

struct late_line {
	int64_t seq;
	int64_t room;
	int64_t at;   /* ms since epoch */
	size_t bytes; /* of its text */
	bool is_public;
};

struct late_lines {
	struct sqlite3_stmt *statements[LATE_LINES_STATEMENTS];
	struct late_line *lines; /* owned; in the order of the archive */
	size_t count, cap;
	size_t bytes;   /* of their texts */
	size_t counted; /* the first so many are in their days */
	size_t indexed; /* ... and so many in all else: they go with the
			 * commit */
	bool is_known;  /* else they are read when a transaction begins */
};

HW_MUST_USE int late_lines_init(struct late_lines *l, struct sqlite3 *db);
void late_lines_fini(struct late_lines *l);

/** A transaction has begun. */
HW_MUST_USE int late_lines_load(struct late_lines *l);
/** A line was written; takes a copy. */
void late_lines_add(struct late_lines *l, const struct late_line *line);
/** The transaction is committed. */
void late_lines_settle(struct late_lines *l);
/** It was rolled back, or somebody else has ended lines. */
void late_lines_doubt(struct late_lines *l);

/** Is one of the room not yet in its day? */
bool late_lines_has_uncounted(const struct late_lines *l, int64_t room);
/** Those from a place on, room by room; owned, for mem_free(). */
struct late_line *late_lines_by_room(const struct late_lines *l, size_t from,
				     size_t count);
