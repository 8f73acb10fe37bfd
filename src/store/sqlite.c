/* SPDX-License-Identifier: MIT */
#include "store/sqlite.h"

#include <errno.h>
#include <pthread.h>

#include <sqlite3.h>

#include "base/error.h"
#include "base/log.h"
#include "store/log_vfs.h"

#define OPEN_PATIENCE 5000 /* ms; at start somebody waits for an answer */

static pthread_once_t library_once = PTHREAD_ONCE_INIT;

/* Nobody asks how much memory SQLite has: counting it takes a lock that all
 * threads share, twice for each thing it keeps. Too late where somebody has
 * opened a database without us: then it goes on counting. */
static void set_up_library(void)
{
	(void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
}

/* SQLite could not open a file: the system's own reason says more. */
static int error_of_cantopen(struct sqlite3 *db)
{
	int errnum = db ? sqlite3_system_errno(db) : 0;

	return errnum ? hw_error_of_errno(errnum) : HW_E_SYSTEM;
}

/* Of a file beside the database that a full disk has no room for. */
static int error_of_io(struct sqlite3 *db)
{
	return db && sqlite3_system_errno(db) == ENOSPC ? HW_E_NO_SPACE
							: HW_E_IO;
}

int sqlite_error(struct sqlite3 *db, int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return HW_E_BUSY;
	case SQLITE_FULL:
		return HW_E_NO_SPACE;
	case SQLITE_IOERR:
		require(code != SQLITE_IOERR_NOMEM);
		return error_of_io(db);
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return HW_E_CORRUPT;
	case SQLITE_PERM:
	case SQLITE_READONLY:
	case SQLITE_AUTH:
		return HW_E_ACCESS;
	case SQLITE_CANTOPEN:
		return error_of_cantopen(db);
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
	case SQLITE_TOOBIG:
		return HW_E_INVALID;
	case SQLITE_INTERRUPT:
		return HW_E_CANCELLED;
	case SQLITE_NOMEM:
		require(!"memory for SQLite");
		break;
	default:
		break;
	}
	return HW_E_SYSTEM;
}

void sqlite_log_error(struct sqlite3 *db, const char *what)
{
	/* what is read well and is no record is damaged all the same */
	bool was_read = sqlite_error(db, sqlite3_errcode(db)) == 0;

	log_error(LOG_STORE, "%s: %s: %s", sqlite3_db_filename(db, "main"),
		  what, was_read ? "damaged data" : sqlite3_errmsg(db));
}

int sqlite_prepare(struct sqlite3 *db, const char *sql,
		   struct sqlite3_stmt **stmt_out)
{
	return sqlite_error(db, sqlite3_prepare_v3(db, sql, -1,
						   SQLITE_PREPARE_PERSISTENT,
						   stmt_out, NULL));
}

void sqlite_finalize(struct sqlite3_stmt **stmt)
{
	sqlite3_finalize(*stmt);
	*stmt = NULL;
}

int sqlite_run(struct sqlite3 *db, const char *sql)
{
	return sqlite_error(db, sqlite3_exec(db, sql, NULL, NULL, NULL));
}

int sqlite_ask_number(struct sqlite3 *db, const char *sql, int64_t *number_out)
{
	struct sqlite3_stmt *stmt = NULL;
	int error = sqlite_prepare(db, sql, &stmt);
	int code;

	if (error)
		return error;
	code = sqlite3_step(stmt);
	error = code == SQLITE_DONE ? HW_E_NOT_FOUND : sqlite_error(db, code);
	if (!error)
		*number_out = sqlite3_column_int64(stmt, 0);
	sqlite_finalize(&stmt);
	return error;
}

void sqlite_set_patience(struct sqlite3 *db, int ms)
{
	sqlite3_busy_timeout(db, ms);
}

void sqlite_close(struct sqlite3 **db)
{
	require(sqlite3_close(*db) == SQLITE_OK);
	*db = NULL;
}

static int open_file(const char *path, bool may_write, const char *vfs,
		     struct sqlite3 **db_out)
{
	int flags = may_write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
	struct sqlite3 *db = NULL;
	int64_t tables;
	int code, error;

	code = sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_NOMUTEX, vfs);
	error = sqlite_error(db, code);
	if (error)
		goto fail;
	sqlite3_extended_result_codes(db, 1);
	sqlite_set_patience(db, OPEN_PATIENCE);
	/* SQLite opens for reading only what it may not write */
	if (may_write && sqlite3_db_readonly(db, "main")) {
		log_error(LOG_STORE, "%s: not writable", path);
		sqlite_close(&db);
		return HW_E_ACCESS;
	}
	/* the first look at the file: is it a database, may we read it? */
	error = sqlite_ask_number(db, "SELECT count(*) FROM sqlite_master",
				  &tables);
	if (error)
		goto fail;
	*db_out = db;
	return 0;
fail:
	log_error(LOG_STORE, "%s: cannot open: %s (%s)", path,
		  db ? sqlite3_errmsg(db) : "no memory", hw_error_text(error));
	sqlite_close(&db);
	return error;
}

int sqlite_open(const char *path, bool may_write, struct sqlite3 **db_out)
{
	require(pthread_once(&library_once, set_up_library) == 0);
	return open_file(path, may_write, NULL, db_out);
}

int sqlite_open_synced(const char *path, struct sqlite3 **db_out)
{
	require(pthread_once(&library_once, set_up_library) == 0);
	return open_file(path, true, log_vfs_name(), db_out);
}

void sqlite_bind_text(struct sqlite3_stmt *stmt, int at, const char *text)
{
	/* borrowed until sqlite_step() unbinds it; NULL is SQL's NULL */
	require(sqlite3_bind_text(stmt, at, text, -1, SQLITE_STATIC) ==
		SQLITE_OK);
}

void sqlite_bind_number(struct sqlite3_stmt *stmt, int at, int64_t number)
{
	require(sqlite3_bind_int64(stmt, at, number) == SQLITE_OK);
}

void sqlite_bind_blob(struct sqlite3_stmt *stmt, int at, const void *data,
		      size_t len)
{
	require(sqlite3_bind_blob(stmt, at, data, (int)len, SQLITE_STATIC) ==
		SQLITE_OK);
}

void sqlite_reset(struct sqlite3_stmt *stmt)
{
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
}

int sqlite_step(struct sqlite3_stmt *stmt)
{
	struct sqlite3 *db = sqlite3_db_handle(stmt);
	int error = sqlite_error(db, sqlite3_step(stmt));

	if (error)
		log_debug(LOG_STORE, "database: %s: %s", sqlite3_sql(stmt),
			  sqlite3_errmsg(db));
	sqlite_reset(stmt);
	return error;
}

bool sqlite_next(struct sqlite3_stmt *stmt, int *error_out)
{
	int code = sqlite3_step(stmt);

	*error_out = sqlite_error(sqlite3_db_handle(stmt), code);
	return code == SQLITE_ROW;
}

int sqlite_prepare_all(struct sqlite3 *db, const char *const *sql, size_t count,
		       struct sqlite3_stmt **stmts_out)
{
	int error = 0;

	for (size_t i = 0; i < count && !error; i++)
		error = sqlite_prepare(db, sql[i], &stmts_out[i]);
	if (error)
		sqlite_log_error(db, "cannot use");
	return error;
}

void sqlite_finalize_all(struct sqlite3_stmt **stmts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		sqlite_finalize(&stmts[i]);
}
