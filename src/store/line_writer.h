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
#include "store/chain.h"
#include "store/day_counts.h"
#include "store/places.h"

struct late_lines;
struct record;
struct record_message;
struct sqlite3;
struct sqlite3_stmt;

#define LINE_WRITER_STATEMENTS 9
#define LINE_WRITER_ROWS 32 /* at most written by one statement */

/** A line that is in its chain, and not yet in the table. */
struct line_row {
	const struct record_message *message; /* borrowed */
	int64_t room;
	unsigned char salt[CHAIN_SALT_SIZE];
	unsigned char digest[CHAIN_SIZE];
	unsigned char chain[CHAIN_SIZE]; /* behind it */
};

struct line_writer {
	struct sqlite3 *db;      /* borrowed */
	struct late_lines *late; /* borrowed; is told of each line */
	struct places places;
	struct day_counts days;
	struct sqlite3_stmt *statements[LINE_WRITER_STATEMENTS];
	struct line_row rows[LINE_WRITER_ROWS]; /* of this transaction */
	size_t row_count;
	bool has_reopened; /* the rows of the days are due with the commit */
	bool is_careful;   /* the last try failed: lines may be there already,
			    * or not fit, and each is written alone */
};

HW_MUST_USE int line_writer_init(struct line_writer *w, struct sqlite3 *db,
				 struct late_lines *late);
void line_writer_fini(struct line_writer *w);

/** A RECORD_MESSAGE, borrowed until the transaction ends. One that is there stays
 *  as it is. HW_E_BUSY: to be tried again, as a whole. */
HW_MUST_USE int line_writer_save(struct line_writer *w, const struct record *r);
/** A RECORD_RETRACTION; of an unknown line nothing is kept. */
HW_MUST_USE int line_writer_retract(struct line_writer *w,
				    const struct record *r);
/** Before a commit: what is kept back of the transaction. */
HW_MUST_USE int line_writer_finish(struct line_writer *w);
/** Days as they are to be: before anybody else looks at their rows. */
HW_MUST_USE int line_writer_count(struct line_writer *w);
/** Others have changed days. */
void line_writer_forget(struct line_writer *w);
/** The transaction is committed, or rolled back. */
void line_writer_end(struct line_writer *w, bool is_committed);
