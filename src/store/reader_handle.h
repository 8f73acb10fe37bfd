/* SPDX-License-Identifier: MIT */
/*
 * reader_handle: what the files that read share of a reader: its handle, and a
 * moment of the database that stands still.
 *
 * Thread: that of the reader.
 */
#pragma once

#include "base/base.h"
#include "store/record.h"

struct reader;
struct sqlite3;
struct sqlite3_stmt;

struct sqlite3 *reader_db(struct reader *r);

/** A statement, kept from question to question: to make one takes as long as to
 *  read a page. Borrowed until reader_put(), which resets it. */
HW_MUST_USE int reader_get(struct reader *r, const char *sql,
			   struct sqlite3_stmt **stmt_out);
void reader_put(struct sqlite3_stmt **stmt);

/** All that is read until the end is of one moment. */
HW_MUST_USE int reader_begin(struct reader *r);
void reader_end(struct reader *r);

/** Owned; NULL is NULL. */
char *reader_text(struct sqlite3_stmt *row, int column);
