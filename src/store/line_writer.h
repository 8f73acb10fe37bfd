/* SPDX-License-Identifier: MIT */
/*
 * line_writer: how lines come into the archive and are taken back: the row, its
 * digest, its place in the day's chain. All of a line changes in the transaction
 * of its record; how it is found follows (line_index.h), but what was taken back
 * is found no more at once.
 *
 * Thread: the store's. Owner: embedded in the backend.
 */
#pragma once

#include "base/base.h"
#include "store/places.h"

struct line_index;
struct record;
struct sqlite3;
struct sqlite3_stmt;

#define LINE_WRITER_STATEMENTS 7

struct line_writer {
	struct sqlite3 *db;       /* borrowed */
	struct line_index *index; /* borrowed; is told of each line */
	struct places places;
	struct sqlite3_stmt *statements[LINE_WRITER_STATEMENTS];
};

HW_MUST_USE int line_writer_init(struct line_writer *w, struct sqlite3 *db,
				 struct line_index *index);
void line_writer_fini(struct line_writer *w);

/** A RECORD_MESSAGE. One that is there stays as it is. */
HW_MUST_USE int line_writer_save(struct line_writer *w, const struct record *r);
/** A RECORD_RETRACTION; of an unknown line nothing is kept. */
HW_MUST_USE int line_writer_retract(struct line_writer *w,
				    const struct record *r);
/** Before a commit: what is kept back of the transaction. */
HW_MUST_USE int line_writer_finish(struct line_writer *w);
/** Others have changed days, or all was rolled back. */
void line_writer_forget(struct line_writer *w);
