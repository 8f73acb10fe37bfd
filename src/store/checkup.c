/* SPDX-License-Identifier: MIT */
#include "store/checkup.h"

#include <inttypes.h>
#include <string.h>

#include <sqlite3.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/sign.h"
#include "base/str.h"
#include "store/chain.h"
#include "store/line_index.h"
#include "store/reader.h"
#include "store/reader_handle.h"
#include "store/sqlite.h"

#define MAX_FAULTS 1000     /* told; what is wrong throughout is told so */
#define CANCEL_EVERY 100000 /* steps of SQLite between two looks */

struct checkup {
	const struct checkup_settings *settings;
	struct reader *reader;
	struct sqlite3 *db;
	checkup_fn fn;
	void *owner;
	struct checkup_result result;
};

/* The day that is walked along. */
struct walk {
	int64_t room, day, lines;
	int64_t first_seq, last_seq;
	const char *jid;           /* borrowed */
	char name[CHAIN_DAY_SIZE]; /* of the day */
	unsigned char chain[CHAIN_SIZE];
};

static void complain(struct checkup *c, const char *format, ...)
	HW_PRINTF(2, 3);

static void complain(struct checkup *c, const char *format, ...)
{
	va_list args;
	char *text;

	if (++c->result.faults > MAX_FAULTS)
		return;
	va_start(args, format);
	text = str_format_va(format, args);
	va_end(args);
	c->fn(c->owner, text);
	mem_free(&text);
}

static const char *text_at(struct sqlite3_stmt *row, int column)
{
	const char *text = (const char *)sqlite3_column_text(row, column);

	return text ? text : "?";
}

static const void *blob_at(struct sqlite3_stmt *row, int column, size_t len)
{
	return (size_t)sqlite3_column_bytes(row, column) == len
		       ? sqlite3_column_blob(row, column)
		       : NULL;
}

static bool is_same(const void *a, const void *b)
{
	return a && b && memcmp(a, b, CHAIN_SIZE) == 0;
}

/*
 * The file
 */

static int check_file(struct checkup *c)
{
	struct sqlite3_stmt *stmt = NULL;
	int error = sqlite_prepare(c->db, "PRAGMA integrity_check", &stmt);

	while (!error && sqlite_next(stmt, &error))
		if (!str_equal(text_at(stmt, 0), "ok"))
			complain(c, "the file is damaged: %s",
				 text_at(stmt, 0));
	sqlite_finalize(&stmt);
	return error;
}

static int check_references(struct checkup *c)
{
	struct sqlite3_stmt *stmt = NULL;
	int error = sqlite_prepare(c->db, "PRAGMA foreign_key_check", &stmt);

	while (!error && sqlite_next(stmt, &error))
		complain(c,
			 "row %lld of %s names a row of %s that is not there",
			 (long long)sqlite3_column_int64(stmt, 1),
			 text_at(stmt, 0), text_at(stmt, 2));
	sqlite_finalize(&stmt);
	return error;
}

/*
 * Lines, chains, days
 */

/* Row: at, id, the line or what is sealed of it, its salt, digest, chain, is it a
 * tombstone, is it sealed. */
static void check_line(struct checkup *c, struct walk *w,
		       struct sqlite3_stmt *row)
{
	const void *salt = blob_at(row, 3, CHAIN_SALT_SIZE);
	const void *digest = blob_at(row, 4, CHAIN_SIZE);
	const char *id = text_at(row, 1);
	unsigned char mine[CHAIN_SIZE];

	w->lines++;
	c->result.lines++;
	if (!salt || !digest) {
		complain(c, "%s: line %s has no salt or no digest", w->jid, id);
	} else {
		chain_digest(salt, id, sqlite3_column_int64(row, 0),
			     text_at(row, 2), mine);
		if (!is_same(mine, digest))
			complain(c,
				 "%s: line %s is not as it was said: its "
				 "digest is another",
				 w->jid, id);
	}
	if (sqlite3_column_int(row, 6) != sqlite3_column_int(row, 7))
		complain(c, "%s: line %s: %s", w->jid, id,
			 sqlite3_column_int(row, 6)
				 ? "what was taken back is not sealed"
				 : "it is sealed, but was not taken back");
	if (digest)
		chain_add(w->chain, digest);
	if (!is_same(w->chain, blob_at(row, 5, CHAIN_SIZE))) {
		complain(c, "%s: the chain breaks at line %s", w->jid, id);
		if (blob_at(row, 5, CHAIN_SIZE))
			memcpy(w->chain, blob_at(row, 5, CHAIN_SIZE),
			       CHAIN_SIZE);
	}
}

