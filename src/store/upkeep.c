/* SPDX-License-Identifier: MIT */
#include "store/upkeep.h"

#include <inttypes.h>
#include <string.h>

#include <sqlite3.h>

#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/sign.h"
#include "base/str.h"
#include "store/backend.h"
#include "store/chain.h"
#include "store/line_index.h"
#include "store/sqlite.h"

#define OVER_AFTER 300000   /* ms behind midnight: what came late is in */
#define PORTION 50          /* days closed at once */
#define PORTION_ROWS "1000" /* rows of other tables ended at once */
#define PORTION_PAGES "500" /* of the word index written anew at once */
#define CLEAR_EVERY (7 * INT64_C(86400000)) /* ms; all of it is written */

/* A day by its beginning and end; another day's lines may lie between its own:
 * somebody has set the clock. */
#define OF_DAY "room = ?1 AND at >= ?2 AND at < ?3"
#define SEQ_OF_DAY(which)                             \
	"(SELECT " which " FROM days WHERE room = ?1" \
	" AND day = ?2 / 86400000)"
#define LINES_OF_DAY                                       \
	LINE_INDEX_SELECT(OF_DAY, SEQ_OF_DAY("first_seq"), \
			  SEQ_OF_DAY("last_seq"))

#define STATEMENT_TABLE(X)                                                    \
	X(FIND_OVER,                                                          \
	  "SELECT room, jid, day, lines, chain FROM days INDEXED BY"          \
	  " days_open JOIN rooms ON rooms.id = room"                          \
	  " WHERE is_closed = 0 AND day < ?1 LIMIT 1")                        \
	X(CLOSE, "UPDATE days SET is_closed = 1"                              \
		 " WHERE room = ?1 AND day = ?2")                             \
	X(SAVE_DIGEST,                                                        \
	  "INSERT OR REPLACE INTO closed_days (room, day, lines, digest,"     \
	  " signature, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")                  \
	X(FIND_OLD, "SELECT room, jid, day FROM days"                         \
		    " CROSS JOIN rooms ON rooms.id = room"                    \
		    " WHERE day < ?1 ORDER BY day LIMIT 1")                   \
	X(KEEP_SINCE, "INSERT INTO kept (one, since) VALUES (1, ?1)"          \
		      " ON CONFLICT (one) DO UPDATE SET"                      \
		      " since = max(since, excluded.since)")                  \
	X(END_SEALED, "DELETE FROM sealed WHERE seq IN (" LINES_OF_DAY ")")   \
	/* those of lines behind the mark are not there yet */                \
	X(END_WORDS, "INSERT INTO archive_words (archive_words, rowid, body)" \
		     " SELECT 'delete', seq, body FROM archive"               \
		     " WHERE seq IN (" LINES_OF_DAY ") AND body IS NOT NULL"  \
		     " AND seq <= (SELECT seq FROM indexed)")                 \
	X(CLEAR_BEGIN, "INSERT INTO archive_words (archive_words, rank)"      \
		       " VALUES ('merge', -" PORTION_PAGES ")")               \
	X(CLEAR_GO_ON, "INSERT INTO archive_words (archive_words, rank)"      \
		       " VALUES ('merge', " PORTION_PAGES ")")                \
	X(END_LINES, "DELETE FROM archive WHERE seq IN (" LINES_OF_DAY ")")   \
	X(END_ORDER,                                                          \
	  "DELETE FROM room_lines WHERE " OF_DAY " AND seq >= " SEQ_OF_DAY(   \
		  "first_seq") " AND seq <= " SEQ_OF_DAY("last_seq"))         \
	X(END_DAY, "DELETE FROM days WHERE room = ?1 AND day = ?2")           \
	X(END_AUDIT, "DELETE FROM audit WHERE seq IN (SELECT seq"             \
		     " FROM audit WHERE at < ?1 LIMIT " PORTION_ROWS ")")     \
	X(END_GAPS, "DELETE FROM gaps WHERE seq IN (SELECT seq"               \
		    " FROM gaps WHERE until < ?1 LIMIT " PORTION_ROWS ")")    \
	X(END_NOTES, "DELETE FROM notes WHERE seq IN (SELECT seq"             \
		     " FROM notes WHERE at < ?1 LIMIT " PORTION_ROWS ")")     \
	X(END_MEETINGS, "DELETE FROM meetings WHERE state > 1"                \
			" AND max(planned, ended) < ?1")                      \
	X(END_PRESENCE,                                                       \
	  "DELETE FROM presence WHERE seq IN (SELECT seq FROM presence"       \
	  " WHERE at < ?1 LIMIT " PORTION_ROWS ")")

