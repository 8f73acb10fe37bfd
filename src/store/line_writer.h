/* SPDX-License-Identifier: MIT */
/*
 * line_writer: how lines come into the archive and are taken back: the row, its
 * digest, its place in the day's chain, its words in the index. All of a line
 * changes in the transaction of its record.
 *
 * Thread: the store's. Owner: embedded in the backend.
 */
#pragma once

#include "base/base.h"

struct record;
struct sqlite3;
struct sqlite3_stmt;

#define LINE_WRITER_STATEMENTS 11

struct line_writer {
	struct sqlite3 *db; /* borrowed */
	struct sqlite3_stmt *statements[LINE_WRITER_STATEMENTS];
};

HW_MUST_USE int line_writer_init(struct line_writer *w, struct sqlite3 *db);
void line_writer_fini(struct line_writer *w);

/** A RECORD_MESSAGE; the room has a key. One that is there stays as it is. */
HW_MUST_USE int line_writer_save(struct line_writer *w, const struct record *r);
/** A RECORD_RETRACTION; of an unknown line nothing is kept. */
HW_MUST_USE int line_writer_retract(struct line_writer *w,
				    const struct record *r);
