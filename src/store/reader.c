/* SPDX-License-Identifier: MIT */
#include "store/reader.h"

#include <sqlite3.h>

#include "base/error.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/reader_handle.h"
#include "store/schema.h"
#include "store/sqlite.h"

#define QUESTION_TABLE(X)                                                    \
	X(BEGIN, "BEGIN")                                                    \
	X(END, "ROLLBACK") /* nothing was written */                         \
	X(ROOMS,                                                             \
	  "SELECT jid, room, config, subject, subject_nick, subject_at,"     \
	  " created, changed FROM room_states"                               \
	  " JOIN rooms ON rooms.id = room ORDER BY room")                    \
	X(AFFILIATIONS, "SELECT jid, affiliation, nick, reason, at, details" \
			" FROM affiliations"                                 \
			" WHERE room = ?1 ORDER BY jid")                     \
	X(HATS, "SELECT jid, uri, title, given_by, at FROM hats"             \
		" WHERE room = ?1 ORDER BY jid, uri")                        \
	X(SESSIONS, "SELECT jid, nick, role, presence, joined, changed"      \
		    " FROM sessions WHERE room = ?1 ORDER BY seq")           \
	X(PROOFS, "SELECT domain, proof, at FROM proofs ORDER BY at")

#define QUESTION_MEMBER(name, sql) QUESTION_##name,
enum question { QUESTION_TABLE(QUESTION_MEMBER) QUESTION_COUNT };

#define QUESTION_SQL(name, sql) sql,
static const char *const question_sql[] = { QUESTION_TABLE(QUESTION_SQL) };

#define MAX_KEPT 64 /* statements; questions are of few shapes */

struct reader {
	struct sqlite3 *db;
	struct sqlite3_stmt *questions[QUESTION_COUNT];
	struct map *kept; /* owned; SQL to statement */
};

static void finalize(void *value)
{
	struct sqlite3_stmt *stmt = value;

	sqlite_finalize(&stmt);
}

static void forget_kept(struct reader *r)
{
	map_free(&r->kept, finalize);
	r->kept = map_new();
}

int reader_open(const char *path, struct reader **reader_out)
{
	struct reader *r;
	struct sqlite3 *db;
	int error = sqlite_open(path, false, &db);

	if (error)
		return error;
	r = mem_new(struct reader);
	r->db = db;
	r->kept = map_new();
	error = schema_check(db);
	if (!error) /* words of late lines: line_reader.c */
		error = sqlite_run(db, "PRAGMA temp_store = MEMORY");
	if (!error)
		error = sqlite_prepare_all(db, question_sql, QUESTION_COUNT,
					   r->questions);
	if (error) {
		reader_close(&r);
		return error;
	}
	*reader_out = r;
	return 0;
}

void reader_close(struct reader **r)
{
	if (!*r)
		return;
	sqlite_finalize_all((*r)->questions, QUESTION_COUNT);
	map_free(&(*r)->kept, finalize);
	sqlite_close(&(*r)->db);
	mem_free(r);
}

static struct sqlite3_stmt *get(struct reader *r, enum question which)
{
	return r->questions[which];
}

struct sqlite3 *reader_db(struct reader *r)
{
	return r->db;
}

int reader_get(struct reader *r, const char *sql,
	       struct sqlite3_stmt **stmt_out)
{
	int error;

	*stmt_out = map_get(r->kept, sql);
	if (*stmt_out)
		return 0;
	error = sqlite_prepare(r->db, sql, stmt_out);
	if (!error)
		map_add(r->kept, sql, *stmt_out);
	return error;
}

void reader_put(struct sqlite3_stmt **stmt)
{
	if (*stmt)
		sqlite_reset(*stmt);
	*stmt = NULL;
}

int reader_begin(struct reader *r)
{
	if (map_count(r->kept) > MAX_KEPT)
		forget_kept(r); /* none is in use between questions */
	return sqlite_step(get(r, QUESTION_BEGIN));
}

void reader_end(struct reader *r)
{
	if (!sqlite3_get_autocommit(r->db))
		(void)!sqlite_step(get(r, QUESTION_END));
}

char *reader_text(struct sqlite3_stmt *row, int column)
{
	return str_dup((const char *)sqlite3_column_text(row, column));
}

static void fill_room(struct record *r, struct sqlite3_stmt *row)
{
	r->as_room.config = reader_text(row, 2);
	r->as_room.subject = reader_text(row, 3);
	r->as_room.subject_nick = reader_text(row, 4);
	r->as_room.subject_at = sqlite3_column_int64(row, 5);
	r->as_room.created = sqlite3_column_int64(row, 6);
	r->at = sqlite3_column_int64(row, 7);
}

