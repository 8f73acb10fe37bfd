/* SPDX-License-Identifier: MIT */
#include "store/log_reader.h"

#include <string.h>

#include <sqlite3.h>

#include "base/codec.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/chain.h"
#include "store/line_index.h"
#include "store/reader_handle.h"
#include "store/record.h"
#include "store/sqlite.h"

_Static_assert(LOG_DAY_SIZE == CHAIN_DAY_SIZE, "the same name");

#define ROOM_KEY "(SELECT id FROM rooms WHERE jid = ?1)"

/* What is asked: parameters 1 to 4 as far as the statement has them. */
struct asked {
	const char *room; /* 1; or NULL */
	int64_t start;    /* 2 */
	int64_t end;      /* 3 */
	int64_t max;      /* 4 */
};

static int prepare(struct reader *r, const char *sql, const struct asked *asked,
		   struct sqlite3_stmt **stmt_out)
{
	int error = sqlite_prepare(reader_db(r), sql, stmt_out);
	int count = error ? 0 : sqlite3_bind_parameter_count(*stmt_out);

	if (count > 0)
		sqlite_bind_text(*stmt_out, 1, asked->room);
	if (count > 1)
		sqlite_bind_number(*stmt_out, 2, asked->start);
	if (count > 2)
		sqlite_bind_number(*stmt_out, 3, asked->end);
	if (count > 3)
		sqlite_bind_number(*stmt_out, 4, asked->max);
	return error;
}

static int finish(struct reader *r, struct sqlite3_stmt **stmt, int error)
{
	if (error)
		sqlite_log_error(reader_db(r), "cannot read the log");
	sqlite_finalize(stmt);
	return error;
}

static const char *text_at(struct sqlite3_stmt *row, int column)
{
	return (const char *)sqlite3_column_text(row, column);
}

/* Of rows as records: column 0 is the room's name, 1 the time. */
typedef void (*fill_fn)(struct record *record, struct sqlite3_stmt *row);

static int tell_all(struct reader *r, const char *sql,
		    const struct asked *asked, enum record_kind kind,
		    fill_fn fill, reader_fn fn, void *owner)
{
	struct sqlite3_stmt *stmt = NULL;
	int error = prepare(r, sql, asked, &stmt);

	while (!error && sqlite_next(stmt, &error)) {
		struct record *record = record_new(
			kind, text_at(stmt, 0), sqlite3_column_int64(stmt, 1));

		fill(record, stmt);
		fn(owner, record);
		record_free(&record);
	}
	return finish(r, &stmt, error);
}

/*
 * Days and rooms
 */

/* A day may be of several rows: day_counts.h. One that is closed is not. */
#define DAYS(lines, tombstones)                                         \
	"SELECT d.day, sum(d." lines "), sum(d." tombstones "),"        \
	" max(d.changed), c.digest, c.signature"                        \
	" FROM all_days d LEFT JOIN closed_days c"                      \
	" ON c.room = d.room AND c.day = d.day AND d.is_closed = 1"     \
	" WHERE d.room = " ROOM_KEY " AND d." lines " > 0"              \
	" GROUP BY d.day ORDER BY d.day"

static void tell_day(struct sqlite3_stmt *row, log_day_fn fn, void *owner)
{
	char *digest = NULL, *signature = NULL;
	struct log_day day = {
		.lines = sqlite3_column_int64(row, 1),
		.retracted = sqlite3_column_int64(row, 2),
		.changed = sqlite3_column_int64(row, 3),
	};

	chain_day_print(sqlite3_column_int64(row, 0), day.day);
	if (sqlite3_column_type(row, 4) == SQLITE_BLOB)
		digest = hex_encode(sqlite3_column_blob(row, 4),
				    (size_t)sqlite3_column_bytes(row, 4));
	if (sqlite3_column_type(row, 5) == SQLITE_BLOB)
		signature = base64_encode(sqlite3_column_blob(row, 5),
					  (size_t)sqlite3_column_bytes(row, 5));
	day.digest = digest;
	day.signature = signature;
	fn(owner, &day);
	mem_free(&digest);
	mem_free(&signature);
}

static int tell_days(struct reader *r, const char *sql, const char *room,
		     log_day_fn fn, void *owner)
{
	const struct asked asked = { .room = room };
	struct sqlite3_stmt *stmt = NULL;
	int error = prepare(r, sql, &asked, &stmt);

	while (!error && sqlite_next(stmt, &error))
		tell_day(stmt, fn, owner);
	return finish(r, &stmt, error);
}

