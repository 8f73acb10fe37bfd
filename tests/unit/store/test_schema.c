/* SPDX-License-Identifier: MIT */
#include "store/schema.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/error.h"
#include "scratch.h"
#include "store/backend.h"
#include "store/reader.h"

/* A database as schema 3 left it. */
static const char old_tables[] =
	"PRAGMA application_id = 1752654201; PRAGMA user_version = 3;"
	"CREATE TABLE rooms (id INTEGER PRIMARY KEY,"
	" jid TEXT NOT NULL UNIQUE);"
	"CREATE TABLE room_states ("
	" room INTEGER PRIMARY KEY REFERENCES rooms (id),"
	" config TEXT NOT NULL, subject TEXT, subject_nick TEXT,"
	" subject_at INTEGER NOT NULL, created INTEGER NOT NULL,"
	" changed INTEGER NOT NULL);"
	"CREATE TABLE affiliations ("
	" room INTEGER NOT NULL REFERENCES rooms (id), jid TEXT NOT NULL,"
	" affiliation TEXT NOT NULL, nick TEXT, reason TEXT,"
	" at INTEGER NOT NULL, PRIMARY KEY (room, jid)) WITHOUT ROWID;"
	"CREATE TABLE sessions (seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	" room INTEGER NOT NULL REFERENCES rooms (id), jid TEXT NOT NULL,"
	" nick TEXT NOT NULL, role TEXT NOT NULL, presence TEXT,"
	" joined INTEGER NOT NULL, changed INTEGER NOT NULL,"
	" UNIQUE (room, jid));"
	"CREATE TABLE archive (seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	" id TEXT NOT NULL UNIQUE,"
	" room INTEGER NOT NULL REFERENCES rooms (id), at INTEGER NOT NULL,"
	" jid TEXT, nick TEXT, occupant_id TEXT, stanza TEXT NOT NULL,"
	" body TEXT, is_subject INTEGER NOT NULL);"
	"CREATE INDEX archive_order ON archive (room, seq, at);"
	"CREATE TABLE heartbeat (one INTEGER PRIMARY KEY CHECK (one = 1),"
	" at INTEGER NOT NULL);"
	"CREATE TABLE sealed (seq INTEGER PRIMARY KEY REFERENCES archive (seq),"
	" stanza TEXT NOT NULL, body TEXT, sealed_by TEXT NOT NULL,"
	" reason TEXT, at INTEGER NOT NULL);"
	"CREATE TABLE proofs (domain TEXT PRIMARY KEY, proof TEXT NOT NULL,"
	" at INTEGER NOT NULL) WITHOUT ROWID;";

static int set_up(void **state)
{
	struct scratch *s = calloc(1, sizeof(*s));

	scratch_init(s);
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	scratch_fini(*state);
	free(*state);
	return 0;
}

static int try_open(const struct scratch *s)
{
	void *self;
	int error = backend_sqlite.open(s->path, BACKEND_SYNC_FULL, &self);

	if (!error)
		backend_sqlite.close(self);
	return error;
}

static int try_read(const struct scratch *s)
{
	struct reader *r;
	int error = reader_open(s->path, &r);

	if (!error)
		reader_close(&r);
	return error;
}

static void run(const struct scratch *s, const char *sql)
{
	struct sqlite3 *db = scratch_open(s);

	scratch_run(db, sql);
	sqlite3_close(db);
}

static void write_file(const struct scratch *s, long at, const char *text)
{
	FILE *f = fopen(s->path, at ? "r+" : "w");

	assert_non_null(f);
	assert_int_equal(fseek(f, at, SEEK_SET), 0);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
}

static void new_database_is_ours_alone(void **state)
{
	struct scratch *s = *state;
	struct stat info;
	mode_t old = umask(0);

	assert_int_equal(try_open(s), 0);
	umask(old);
	assert_int_equal(stat(s->path, &info), 0);
	assert_int_equal(info.st_mode & 0777, 0600);
	assert_true(scratch_ask(s, "PRAGMA user_version") >= 11);
	assert_int_equal(scratch_ask(s, "PRAGMA application_id"), 0x68776179);
	assert_int_equal(scratch_ask(s, "SELECT v FROM archive_words_config"
					" WHERE k = 'automerge'"),
			 8);
	/* and again: nothing to migrate */
	assert_int_equal(try_open(s), 0);
	assert_int_equal(try_read(s), 0);
}

