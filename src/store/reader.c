/* SPDX-License-Identifier: MIT */
#include "store/reader.h"

#include <sqlite3.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/archive_query.h"
#include "store/record.h"
#include "store/schema.h"
#include "store/sqlite.h"

#define SPAN " FROM archive WHERE room = ?1 AND at >= ?2 AND at <= ?3"
#define PAGE                                                                   \
	"SELECT id, at, jid, nick, occupant_id, stanza, body, is_subject" SPAN \
	" AND seq > ?4 AND seq < ?5 ORDER BY seq"
#define QUESTION_TABLE(X)                                                \
	X(BEGIN, "BEGIN")                                                \
	X(END, "ROLLBACK") /* nothing was written */                     \
	X(ROOM_KEY, "SELECT id FROM rooms WHERE jid = ?1")               \
	X(SEQ, "SELECT seq FROM archive WHERE room = ?1 AND id = ?2")    \
	X(TOTAL, "SELECT count(*)" SPAN)                                 \
	X(OLDEST, PAGE " ASC LIMIT ?6")                                  \
	X(NEWEST, PAGE " DESC LIMIT ?6")                                 \
	X(ROOMS,                                                         \
	  "SELECT jid, room, config, subject, subject_nick, subject_at," \
	  " created, changed FROM room_states"                           \
	  " JOIN rooms ON rooms.id = room ORDER BY room")                \
	X(AFFILIATIONS,                                                  \
	  "SELECT jid, affiliation, nick, reason, at FROM affiliations"  \
	  " WHERE room = ?1 ORDER BY jid")                               \
	X(SESSIONS, "SELECT jid, nick, role, presence, joined, changed"  \
		    " FROM sessions WHERE room = ?1 ORDER BY seq")       \
	X(PROOFS, "SELECT domain, proof, at FROM proofs ORDER BY at")

#define QUESTION_MEMBER(name, sql) QUESTION_##name,
enum question { QUESTION_TABLE(QUESTION_MEMBER) QUESTION_COUNT };

#define QUESTION_SQL(name, sql) sql,
static const char *const question_sql[] = { QUESTION_TABLE(QUESTION_SQL) };

struct reader {
	struct sqlite3 *db;
	struct sqlite3_stmt *questions[QUESTION_COUNT];
};

/* Where a page lies: the query, its names made numbers. */
struct span {
	int64_t room;
	int64_t start, end;    /* inclusive */
	int64_t after, before; /* seq, exclusive */
};

static int prepare_all(struct reader *r)
{
	int error = 0;

	for (int i = 0; i < QUESTION_COUNT && !error; i++)
		error = sqlite_prepare(r->db, question_sql[i],
				       &r->questions[i]);
	if (error)
		sqlite_log_error(r->db, "cannot read");
	return error;
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
	error = schema_check(db);
	if (!error)
		error = prepare_all(r);
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
	for (int i = 0; i < QUESTION_COUNT; i++)
		sqlite_finalize(&(*r)->questions[i]);
	sqlite_close(&(*r)->db);
	mem_free(r);
}

static struct sqlite3_stmt *get(struct reader *r, enum question which)
{
	return r->questions[which];
}

static void end_question(struct sqlite3_stmt *stmt)
{
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
}

/* For statements without rows. */
static int run(struct reader *r, enum question which)
{
	int error = sqlite_error(r->db, sqlite3_step(get(r, which)));

	end_question(get(r, which));
	return error;
}

/* True: a row is there. False: the end, or *error_out. */
static bool next_row(struct reader *r, struct sqlite3_stmt *stmt,
		     int *error_out)
{
	int code = sqlite3_step(stmt);

	*error_out = sqlite_error(r->db, code);
	return code == SQLITE_ROW;
}

static char *text_at(struct sqlite3_stmt *row, int column)
{
	return str_dup((const char *)sqlite3_column_text(row, column));
}

static void fill_room(struct record *r, struct sqlite3_stmt *row)
{
	r->as_room.config = text_at(row, 2);
	r->as_room.subject = text_at(row, 3);
	r->as_room.subject_nick = text_at(row, 4);
	r->as_room.subject_at = sqlite3_column_int64(row, 5);
	r->as_room.created = sqlite3_column_int64(row, 6);
	r->at = sqlite3_column_int64(row, 7);
}

