/* SPDX-License-Identifier: MIT */
/*
 * day_counts: the table "days", what of a room lies in a day. A line's row says
 * all that its day has of it, the chain as well; so the rows of the days are
 * written behind the commits, once for many lines, up to the mark "counted" of
 * the table "indexed". Who reads adds the lines behind it: DAY_COUNTS_VIEW.
 *
 * Thread: the store's. Owner: embedded in the backend.
 */
#pragma once

#include "base/base.h"

struct late_lines;
struct sqlite3;
struct sqlite3_stmt;

/** SQL: the view of the rows of "days" and, behind the mark, of each line as if
 *  it were a day of its own: more than one row may be of a room and day. */
#define DAY_COUNTS_VIEW "all_days"

#define DAY_COUNTS_STATEMENTS 3

struct day_counts {
	struct sqlite3 *db; /* borrowed */
	struct sqlite3_stmt *statements[DAY_COUNTS_STATEMENTS];
};

HW_MUST_USE int day_counts_init(struct day_counts *d, struct sqlite3 *db);
void day_counts_fini(struct day_counts *d);

/** Writes what the rows do not say yet, inside the caller's transaction. */
HW_MUST_USE int day_counts_run(struct day_counts *d, struct late_lines *lines);