static void newer_schema_is_refused(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(try_open(s), 0);
	run(s, "PRAGMA user_version = 1000");
	assert_int_equal(try_open(s), HW_E_TOO_NEW);
	assert_int_equal(try_read(s), HW_E_TOO_NEW);
	/* and left as it was */
	assert_int_equal(scratch_ask(s, "PRAGMA user_version"), 1000);
}

static void database_of_another_program_is_refused(void **state)
{
	struct scratch *s = *state;

	run(s, "CREATE TABLE recipes (name TEXT)");
	assert_int_equal(try_open(s), HW_E_INVALID);
	assert_int_equal(scratch_ask(s, "SELECT count(*) FROM sqlite_master"),
			 1);
}

static void migration_that_fails_leaves_nothing_half_done(void **state)
{
	struct scratch *s = *state;

	/* our mark, but a table is in the way of the first migration */
	run(s, "PRAGMA application_id = 1752654201;"
	       "CREATE TABLE archive (x)");
	assert_true(try_open(s) < 0);
	assert_int_equal(scratch_ask(s, "PRAGMA user_version"), 0);
	assert_int_equal(scratch_ask(s, "SELECT count(*) FROM sqlite_master"),
			 1);
}

static void no_database_is_told(void **state)
{
	struct scratch *s = *state;

	write_file(s, 0, "this is a letter to my aunt, and no database at all");
	assert_int_equal(try_open(s), HW_E_CORRUPT);
	assert_int_equal(try_read(s), HW_E_CORRUPT);
}