#define STATEMENT_MEMBER(name, sql) STATEMENT_##name,
enum statement { STATEMENT_TABLE(STATEMENT_MEMBER) STATEMENT_COUNT };

#define STATEMENT_SQL(name, sql) sql,
static const char *const statement_sql[] = { STATEMENT_TABLE(STATEMENT_SQL) };

_Static_assert(STATEMENT_COUNT == UPKEEP_STATEMENTS, "of struct");

/* A day of a room. */
struct room_day {
	int64_t room, day, lines;
	char *jid; /* owned */
	unsigned char chain[CHAIN_SIZE];
};

int upkeep_init(struct upkeep *u, struct sqlite3 *db)
{
	*u = (struct upkeep){ .db = db };
	return sqlite_prepare_all(db, statement_sql, STATEMENT_COUNT,
				  u->statements);
}

void upkeep_fini(struct upkeep *u)
{
	sqlite_finalize_all(u->statements, STATEMENT_COUNT);
}

static struct sqlite3_stmt *get(struct upkeep *u, enum statement which)
{
	return u->statements[which];
}

static struct sqlite3_stmt *get_for_number(struct upkeep *u,
					   enum statement which, int64_t number)
{
	sqlite_bind_number(get(u, which), 1, number);
	return get(u, which);
}

/* For a day: its room, its number or its beginning and end. */
static int run_for_day(struct upkeep *u, enum statement which,
		       const struct room_day *d)
{
	struct sqlite3_stmt *stmt = get_for_number(u, which, d->room);
	bool is_span = sqlite3_bind_parameter_count(stmt) > 2;

	sqlite_bind_number(stmt, 2, is_span ? d->day * CHAIN_DAY_MS : d->day);
	if (is_span)
		sqlite_bind_number(stmt, 3, (d->day + 1) * CHAIN_DAY_MS);
	return sqlite_step(stmt);
}

/* HW_E_NOT_FOUND: there is none. */
static int find_day(struct sqlite3_stmt *stmt, struct room_day *d)
{
	int error;

	*d = (struct room_day){ .jid = NULL };
	if (sqlite_next(stmt, &error)) {
		d->room = sqlite3_column_int64(stmt, 0);
		d->jid = str_dup((const char *)sqlite3_column_text(stmt, 1));
		d->day = sqlite3_column_int64(stmt, 2);
	} else if (!error) {
		error = HW_E_NOT_FOUND;
	}
	if (!error && sqlite3_column_count(stmt) > 3) {
		d->lines = sqlite3_column_int64(stmt, 3);
		if (sqlite3_column_bytes(stmt, 4) == CHAIN_SIZE)
			memcpy(d->chain, sqlite3_column_blob(stmt, 4),
			       CHAIN_SIZE);
	}
	sqlite_reset(stmt);
	return error;
}

static int save_digest(struct upkeep *u, const struct sign_key *key,
		       const struct room_day *d, int64_t now)
{
	struct sqlite3_stmt *stmt =
		get_for_number(u, STATEMENT_SAVE_DIGEST, d->room);
	char *text = chain_statement(d->jid, d->day, d->lines, d->chain);
	unsigned char signature[SIGN_SIZE];

	sqlite_bind_number(stmt, 2, d->day);
	sqlite_bind_number(stmt, 3, d->lines);
	sqlite_bind_blob(stmt, 4, d->chain, CHAIN_SIZE);
	if (key) {
		sign_make(key, text, strlen(text), signature);
		sqlite_bind_blob(stmt, 5, signature, SIGN_SIZE);
	}
	sqlite_bind_number(stmt, 6, now);
	mem_free(&text);
	return sqlite_step(stmt);
}