static void fill_affiliation(struct record *r, struct sqlite3_stmt *row)
{
	r->as_affiliation.jid = text_at(row, 0);
	r->as_affiliation.affiliation = text_at(row, 1);
	r->as_affiliation.nick = text_at(row, 2);
	r->as_affiliation.reason = text_at(row, 3);
	r->as_affiliation.at = sqlite3_column_int64(row, 4);
	r->at = r->as_affiliation.at;
}

static void fill_session(struct record *r, struct sqlite3_stmt *row)
{
	r->as_session.jid = text_at(row, 0);
	r->as_session.nick = text_at(row, 1);
	r->as_session.role = text_at(row, 2);
	r->as_session.presence = text_at(row, 3);
	r->as_session.joined = sqlite3_column_int64(row, 4);
	r->at = sqlite3_column_int64(row, 5);
}

static void fill_proof(struct record *r, struct sqlite3_stmt *row)
{
	r->as_proof.domain = text_at(row, 0);
	r->as_proof.proof = text_at(row, 1);
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
	while (!error && next_row(r, stmt, &error))
		error = tell(kind, name, stmt, fn, owner);
	end_question(stmt);
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
		error = load_parts(r, QUESTION_SESSIONS, RECORD_SESSION, room,
				   fn, owner);
	return error;
}

int reader_load(struct reader *r, reader_fn fn, void *owner)
{
	struct sqlite3_stmt *rooms = get(r, QUESTION_ROOMS);
	int error = run(r, QUESTION_BEGIN);

	if (error)
		return error;
	while (!error && next_row(r, rooms, &error))
		error = load_room(r, rooms, fn, owner);
	end_question(rooms);
	if (error)
		sqlite_log_error(r->db, "cannot read the rooms");
	(void)run(r, QUESTION_END);
	return error;
}