static void damaged_database_is_told(void **state)
{
	struct scratch *s = *state;

	assert_int_equal(try_open(s), 0);
	/* the first page's tree, behind the 100 bytes of the file's header */
	write_file(s, 100, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	assert_int_equal(try_open(s), HW_E_CORRUPT);
	assert_int_equal(try_read(s), HW_E_CORRUPT);
}

static void missing_folder_is_told(void **state)
{
	struct scratch *s = *state;
	struct scratch other = *s;

	snprintf(other.path, sizeof(other.path), "%s/no/hallway.db", s->dir);
	assert_int_equal(try_open(&other), HW_E_NOT_FOUND);
	assert_int_equal(try_read(s), HW_E_NOT_FOUND);
}

static void lock_in_the_way_of_a_migration_is_told(void **state)
{
	struct scratch *s = *state;
	struct sqlite3 *db = scratch_open(s);

	scratch_run(db, "PRAGMA journal_mode = WAL");
	scratch_run(db, "BEGIN IMMEDIATE");
	assert_int_equal(try_open(s), HW_E_BUSY);
	scratch_run(db, "ROLLBACK");
	assert_int_equal(try_open(s), 0);
	sqlite3_close(db);
}

/* Two rooms, one open; a line taken back. */
static void old_lines_get_digests(void **state)
{
	struct scratch *s = *state;
	struct sqlite3 *db;

	db = scratch_open(s);
	scratch_run(db, old_tables);
	scratch_run(db, "INSERT INTO rooms VALUES (1, 'a@r'), (2, 'b@r')");
	scratch_run(db, "INSERT INTO room_states VALUES (1,"
			" '<field var=''muc#roomconfig_publicroom''>"
			"<value>1</value></field>"
			"<field var=''muc#roomconfig_membersonly''>"
			"<value>0</value></field>', NULL, NULL, 0, 0, 0),"
			"(2, '<field var=''muc#roomconfig_publicroom''>"
			"<value>1</value></field>"
			"<field var=''muc#roomconfig_membersonly''>"
			"<value>1</value></field>', NULL, NULL, 0, 0, 0)");
	scratch_run(db, "INSERT INTO archive (id, room, at, stanza, body,"
			" is_subject) VALUES"
			" ('x', 1, 5, '<x/>', 'good morning', 0),"
			" ('y', 1, 86400001, '<y/>', 'good night', 0),"
			" ('z', 1, 6, '<gone/>', NULL, 0),"
			" ('w', 2, 6, '<w/>', 'good', 0)");
	scratch_run(db, "INSERT INTO sealed (seq, stanza, body, sealed_by, at)"
			" VALUES (3, '<z/>', 'bad', 'a@x', 9)");
	sqlite3_close(db);
	assert_int_equal(try_open(s), 0);
	assert_int_equal(scratch_ask(s, "SELECT count(*) FROM archive WHERE"
					" length(digest) = 32 AND"
					" length(chain) = 32"), 4);
	assert_int_equal(scratch_ask(s, "SELECT count(*) FROM archive WHERE"
					" length(salt) = 16"), 3);
	assert_int_equal(scratch_ask(s, "SELECT length(salt) FROM sealed"), 16);
	assert_int_equal(scratch_ask(s, "SELECT sum(room) FROM archive"
					" WHERE is_public"), 3);
	assert_int_equal(scratch_ask(s, "SELECT count(*) FROM days JOIN archive"
					" ON seq = last_seq WHERE"
					" days.chain = archive.chain"), 3);
	assert_int_equal(scratch_ask(s, "SELECT lines * 100 + tombstones * 10"
					" + public_tombstones FROM days"
					" WHERE room = 1 AND day = 0"), 211);
	assert_int_equal(scratch_ask(s, "SELECT changed FROM days"
					" WHERE room = 1 AND day = 0"), 9);
	assert_int_equal(scratch_ask(s, "SELECT sum(rowid) FROM archive_words"
					" WHERE archive_words MATCH 'good'"),
			 7);
	assert_int_equal(scratch_ask(s, "SELECT count(*) FROM archive_words"
					" WHERE archive_words MATCH 'bad'"),
			 0);
	assert_int_equal(scratch_ask(s, "SELECT seq FROM indexed"), 4);
	assert_int_equal(scratch_ask(s, "SELECT counted FROM indexed"), 4);
	assert_int_equal(scratch_ask(s, "SELECT count(*) FROM room_lines l"
					" JOIN archive a ON a.seq = l.seq AND"
					" a.room = l.room AND a.at = l.at AND"
					" a.is_public = l.is_public"),
			 4);
}

/* Schema 10 wrote the rows of the days with the lines; two of three are behind
 * the mark of what is found by them. */
static void days_that_are_written_are_not_counted_again(void **state)
{
	struct scratch *s = *state;
	struct record *lines[] = {
		scratch_words(SCRATCH_ROOM, 1, 1),
		scratch_words(SCRATCH_ROOM, 2, 2),
		scratch_words(SCRATCH_ROOM, 3, 3),
	};

	s->indexes = true;
	scratch_save(s, lines, array_len(lines));
	run(s, "INSERT INTO archive_words (archive_words, rowid, body)"
	       " SELECT 'delete', seq, body FROM archive WHERE seq > 1;"
	       "DELETE FROM room_lines WHERE seq > 1;"
	       "UPDATE indexed SET seq = 1; DROP VIEW all_days;"
	       "ALTER TABLE indexed DROP COLUMN counted;"
	       "PRAGMA user_version = 10");
	lines[0] = scratch_words(SCRATCH_ROOM, 4, 4);
	scratch_save(s, lines, 1);
	assert_int_equal(scratch_ask(s, "SELECT counted FROM indexed"), 4);
	assert_int_equal(scratch_ask(s, "SELECT lines FROM days"), 4);
	assert_int_equal(scratch_ask(s, "SELECT count(*) FROM room_lines"), 4);
	assert_int_equal(scratch_ask(s, "SELECT days.chain = archive.chain"
					" FROM days JOIN archive"
					" ON seq = last_seq AND seq = 4"), 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(new_database_is_ours_alone),
		TEST(newer_schema_is_refused),
		TEST(database_of_another_program_is_refused),
		TEST(migration_that_fails_leaves_nothing_half_done),
		TEST(no_database_is_told),
		TEST(damaged_database_is_told),
		TEST(missing_folder_is_told),
		TEST(lock_in_the_way_of_a_migration_is_told),
		TEST(old_lines_get_digests),
		TEST(days_that_are_written_are_not_counted_again),
	};
	return cmocka_run_group_tests_name("schema", tests, NULL, NULL);
}
