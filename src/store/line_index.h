/* SPDX-License-Identifier: MIT */
/*
 * line_index: what is found by way of the lines - their words, and which of them
 * are of a room - made for many lines at once, behind the commit that keeps
 * them: line by line it would cost several times as much as the line.
 *
 * The table "indexed" says up to which line it has come, in the same transaction.
 * Whoever reads looks at the lines behind it themselves, so that nothing is ever
 * missed, whenever this runs.
 *
 * Thread: the store's. Owner: embedded in the backend.
 */
#pragma once

#include "base/base.h"

struct late_lines;
struct sqlite3;
struct sqlite3_stmt;

/** SQL: all lines of a room from a line to a line, by their numbers; condition
 *  tells the room and what else of room_lines. Behind the mark (+seq) the mark is
 *  where to begin. */
#define LINE_INDEX_SELECT(condition, first, last)                          \
	"SELECT seq FROM room_lines WHERE " condition " AND seq >= " first \
	" AND seq <= " last " UNION ALL SELECT seq FROM archive"           \
	" WHERE seq > (SELECT seq FROM indexed) AND " condition            \
	" AND +seq >= " first " AND +seq <= " last

#define LINE_INDEX_STATEMENTS 3

struct line_index {
	struct sqlite3_stmt *statements[LINE_INDEX_STATEMENTS];
};

HW_MUST_USE int line_index_init(struct line_index *x, struct sqlite3 *db);
void line_index_fini(struct line_index *x);

/** Is it worth while to run? Soon it is: a line waits. Else: many do. */
bool line_index_is_due(const struct late_lines *lines, bool is_soon);
/** A portion of what waits, inside the caller's transaction. */
HW_MUST_USE int line_index_run(struct line_index *x, struct late_lines *lines);