int reader_proofs(struct reader *r, reader_fn fn, void *owner)
{
	struct sqlite3_stmt *stmt = get(r, QUESTION_PROOFS);
	int error = 0;

	while (!error && next_row(r, stmt, &error))
		error = tell(RECORD_PROOF, NULL, stmt, fn, owner);
	end_question(stmt);
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

/* The number that stmt asks for; ARCHIVE_NO_ID when there is none. */
static enum archive_status ask_key(struct reader *r, struct sqlite3_stmt *stmt,
				   int64_t *key_out)
{
	enum archive_status status = ARCHIVE_OK;
	int error;

	if (next_row(r, stmt, &error))
		*key_out = sqlite3_column_int64(stmt, 0);
	else
		status = error ? ARCHIVE_FAILED : ARCHIVE_NO_ID;
	end_question(stmt);
	return status;
}

static enum archive_status ask_seq(struct reader *r, int64_t room,
				   const char *id, int64_t *seq_out)
{
	struct sqlite3_stmt *stmt = get(r, QUESTION_SEQ);

	if (!id)
		return ARCHIVE_OK;
	sqlite3_bind_int64(stmt, 1, room);
	sqlite3_bind_text(stmt, 2, id, -1, SQLITE_STATIC);
	return ask_key(r, stmt, seq_out);
}

/* One row: what lies between its neighbours. */
static enum archive_status find_only(struct reader *r, const char *id,
				     struct span *span)
{
	int64_t seq;
	enum archive_status status;

	if (!id)
		return ARCHIVE_OK;
	status = ask_seq(r, span->room, id, &seq);
	if (status != ARCHIVE_OK)
		return status;
	span->after = seq - 1;
	span->before = seq + 1;
	return ARCHIVE_OK;
}

static enum archive_status find_span(struct reader *r,
				     const struct archive_query *query,
				     struct span *span_out)
{
	struct sqlite3_stmt *stmt = get(r, QUESTION_ROOM_KEY);
	enum archive_status status;

	*span_out = (struct span){
		.room = -1, /* nobody's: an unknown room is an empty one */
		.start = query->start ? query->start : INT64_MIN,
		.end = query->end ? query->end : INT64_MAX,
		.after = INT64_MIN,
		.before = INT64_MAX,
	};
	sqlite3_bind_text(stmt, 1, query->room, -1, SQLITE_STATIC);
	status = ask_key(r, stmt, &span_out->room);
	if (status == ARCHIVE_FAILED)
		return status;
	status = ask_seq(r, span_out->room, query->after_id, &span_out->after);
	if (status == ARCHIVE_OK)
		status = ask_seq(r, span_out->room, query->before_id,
				 &span_out->before);
	if (status == ARCHIVE_OK)
		status = find_only(r, query->only_id, span_out);
	return status;
}

static void bind_span(struct sqlite3_stmt *stmt, const struct span *span)
{
	sqlite3_bind_int64(stmt, 1, span->room);
	sqlite3_bind_int64(stmt, 2, span->start);
	sqlite3_bind_int64(stmt, 3, span->end);
}

static bool fill_message(struct record_message *m, struct sqlite3_stmt *row)
{
	const char *id = (const char *)sqlite3_column_text(row, 0);

	m->at = sqlite3_column_int64(row, 1);
	m->jid = text_at(row, 2);
	m->nick = text_at(row, 3);
	m->occupant_id = text_at(row, 4);
	m->stanza = text_at(row, 5);
	m->body = text_at(row, 6);
	m->is_subject = sqlite3_column_int(row, 7) != 0;
	return id && str_copy(m->id, sizeof(m->id), id) && m->stanza;
}

/* False: the row is damaged. */
static bool add_row(struct archive_page *page, size_t *cap,
		    struct sqlite3_stmt *row)
{
	if (page->count == *cap) {
		*cap = *cap ? 2 * *cap : 16;
		page->rows =
			mem_realloc(page->rows, *cap * sizeof(*page->rows));
	}
	page->rows[page->count] = (struct record_message){ .at = 0 };
	return fill_message(&page->rows[page->count++], row);
}

static void reverse(struct archive_page *page)
{
	for (size_t i = 0, j = page->count; i + 1 < j; i++) {
		struct record_message m = page->rows[i];

		page->rows[i] = page->rows[--j];
		page->rows[j] = m;
	}
}

/* Asks for one row more than wanted, to know whether it exists. */
static enum archive_status read_page(struct reader *r,
				     const struct archive_query *query,
				     const struct span *span,
				     struct archive_page *page)
{
	struct sqlite3_stmt *stmt =
		get(r, query->last_page ? QUESTION_NEWEST : QUESTION_OLDEST);
	size_t max = query->max < INT32_MAX ? query->max : INT32_MAX;
	size_t cap = 0;
	bool is_good = true;
	int error = 0;

	bind_span(stmt, span);
	sqlite3_bind_int64(stmt, 4, span->after);
	sqlite3_bind_int64(stmt, 5, span->before);
	sqlite3_bind_int64(stmt, 6, (int64_t)max + 1);
	page->is_complete = true;
	while (is_good && next_row(r, stmt, &error)) {
		if (page->count == max) {
			page->is_complete = false;
			break;
		}
		is_good = add_row(page, &cap, stmt);
	}
	end_question(stmt);
	if (query->last_page)
		reverse(page);
	return is_good && !error ? ARCHIVE_OK : ARCHIVE_FAILED;
}

static enum archive_status count_rows(struct reader *r, const struct span *span,
				      struct archive_page *page)
{
	struct sqlite3_stmt *stmt = get(r, QUESTION_TOTAL);

	bind_span(stmt, span);
	return ask_key(r, stmt, &page->total);
}

/* Inside one transaction: page and total are of the same moment. */
static enum archive_status answer(struct reader *r,
				  const struct archive_query *query,
				  struct archive_page *page)
{
	struct span span;
	enum archive_status status = find_span(r, query, &span);

	if (status == ARCHIVE_OK)
		status = read_page(r, query, &span, page);
	if (status == ARCHIVE_OK && query->want_count)
		status = count_rows(r, &span, page);
	page->status = status;
	return status;
}

struct archive_page *reader_ask(struct reader *r,
				const struct archive_query *query)
{
	struct archive_page *page = archive_page_new(ARCHIVE_FAILED);
	enum archive_status status = ARCHIVE_FAILED;

	if (run(r, QUESTION_BEGIN) == 0)
		status = answer(r, query, page);
	if (status == ARCHIVE_FAILED)
		sqlite_log_error(r->db, "cannot read the archive");
	if (!sqlite3_get_autocommit(r->db))
		(void)run(r, QUESTION_END);
	if (status != ARCHIVE_OK) {
		archive_page_free(&page);
		page = archive_page_new(status);
	}
	return page;
}
