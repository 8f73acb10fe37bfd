/* SPDX-License-Identifier: MIT */
/*
 * line_source: which lines of the archive a search takes: where they come from,
 * and the conditions that they have to meet, as SQL.
 *
 * Thread: that of the reader.
 */
#pragma once

#include "base/base.h"
#include "store/archive_query.h"

struct buf;
struct line_search;

/** Where the rows come from decides what is read in order and what is tried; it
 *  is not left to guesses about a database nobody has measured. */
struct line_source {
	const char *from; /* with its own conditions */
	const char *seq;  /* the column by which its rows are in order */
	const char *time; /* the table in which to look for time and openness */
};

/** is_late: of lines behind the mark. */
const struct line_source *line_source_choose(const struct line_search *s,
					     bool is_late);
/** Before rows are read: what a source of late lines needs. */
enum archive_status line_source_prepare(struct line_search *s);
/** Behind its "from". */
void line_source_add_filters(struct buf *sql, const struct line_search *s,
			     const struct line_source *source);
