/* SPDX-License-Identifier: MIT */
#include "scratch.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/error.h"
#include "base/str.h"
#include "store/backend.h"

#define PATIENCE 60000 /* ms */

void scratch_init(struct scratch *s)
{
	s->indexes = false;
	snprintf(s->dir, sizeof(s->dir), "/tmp/hallway-store-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
	snprintf(s->path, sizeof(s->path), "%s/hallway.db", s->dir);
}

void scratch_fini(struct scratch *s)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	char path[128];

	for (size_t i = 0; i < array_len(ends); i++) {
		snprintf(path, sizeof(path), "%s%s", s->path, ends[i]);
		unlink(path);
	}
	assert_int_equal(rmdir(s->dir), 0);
}

struct sqlite3 *scratch_open(const struct scratch *s)
{
	struct sqlite3 *db;

	assert_int_equal(sqlite3_open(s->path, &db), SQLITE_OK);
	/* a store that runs beside it may be writing just now */
	assert_int_equal(sqlite3_busy_timeout(db, PATIENCE), SQLITE_OK);
	return db;
}

void scratch_run(struct sqlite3 *db, const char *sql)
{
	assert_int_equal(sqlite3_exec(db, sql, NULL, NULL, NULL), SQLITE_OK);
}

int64_t scratch_number(struct sqlite3 *db, const char *sql)
{
	struct sqlite3_stmt *stmt;
	int64_t number;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	number = sqlite3_column_int64(stmt, 0);
	sqlite3_finalize(stmt);
	return number;
}

int64_t scratch_ask(const struct scratch *s, const char *sql)
{
	struct sqlite3 *db = scratch_open(s);
	int64_t number = scratch_number(db, sql);

	sqlite3_close(db);
	return number;
}

void scratch_index(void *backend)
{
	bool has_more = true;

	while (has_more)
		assert_int_equal(backend_sqlite.index(backend, true, &has_more),
				 0);
}

static int try_save(void *self, struct record **records, size_t count)
{
	const struct backend_ops *ops = &backend_sqlite;
	int error = 0;

	assert_int_equal(ops->begin(self), 0);
	for (size_t i = 0; i < count && !error; i++) {
		assert_true(record_is_whole(records[i]));
		error = ops->save(self, records[i]);
	}
	if (!error)
		error = ops->commit(self);
	if (error)
		assert_int_equal(error, HW_E_BUSY);
	return error;
}

void scratch_save(const struct scratch *s, struct record **owned, size_t count)
{
	const struct backend_ops *ops = &backend_sqlite;
	void *self;

	assert_int_equal(ops->open(s->path, BACKEND_SYNC_NORMAL, &self), 0);
	/* a line that is there already is told of by "busy", once */
	if (try_save(self, owned, count)) {
		ops->rollback(self);
		assert_int_equal(try_save(self, owned, count), 0);
	}
	for (size_t i = 0; i < count; i++)
		record_free(&owned[i]);
	if (s->indexes)
		scratch_index(self);
	ops->close(self);
}

struct record *scratch_room(const char *room, const char *config)
{
	struct record *r = record_new(RECORD_ROOM, room, 7000);

	r->as_room.config = str_dup(config);
	return r;
}

struct record *scratch_session(const char *room, const char *jid,
			       const char *nick)
{
	struct record *r = record_new(RECORD_SESSION, room, 7001);

	r->as_session.jid = str_dup(jid);
	r->as_session.nick = str_dup(nick);
	r->as_session.role = str_dup("participant");
	return r;
}

struct record *scratch_gone(const char *room, const char *jid)
{
	struct record *r = record_new(RECORD_SESSION_GONE, room, 7002);

	r->as_session.jid = str_dup(jid);
	return r;
}

struct record *scratch_affiliation(const char *room, const char *jid,
				   const char *affiliation)
{
	struct record *r = record_new(RECORD_AFFILIATION, room, 7003);

	r->as_affiliation.jid = str_dup(jid);
	r->as_affiliation.affiliation = str_dup(affiliation);
	return r;
}

struct record *scratch_message(const char *room, int number)
{
	struct record *r = record_new(RECORD_MESSAGE, room, number * 1000);

	snprintf(r->as_message.id, sizeof(r->as_message.id), "m%d", number);
	r->as_message.at = number * 1000;
	r->as_message.stanza = str_format("<message id='%d'/>", number);
	return r;
}

struct record *scratch_words(const char *room, int number, int64_t at)
{
	struct record *r = scratch_message(room, number);

	r->as_message.at = at;
	r->as_message.body = str_format("word%d common", number);
	return r;
}

struct record *scratch_retraction(const char *id)
{
	struct record *r = record_new(RECORD_RETRACTION, SCRATCH_ROOM, 9);

	require(str_copy(r->as_retraction.id, RAND_ID_SIZE, id));
	r->as_retraction.stanza = str_dup("<gone/>");
	r->as_retraction.by = str_dup("a@x");
	return r;
}