static void fill_affiliation(struct record *r, struct sqlite3_stmt *row)
{
	r->as_affiliation.jid = reader_text(row, 0);
	r->as_affiliation.affiliation = reader_text(row, 1);
	r->as_affiliation.nick = reader_text(row, 2);
	r->as_affiliation.reason = reader_text(row, 3);
	r->as_affiliation.at = sqlite3_column_int64(row, 4);
	r->as_affiliation.details = reader_text(row, 5);
	r->at = r->as_affiliation.at;
}

static void fill_session(struct record *r, struct sqlite3_stmt *row)
{
	r->as_session.jid = reader_text(row, 0);
	r->as_session.nick = reader_text(row, 1);
	r->as_session.role = reader_text(row, 2);
	r->as_session.presence = reader_text(row, 3);
	r->as_session.joined = sqlite3_column_int64(row, 4);
	r->at = sqlite3_column_int64(row, 5);
}

static void fill_hat(struct record *r, struct sqlite3_stmt *row)
{
	r->as_hat.jid = reader_text(row, 0);
	r->as_hat.uri = reader_text(row, 1);
	r->as_hat.title = reader_text(row, 2);
	r->as_hat.by = reader_text(row, 3);
	r->at = sqlite3_column_int64(row, 4);
}

static void fill_proof(struct record *r, struct sqlite3_stmt *row)
{
	r->as_proof.domain = reader_text(row, 0);
	r->as_proof.proof = reader_text(row, 1);
	r->at = sqlite3_column_int64(row, 2);
}

/* Hands one row over as a record, if it is what a record must be. */
static int tell(enum record_kind kind, const char *room,
		struct sqlite3_stmt *row, reader_fn fn, void *owner)
{
	struct record *record = record_new(kind, room, 0);
	int error = HW_E_CORRUPT;

	if (kind == RECORD_ROOM)
		fill_room(record, row);
	else if (kind == RECORD_AFFILIATION)
		fill_affiliation(record, row);
	else if (kind == RECORD_HAT)
		fill_hat(record, row);
	else if (kind == RECORD_PROOF)
		fill_proof(record, row);
	else
		fill_session(record, row);
	if (record_is_whole(record)) {
		fn(owner, record);
		error = 0;
	}
	record_free(&record);
	return error;
}

static int load_parts(struct reader *r, enum question which,
		      enum record_kind kind, struct sqlite3_stmt *room,
		      reader_fn fn, void *owner)
{
	const char *name = (const char *)sqlite3_column_text(room, 0);
	struct sqlite3_stmt *stmt = get(r, which);
	int error = 0;

	sqlite3_bind_int64(stmt, 1, sqlite3_column_int64(room, 1));
	while (!error && sqlite_next(stmt, &error))
		error = tell(kind, name, stmt, fn, owner);
	sqlite_reset(stmt);
	return error;
}

static int load_room(struct reader *r, struct sqlite3_stmt *room, reader_fn fn,
		     void *owner)
{
	const char *name = (const char *)sqlite3_column_text(room, 0);
	int error = tell(RECORD_ROOM, name, room, fn, owner);

	if (!error)
		error = load_parts(r, QUESTION_AFFILIATIONS, RECORD_AFFILIATION,
				   room, fn, owner);
	if (!error)
		error = load_parts(r, QUESTION_HATS, RECORD_HAT, room, fn,
				   owner);
	if (!error)
		error = load_parts(r, QUESTION_SESSIONS, RECORD_SESSION, room,
				   fn, owner);
	return error;
}

int reader_load(struct reader *r, reader_fn fn, void *owner)
{
	struct sqlite3_stmt *rooms = get(r, QUESTION_ROOMS);
	int error = reader_begin(r);

	if (error)
		return error;
	while (!error && sqlite_next(rooms, &error))
		error = load_room(r, rooms, fn, owner);
	sqlite_reset(rooms);
	if (error)
		sqlite_log_error(r->db, "cannot read the rooms");
	reader_end(r);
	return error;
}

int reader_proofs(struct reader *r, reader_fn fn, void *owner)
{
	struct sqlite3_stmt *stmt = get(r, QUESTION_PROOFS);
	int error = 0;

	while (!error && sqlite_next(stmt, &error))
		error = tell(RECORD_PROOF, NULL, stmt, fn, owner);
	sqlite_reset(stmt);
	if (error)
		sqlite_log_error(r->db, "cannot read the proofs");
	return error;
}

int reader_heartbeat(struct reader *r, int64_t *at_out)
{
	/* max() of no row is NULL, and NULL as a number is 0 */
	return sqlite_ask_number(r->db, "SELECT max(at) FROM heartbeat",
				 at_out);
}

int reader_last_line(struct reader *r, int64_t *at_out)
{
	return sqlite_ask_number(r->db,
				 "SELECT max(at) FROM (SELECT at FROM archive"
				 " ORDER BY seq DESC LIMIT 1)",
				 at_out);
}