static int walk_day(struct checkup *c, struct walk *w)
{
	struct sqlite3_stmt *stmt = NULL;
	int error = sqlite_prepare(
		c->db,
		"SELECT a.at, a.id, ifnull(s.stanza, a.stanza),"
		" ifnull(s.salt, a.salt), a.digest, a.chain, a.is_tombstone,"
		" s.seq IS NOT NULL FROM archive a"
		" LEFT JOIN sealed s ON s.seq = a.seq"
		" WHERE a.seq IN (" LINE_INDEX_SELECT(
			"room = ?1 AND at >= ?2 AND at < ?3", "?4",
			"?5") ") ORDER BY a.seq",
		&stmt);

	if (!error) {
		sqlite_bind_number(stmt, 1, w->room);
		sqlite_bind_number(stmt, 2, w->day * CHAIN_DAY_MS);
		sqlite_bind_number(stmt, 3, (w->day + 1) * CHAIN_DAY_MS);
		sqlite_bind_number(stmt, 4, w->first_seq);
		sqlite_bind_number(stmt, 5, w->last_seq);
	}
	chain_begin(w->jid, w->day, w->chain);
	while (!error && sqlite_next(stmt, &error))
		check_line(c, w, stmt);
	sqlite_finalize(&stmt);
	return error;
}

/* Row: room, its name, day, lines, chain, its first and last line. */
static int check_day(struct checkup *c, struct sqlite3_stmt *row)
{
	struct walk w = {
		.room = sqlite3_column_int64(row, 0),
		.jid = text_at(row, 1),
		.day = sqlite3_column_int64(row, 2),
		.first_seq = sqlite3_column_int64(row, 5),
		.last_seq = sqlite3_column_int64(row, 6),
	};
	int error;

	chain_day_print(w.day, w.name);
	c->result.days++;
	error = walk_day(c, &w);
	if (error)
		return error;
	if (sqlite3_column_int64(row, 3) != w.lines)
		complain(c,
			 "%s %s: %" PRId64 " lines are there, %lld were "
			 "counted",
			 w.jid, w.name, w.lines,
			 (long long)sqlite3_column_int64(row, 3));
	else if (!is_same(blob_at(row, 4, CHAIN_SIZE), w.chain))
		complain(c, "%s %s: the day's chain does not end as it should",
			 w.jid, w.name);
	return 0;
}

static int check_lines(struct checkup *c)
{
	struct sqlite3_stmt *stmt = NULL;
	int64_t lines = 0;
	/* a day may be of several rows: day_counts.h */
	int error = sqlite_prepare(
		c->db,
		"SELECT d.room, r.jid, d.day, d.lines, (SELECT chain FROM"
		" all_days a WHERE a.room = d.room AND a.day = d.day"
		" AND a.last_seq = d.last_seq), d.first_seq, d.last_seq"
		" FROM (SELECT room, day, sum(lines) AS lines,"
		" min(first_seq) AS first_seq, max(last_seq) AS last_seq"
		" FROM all_days GROUP BY room, day) d"
		" JOIN rooms r ON r.id = d.room",
		&stmt);

	while (!error && sqlite_next(stmt, &error))
		error = check_day(c, stmt);
	sqlite_finalize(&stmt);
	if (!error)
		error = sqlite_ask_number(c->db, "SELECT count(*) FROM archive",
					  &lines);
	if (!error && lines != c->result.lines)
		complain(c, "%" PRId64 " lines are kept, in days lie %" PRId64,
			 lines, c->result.lines);
	return error;
}

/*
 * Closed days
 */

/* Row: name, day, lines, digest, signature, the chain of the day or NULL. */
static void check_closed(struct checkup *c, struct sqlite3_stmt *row)
{
	const unsigned char *digest = blob_at(row, 3, CHAIN_SIZE);
	const unsigned char *signature = blob_at(row, 4, SIGN_SIZE);
	const char *jid = text_at(row, 0);
	int64_t day = sqlite3_column_int64(row, 1);
	char name[CHAIN_DAY_SIZE];
	char *text;

	chain_day_print(day, name);
	if (!digest) {
		complain(c, "%s %s: closed without a digest", jid, name);
		return;
	}
	if (sqlite3_column_type(row, 5) != SQLITE_NULL &&
	    !is_same(digest, blob_at(row, 5, CHAIN_SIZE)))
		complain(c, "%s %s: the day is not as it was closed", jid,
			 name);
	if (!signature || !c->settings->public_key)
		return;
	text = chain_statement(jid, day, sqlite3_column_int64(row, 2), digest);
	if (!sign_is_good(c->settings->public_key, text, strlen(text),
			  signature))
		complain(c, "%s %s: the signature is not of our key", jid,
			 name);
	mem_free(&text);
}