int log_reader_days(struct reader *r, const char *room, bool only_public,
		    log_day_fn fn, void *owner)
{
	return tell_days(r,
			 only_public ? DAYS("public_lines", "public_tombstones")
				     : DAYS("lines", "tombstones"),
			 room, fn, owner);
}

int log_reader_digests(struct reader *r, const char *room, log_day_fn fn,
		       void *owner)
{
	return tell_days(r,
			 "SELECT day, lines, 0, at, digest, signature"
			 " FROM closed_days WHERE room = " ROOM_KEY
			 " ORDER BY day",
			 room, fn, owner);
}

/* The first or last public line of a room, looked for from the first or last day
 * that has one; behind the mark (line_index.h) only where the room has lines. */
#define END_OF_DAYS(seq, order)                               \
	"(SELECT " seq " FROM all_days WHERE room = rooms.id" \
	" AND public_lines > 0 ORDER BY day " order ", " seq " " order " LIMIT 1)"
#define FOUND(condition, order)                                        \
	"(SELECT at FROM room_lines WHERE room = rooms.id"             \
	" AND is_public = 1 AND seq " condition " ORDER BY seq " order \
	" LIMIT 1)"
#define FOUND_BEHIND(condition, order)                               \
	"(SELECT at FROM archive WHERE seq > (SELECT seq FROM"       \
	" indexed) AND d.last_seq > (SELECT seq FROM indexed)"       \
	" AND room = rooms.id AND is_public = 1 AND +seq " condition \
	" ORDER BY seq " order " LIMIT 1)"
#define FROM_FIRST ">= " END_OF_DAYS("first_seq", "ASC")
#define TO_LAST "<= " END_OF_DAYS("last_seq", "DESC")
#define FIRST \
	FOUND(FROM_FIRST, "ASC") ", " FOUND_BEHIND(FROM_FIRST, "ASC")
#define LAST FOUND_BEHIND(TO_LAST, "DESC") ", " FOUND(TO_LAST, "DESC")
#define SUMS "room, sum(public_lines) AS lines, max(last_seq) AS last_seq"
#define LATE_SUMS "room, sum(is_public) AS lines, max(seq) AS last_seq"
/* days by an index, and what lies behind them */
#define ROOMS                                                             \
	"SELECT jid, d.lines, coalesce(" FIRST ", 0), coalesce(" LAST     \
	", 0) FROM (SELECT room, sum(lines) AS lines,"                    \
	" max(last_seq) AS last_seq FROM (SELECT " SUMS                   \
	" FROM days GROUP BY room UNION ALL SELECT " LATE_SUMS            \
	" FROM archive WHERE seq > (SELECT counted FROM indexed)"         \
	" GROUP BY room) GROUP BY room) d"                                \
	" CROSS JOIN rooms ON rooms.id = d.room ORDER BY jid"

int log_reader_rooms(struct reader *r, log_room_fn fn, void *owner)
{
	const struct asked asked = { .room = NULL };
	struct sqlite3_stmt *stmt = NULL;
	int error = prepare(r, ROOMS, &asked, &stmt);

	while (!error && sqlite_next(stmt, &error)) {
		const struct log_room room = {
			.jid = text_at(stmt, 0),
			.lines = sqlite3_column_int64(stmt, 1),
			.first = sqlite3_column_int64(stmt, 2),
			.last = sqlite3_column_int64(stmt, 3),
		};

		fn(owner, &room);
	}
	return finish(r, &stmt, error);
}

int log_reader_find(struct reader *r, const char *id, char **room_out,
		    int64_t *at_out, bool *is_public_out)
{
	const struct asked asked = { .room = id };
	struct sqlite3_stmt *stmt = NULL;
	int error = prepare(r,
			    "SELECT rooms.jid, at, is_public FROM archive"
			    " JOIN rooms ON rooms.id = archive.room"
			    " WHERE archive.id = ?1",
			    &asked, &stmt);
	bool is_there = !error && sqlite_next(stmt, &error);

	if (is_there) {
		*room_out = reader_text(stmt, 0);
		*at_out = sqlite3_column_int64(stmt, 1);
		*is_public_out = sqlite3_column_int(stmt, 2) != 0;
	}
	error = finish(r, &stmt, error);
	return !error && !is_there ? HW_E_NOT_FOUND : error;
}

/*
 * The chain
 */

#define END_OF_SPAN(which)                                   \
	"(SELECT " which " FROM all_days WHERE room = " ROOM_KEY \
	" AND day >= ?2 / 86400000 AND day <= ?3 / 86400000)"
