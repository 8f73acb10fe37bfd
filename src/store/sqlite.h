/* SPDX-License-Identifier: MIT */
/*
 * sqlite: the SQLite backend (backend.h), and what the files that speak SQL
 * share: opening, running, and what SQLite's codes mean.
 *
 * Thread: a handle is used by one thread at a time.
 */
#pragma once

#include "base/base.h"

struct sqlite3;
struct sqlite3_stmt;

/** The hw_error for a code that the handle (or NULL) has just given. */
int sqlite_error(struct sqlite3 *db, int code);
/** Says in the log what could not be done, and SQLite's reason. */
void sqlite_log_error(struct sqlite3 *db, const char *what);

/** Opens an existing file. Says in the log what is wrong with it. */
HW_MUST_USE int sqlite_open(const char *path, bool may_write,
			    struct sqlite3 **db_out);
/** Accepts NULL, leaves NULL. */
void sqlite_close(struct sqlite3 **db);
/** How long a handle waits for another process's lock, ms. */
void sqlite_set_patience(struct sqlite3 *db, int ms);

HW_MUST_USE int sqlite_prepare(struct sqlite3 *db, const char *sql,
			       struct sqlite3_stmt **stmt_out);
/** Finalizes; accepts NULL, leaves NULL. */
void sqlite_finalize(struct sqlite3_stmt **stmt);
/** Runs statements that have no answer. */
HW_MUST_USE int sqlite_run(struct sqlite3 *db, const char *sql);
/** The first column of the first row of the answer. */
HW_MUST_USE int sqlite_ask_number(struct sqlite3 *db, const char *sql,
				  int64_t *number_out);
