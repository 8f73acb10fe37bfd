/* SPDX-License-Identifier: MIT */
/*
 * sqlite: what the files that speak SQL share: opening, running, and what
 * SQLite's codes mean.
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
/** Likewise, for writing, for a handle that is set to "synchronous" FULL before it
 *  writes: log_vfs.h. */
HW_MUST_USE int sqlite_open_synced(const char *path, struct sqlite3 **db_out);
/** Accepts NULL, leaves NULL. */
void sqlite_close(struct sqlite3 **db);
/** How long a handle waits for another process's lock, ms. */
void sqlite_set_patience(struct sqlite3 *db, int ms);

HW_MUST_USE int sqlite_prepare(struct sqlite3 *db, const char *sql,
			       struct sqlite3_stmt **stmt_out);
/** Finalizes; accepts NULL, leaves NULL. */
void sqlite_finalize(struct sqlite3_stmt **stmt);
/** A table of statements; what is not there is NULL. */
HW_MUST_USE int sqlite_prepare_all(struct sqlite3 *db, const char *const *sql,
				   size_t count,
				   struct sqlite3_stmt **stmts_out);
void sqlite_finalize_all(struct sqlite3_stmt **stmts, size_t count);

/** Borrowed until the statement is stepped to its end or reset. */
void sqlite_bind_text(struct sqlite3_stmt *stmt, int at, const char *text);
void sqlite_bind_blob(struct sqlite3_stmt *stmt, int at, const void *data,
		      size_t len);
void sqlite_bind_number(struct sqlite3_stmt *stmt, int at, int64_t number);
/** Runs a statement that has no answer, and unbinds it. */
HW_MUST_USE int sqlite_step(struct sqlite3_stmt *stmt);
/** True: a row is there. False: the end, or *error_out. */
bool sqlite_next(struct sqlite3_stmt *stmt, int *error_out);
/** Back to its beginning, unbound. */
void sqlite_reset(struct sqlite3_stmt *stmt);

/** Runs statements that have no answer. */
HW_MUST_USE int sqlite_run(struct sqlite3 *db, const char *sql);
/** The first column of the first row of the answer. */
HW_MUST_USE int sqlite_ask_number(struct sqlite3 *db, const char *sql,
				  int64_t *number_out);