#define LINKS                                                        \
	"SELECT id, at, is_public, salt, digest, chain FROM archive" \
	" WHERE seq IN (" LINE_INDEX_SELECT(                         \
		"room = " ROOM_KEY " AND at >= ?2 AND at <= ?3",     \
		END_OF_SPAN("min(first_seq)"),                       \
		END_OF_SPAN("max(last_seq)")) ") ORDER BY seq"

static char *hex_at(struct sqlite3_stmt *row, int column)
{
	if (sqlite3_column_type(row, column) != SQLITE_BLOB)
		return NULL;
	return hex_encode(sqlite3_column_blob(row, column),
			  (size_t)sqlite3_column_bytes(row, column));
}

int log_reader_links(struct reader *r, const char *room, int64_t start,
		     int64_t end, log_link_fn fn, void *owner)
{
	const struct asked asked = { .room = room, .start = start, .end = end };
	struct sqlite3_stmt *stmt = NULL;
	int error = prepare(r, LINKS, &asked, &stmt);

	while (!error && sqlite_next(stmt, &error)) {
		char *salt = hex_at(stmt, 3);
		char *digest = hex_at(stmt, 4), *chain = hex_at(stmt, 5);
		const struct log_link link = {
			.id = text_at(stmt, 0),
			.at = sqlite3_column_int64(stmt, 1),
			.is_public = sqlite3_column_int(stmt, 2) != 0,
			.salt = salt,
			.digest = digest,
			.chain = chain,
		};

		fn(owner, &link);
		mem_free(&salt);
		mem_free(&digest);
		mem_free(&chain);
	}
	return finish(r, &stmt, error);
}

/*
 * Records
 */

static void fill_presence(struct record *record, struct sqlite3_stmt *row)
{
	struct record_presence *p = &record->as_presence;

	p->move = (enum record_move)sqlite3_column_int(row, 2);
	p->nick = reader_text(row, 3);
	p->other = reader_text(row, 4);
	p->occupant_id = reader_text(row, 5);
	p->reason = reader_text(row, 6);
	p->is_public = sqlite3_column_int(row, 7) != 0;
}

#define PRESENCE(condition)                                                \
	"SELECT ?1, at, move, nick, other, occupant_id, reason, is_public" \
	" FROM presence INDEXED BY presence_times WHERE room = " ROOM_KEY  \
	" AND at >= ?2 AND at <= ?3" condition " ORDER BY seq"

int log_reader_presence(struct reader *r, const char *room, int64_t start,
			int64_t end, bool only_public, reader_fn fn,
			void *owner)
{
	const struct asked asked = { .room = room, .start = start, .end = end };

	return tell_all(
		r, only_public ? PRESENCE(" AND is_public = 1") : PRESENCE(""),
		&asked, RECORD_PRESENCE, fill_presence, fn, owner);
}

/* From the newest on: who asks was there lately. */
int log_reader_left(struct reader *r, const char *room, const char *occupant_id,
		    int64_t *at_out)
{
	const struct asked asked = { .room = room };
	struct sqlite3_stmt *stmt = NULL;
	int error = prepare(r,
			    "SELECT at FROM presence INDEXED BY presence_times"
			    " WHERE room = " ROOM_KEY " AND occupant_id = ?2"
			    " AND move NOT IN (?3, ?4)"
			    " ORDER BY at DESC LIMIT 1",
			    &asked, &stmt);
	bool is_there;

	if (!error) {
		sqlite_bind_text(stmt, 2, occupant_id);
		sqlite3_bind_int(stmt, 3, RECORD_CAME);
		sqlite3_bind_int(stmt, 4, RECORD_RENAMED);
	}
	is_there = !error && sqlite_next(stmt, &error);
	if (is_there)
		*at_out = sqlite3_column_int64(stmt, 0);
	error = finish(r, &stmt, error);
	return !error && !is_there ? HW_E_NOT_FOUND : error;
}

static void fill_gap(struct record *record, struct sqlite3_stmt *row)
{
	record->as_gap.domain = reader_text(row, 2);
	record->as_gap.from = record->at;
	record->as_gap.until = sqlite3_column_int64(row, 3);
}

int log_reader_gaps(struct reader *r, const char *room, int64_t start,
		    int64_t end, reader_fn fn, void *owner)
{
	const struct asked asked = { .room = room, .start = start, .end = end };

	return tell_all(r,
			"SELECT (SELECT jid FROM rooms WHERE id = room), since,"
			" domain, until FROM gaps"
			" WHERE (room IS NULL OR room = " ROOM_KEY ")"
			" AND until >= ?2 AND since <= ?3 ORDER BY since, seq",
			&asked, RECORD_GAP, fill_gap, fn, owner);
}