static int check_closed_days(struct checkup *c)
{
	struct sqlite3_stmt *stmt = NULL;
	int error = sqlite_prepare(
		c->db,
		"SELECT r.jid, c.day, c.lines, c.digest, c.signature, d.chain"
		" FROM closed_days c JOIN rooms r ON r.id = c.room"
		" LEFT JOIN days d ON d.room = c.room AND d.day = c.day",
		&stmt);

	while (!error && sqlite_next(stmt, &error))
		check_closed(c, stmt);
	sqlite_finalize(&stmt);
	return error;
}

/*
 * What is found by way of lines: line_index.h
 */

/* Up to the mark each line stands in the order of its room, and nothing else. */
static int check_order(struct checkup *c)
{
	int64_t missing = 0, others = 0;
	int error = sqlite_ask_number(
		c->db,
		"SELECT count(*) FROM archive a"
		" WHERE a.seq <= (SELECT seq FROM indexed)"
		" AND NOT EXISTS (SELECT 1 FROM room_lines l"
		" WHERE l.room = a.room AND l.seq = a.seq"
		" AND l.at = a.at AND l.is_public = a.is_public)",
		&missing);

	if (!error)
		error = sqlite_ask_number(
			c->db,
			"SELECT count(*) FROM room_lines l"
			" WHERE NOT EXISTS (SELECT 1 FROM archive a"
			" WHERE a.seq = l.seq AND a.room = l.room)",
			&others);
	if (!error && missing)
		complain(c,
			 "%" PRId64 " lines do not stand in the order of "
			 "their room",
			 missing);
	if (!error && others)
		complain(c,
			 "%" PRId64 " lines that are not there stand in the "
			 "order of a room",
			 others);
	return error;
}

/* Up to the mark each text has its entry. That the entry is of this text only the index itself
 * could tell, and it would keep the writer waiting for as long. */
static int check_words(struct checkup *c)
{
	int64_t count = 0;
	int error = sqlite_ask_number(
		c->db,
		"SELECT count(*) FROM archive WHERE body IS NOT NULL"
		" AND seq <= (SELECT seq FROM indexed)"
		" AND seq NOT IN (SELECT id FROM archive_words_docsize)",
		&count);

	if (!error && count)
		complain(c, "%" PRId64 " lines cannot be found by their words",
			 count);
	return error;
}

/* No line whose text is gone may be found by it. */
static int check_buried_words(struct checkup *c)
{
	int64_t count = 0;
	int error =
		sqlite_ask_number(c->db,
				  "SELECT count(*) FROM archive_words_docsize d"
				  " WHERE NOT EXISTS (SELECT 1 FROM archive a"
				  " WHERE a.seq = d.id AND a.body IS NOT NULL)",
				  &count);

	if (!error && count)
		complain(c,
			 "%" PRId64 " lines that are gone can still be "
			 "found by their words",
			 count);
	return error;
}

static int on_progress(void *owner)
{
	const struct checkup *c = owner;

	return c->settings->is_cancelled(c->owner);
}

static int check_all(struct checkup *c)
{
	static int (*const checks[])(struct checkup *) = {
		check_file,         check_references, check_lines,
		check_closed_days,  check_order,      check_words,
		check_buried_words,
	};
	int error = reader_begin(c->reader);

	for (size_t i = 0; i < array_len(checks) && !error; i++) {
		error = checks[i](c);
		if (error == HW_E_CORRUPT) {
			complain(c,
				 "the file is damaged and cannot be read: "
				 "%s",
				 sqlite3_errmsg(c->db));
			error = 0;
		}
	}
	reader_end(c->reader);
	return error;
}

int checkup_run(const struct checkup_settings *settings, checkup_fn fn,
		void *owner, struct checkup_result *result_out)
{
	struct checkup c = { .settings = settings, .fn = fn, .owner = owner };
	int error = reader_open(settings->path, &c.reader);

	if (error)
		return error;
	c.db = reader_db(c.reader);
	if (settings->is_cancelled)
		sqlite3_progress_handler(c.db, CANCEL_EVERY, on_progress, &c);
	error = check_all(&c);
	reader_close(&c.reader);
	*result_out = c.result;
	return error;
}