static int close_day(struct upkeep *u, const struct backend_care *care,
		     int64_t now)
{
	struct room_day d;
	int error = find_day(get_for_number(u, STATEMENT_FIND_OVER,
					    chain_day(now - OVER_AFTER)),
			     &d);

	if (!error)
		error = save_digest(u, care->key, &d, now);
	if (!error)
		error = run_for_day(u, STATEMENT_CLOSE, &d);
	mem_free(&d.jid);
	return error;
}

static int close_days(struct upkeep *u, const struct backend_care *care,
		      int64_t now, bool *more_out)
{
	int error = 0;

	for (int i = 0; i < PORTION && !error; i++)
		error = close_day(u, care, now);
	*more_out = error == 0;
	return error == HW_E_NOT_FOUND ? 0 : error;
}

static int end_lines(struct upkeep *u, const struct room_day *d)
{
	static const enum statement ends[] = {
		STATEMENT_END_SEALED, STATEMENT_END_WORDS, STATEMENT_END_LINES,
		STATEMENT_END_ORDER,  STATEMENT_END_DAY,
	};
	char day[CHAIN_DAY_SIZE];
	int error = 0;

	for (size_t i = 0; i < array_len(ends) && !error; i++)
		error = run_for_day(u, ends[i], d);
	chain_day_print(d->day, day);
	if (!error)
		log_info(LOG_STORE, "%s: %s is kept no longer", d->jid, day);
	return error;
}

/* One day of one room; whoever reads sees it whole or not at all. */
static int end_day(struct upkeep *u, int64_t first_kept, bool *more_out)
{
	struct room_day d;
	int error =
		find_day(get_for_number(u, STATEMENT_FIND_OLD, first_kept), &d);

	if (!error)
		error = sqlite_step(get_for_number(u, STATEMENT_KEEP_SINCE,
						   first_kept * CHAIN_DAY_MS));
	if (!error)
		error = end_lines(u, &d);
	*more_out = error == 0;
	u->has_remains |= error == 0;
	mem_free(&d.jid);
	return error == HW_E_NOT_FOUND ? 0 : error;
}

/* What is deleted from the word index is only marked there until its parts are
 * merged, and the old ones hardly ever are: so all are, now and then. */
static int clear_words(struct upkeep *u, int64_t now, bool *more_out)
{
	int before = sqlite3_total_changes(u->db);
	int error;

	if (!u->is_clearing) {
		if (!u->has_remains ||
		    (u->cleared && now - u->cleared < CLEAR_EVERY))
			return 0;
		u->has_remains = false;
		u->cleared = now;
		error = sqlite_step(get(u, STATEMENT_CLEAR_BEGIN));
		u->is_clearing = error == 0;
	} else {
		error = sqlite_step(get(u, STATEMENT_CLEAR_GO_ON));
		/* fewer: nothing was left to do */
		u->is_clearing = error == 0 &&
				 sqlite3_total_changes(u->db) - before >= 2;
	}
	*more_out = u->is_clearing;
	return error;
}

/* More than a portion is left for the next time. */
static int end_rows(struct upkeep *u, enum statement which, int64_t before)
{
	return sqlite_step(get_for_number(u, which, before));
}

static int end_old(struct upkeep *u, const struct backend_care *care,
		   int64_t now, bool *more_out)
{
	static const enum statement ends[] = {
		STATEMENT_END_AUDIT,
		STATEMENT_END_GAPS,
		STATEMENT_END_NOTES,
		STATEMENT_END_MEETINGS,
	};
	int64_t first_kept = chain_day(now - care->keep);
	int error = end_day(u, first_kept, more_out);

	for (size_t i = 0; i < array_len(ends) && !error; i++)
		error = end_rows(u, ends[i], first_kept * CHAIN_DAY_MS);
	return error;
}

int upkeep_run(struct upkeep *u, const struct backend_care *care, int64_t now,
	       bool *more_out)
{
	int error = close_days(u, care, now, more_out);

	/* closed first: a digest is what stays of a day that is ended */
	if (!error && !*more_out && care->keep)
		error = end_old(u, care, now, more_out);
	if (!error && !*more_out)
		error = clear_words(u, now, more_out);
	if (!error && care->keep_presence)
		error = end_rows(u, STATEMENT_END_PRESENCE,
				 now - care->keep_presence);
	return error;
}