static void fill_retraction(struct record *record, struct sqlite3_stmt *row)
{
	struct record_retraction *t = &record->as_retraction;
	const char *id = text_at(row, 2);

	str_copy(t->id, sizeof(t->id), id ? id : "");
	t->stanza = reader_text(row, 3);
	t->reason = reader_text(row, 4);
	t->at = record->at;
}

#define RETRACTIONS(condition)                                             \
	"SELECT rooms.jid, s.at, a.id, a.stanza, s.reason FROM sealed s"   \
	" JOIN archive a ON a.seq = s.seq JOIN rooms ON rooms.id = a.room" \
	" WHERE (?1 IS NULL OR rooms.jid = ?1)" condition                  \
	" ORDER BY s.at DESC, s.seq DESC LIMIT ?4"

int log_reader_retractions(struct reader *r, const char *room, bool only_public,
			   size_t max, reader_fn fn, void *owner)
{
	const struct asked asked = { .room = room, .max = (int64_t)max };

	return tell_all(r,
			only_public ? RETRACTIONS(" AND is_public = 1")
				    : RETRACTIONS(""),
			&asked, RECORD_RETRACTION, fill_retraction, fn, owner);
}

static void fill_news(struct record *record, struct sqlite3_stmt *row)
{
	struct record_news *n = &record->as_news;
	const char *id = text_at(row, 2);

	str_copy(n->id, sizeof(n->id), id ? id : "");
	n->text = reader_text(row, 3);
	n->link = reader_text(row, 4);
}

int log_reader_news(struct reader *r, size_t max, reader_fn fn, void *owner)
{
	const struct asked asked = { .max = (int64_t)max };

	return tell_all(r,
			"SELECT NULL, at, id, text, link FROM news"
			" ORDER BY at DESC, seq DESC LIMIT ?4",
			&asked, RECORD_NEWS, fill_news, fn, owner);
}

static void fill_group(struct record *record, struct sqlite3_stmt *row)
{
	struct record_group *g = &record->as_group;

	g->key = reader_text(row, 2);
	g->acronym = reader_text(row, 3);
	g->name = reader_text(row, 4);
	g->type = reader_text(row, 5);
	g->state = reader_text(row, 6);
	g->area = reader_text(row, 7);
	g->list_email = reader_text(row, 8);
	g->list_subscribe = reader_text(row, 9);
	g->list_archive = reader_text(row, 10);
	g->charter = reader_text(row, 11);
	g->successor = reader_text(row, 12);
	g->chairs = reader_text(row, 13);
	g->is_retired = sqlite3_column_int(row, 14) != 0;
	g->description = reader_text(row, 15);
}

int log_reader_groups(struct reader *r, reader_fn fn, void *owner)
{
	const struct asked asked = { .room = NULL };

	return tell_all(r,
			"SELECT jid, at, key, acronym, name, type, state, area,"
			" list_email, list_subscribe, list_archive, charter,"
			" successor, chairs, is_retired, description"
			" FROM list_groups JOIN rooms ON rooms.id = room ORDER "
			"BY acronym, key",
			&asked, RECORD_GROUP, fill_group, fn, owner);
}

static void fill_audit(struct record *record, struct sqlite3_stmt *row)
{
	struct record_audit *a = &record->as_audit;

	a->by = reader_text(row, 2);
	a->act = reader_text(row, 3);
	a->target = reader_text(row, 4);
	a->reason = reader_text(row, 5);
	a->detail = reader_text(row, 6);
}

int log_reader_audit(struct reader *r, const char *room, size_t max,
		     reader_fn fn, void *owner)
{
	const struct asked asked = { .room = room, .max = (int64_t)max };

	return tell_all(r,
			"SELECT (SELECT jid FROM rooms WHERE id = room), at,"
			" done_by, act, target, reason, detail FROM audit"
			" WHERE (?1 IS NULL OR room = " ROOM_KEY ")"
			" ORDER BY seq DESC LIMIT ?4",
			&asked, RECORD_AUDIT, fill_audit, fn, owner);
}

int log_reader_kept_since(struct reader *r, int64_t *at_out)
{
	/* max() of no row is NULL, and NULL as a number is 0 */
	return sqlite_ask_number(reader_db(r), "SELECT max(since) FROM kept",
				 at_out);
}
