/* SPDX-License-Identifier: MIT */
#include "store/checkup.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/sign.h"
#include "base/str.h"
#include "scratch.h"
#include "store/archive_query.h"
#include "store/backend.h"
#include "store/backup.h"
#include "store/reader.h"
#include "store/unseal.h"

#define DAY 86400000LL

static const unsigned char seed[SIGN_SEED_SIZE] = { 9 };

static struct record *retraction(const char *id)
{
	struct record *r = record_new(RECORD_RETRACTION, SCRATCH_ROOM, 77);

	str_copy(r->as_retraction.id, RAND_ID_SIZE, id);
	r->as_retraction.stanza = str_dup("<gone/>");
	r->as_retraction.by = str_dup("chair@x");
	r->as_retraction.reason = str_dup("spam");
	r->as_retraction.at = 77;
	return r;
}

static void fill(struct scratch *s)
{
	struct sign_key *key = sign_key_new(seed);
	const struct backend_care care = { .key = key };
	struct record *r[7];
	void *backend;
	bool has_more;

	for (int i = 0; i < 6; i++) {
		r[i] = scratch_message(SCRATCH_ROOM, i + 1);
		r[i]->as_message.at = (1 + i / 3) * DAY + i;
		r[i]->as_message.body = str_format("word%d and", i + 1);
		r[i]->as_message.jid = str_dup("a@x");
		r[i]->as_message.nick = str_dup("ann");
	}
	r[6] = retraction("m2");
	s->indexes = true;
	scratch_save(s, r, 7);
	assert_int_equal(
		backend_sqlite.open(s->path, BACKEND_SYNC_NORMAL, &backend), 0);
	assert_int_equal(backend_sqlite.tend(backend, &care, 2 * DAY + DAY / 2,
					     &has_more),
			 0);
	backend_sqlite.close(backend);
	sign_key_free(&key);
}

static int set_up(void **state)
{
	struct scratch *s = calloc(1, sizeof(*s));

	scratch_init(s);
	fill(s);
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	scratch_fini(*state);
	free(*state);
	return 0;
}

static void run(const struct scratch *s, const char *sql)
{
	struct sqlite3 *db = scratch_open(s);

	scratch_run(db, sql);
	sqlite3_close(db);
}

static void on_fault(void *owner, const char *text)
{
	buf_add_format(owner, "%s\n", text);
}

/* One fault, which says that; NULL: all is well. */
static void assert_fault(const char *path, const char *want)
{
	struct sign_key *key = sign_key_new(seed);
	unsigned char public_key[SIGN_PUBLIC_SIZE];
	const struct checkup_settings settings = { .path = path,
						   .public_key = public_key };
	struct checkup_result result;
	struct buf told = { 0 };

	sign_key_public(key, public_key);
	sign_key_free(&key);
	assert_int_equal(checkup_run(&settings, on_fault, &told, &result), 0);
	if (!want)
		assert_string_equal(buf_str(&told), "");
	else if (!strstr(buf_str(&told), want))
		fail_msg("\"%s\" is not in \"%s\"", want, buf_str(&told));
	assert_int_equal(result.faults > 0, want != NULL);
	buf_fini(&told);
}

static void whole_database_has_no_fault(void **state)
{
	struct scratch *s = *state;

	assert_fault(s->path, NULL);
}

/* What was saved last is not indexed yet: that is no fault. */
static void late_lines_are_no_fault(void **state)
{
	struct scratch *s = *state;
	struct record *late = scratch_message(SCRATCH_ROOM, 9);

	late->as_message.body = str_dup("late words");
	s->indexes = false;
	scratch_save(s, &late, 1);
	assert_fault(s->path, NULL);
	run(s, "UPDATE archive SET stanza = '<forged/>' WHERE id = 'm9'");
	assert_fault(s->path, "line m9 is not as it was said");
}

static void each_fault_is_told(void **state)
{
	static const struct {
		const char *sql, *want;
	} cases[] = {
		{ "UPDATE archive SET stanza = '<forged/>' WHERE id = 'm3'",
		  "line m3 is not as it was said" },
		{ "UPDATE archive SET at = at + 1 WHERE id = 'm3'",
		  "line m3 is not as it was said" },
		{ "UPDATE sealed SET stanza = '<forged/>'",
		  "line m2 is not as it was said" },
		{ "DELETE FROM archive WHERE id = 'm1'",
		  "the chain breaks at line m2" },
		{ "DELETE FROM archive WHERE id = 'm6'",
		  "1970-01-03: 2 lines are there, 3 were counted" },
		{ "UPDATE days SET chain = zeroblob(32) WHERE day = 2",
		  "1970-01-03: the day's chain does not end as it should" },
		{ "DELETE FROM days WHERE day = 2",
		  "6 lines are kept, in days lie 3" },
		{ "UPDATE archive SET salt = NULL WHERE id = 'm3'",
		  "line m3 has no salt" },
		{ "DELETE FROM sealed",
		  "line m2: what was taken back is not sealed" },
		{ "UPDATE closed_days SET digest = zeroblob(32)",
		  "1970-01-02: the day is not as it was closed" },
		{ "UPDATE closed_days SET lines = 2",
		  "1970-01-02: the signature is not of our key" },
		{ "INSERT INTO archive_words (archive_words, rowid, body)"
		  " VALUES ('delete', 3, 'word3 and')",
		  "1 lines cannot be found by their words" },
		{ "UPDATE archive SET body = NULL WHERE id = 'm4'",
		  "1 lines that are gone can still be found" },
		{ "DELETE FROM room_lines WHERE seq = 3",
		  "1 lines do not stand in the order of their room" },
		{ "UPDATE room_lines SET at = at + 1 WHERE seq = 3",
		  "1 lines do not stand in the order of their room" },
		{ "INSERT INTO room_lines VALUES (1, 99, 1, 1)",
		  "1 lines that are not there stand in the order of a room" },
		{ "UPDATE presence SET room = 99;"
		  "INSERT INTO presence (room, at, move, nick, is_public)"
		  " VALUES (99, 1, 0, 'n', 1)",
		  "presence names a row of rooms that is not there" },
	};

	for (size_t i = 0; i < array_len(cases); i++) {
		struct scratch s;

		(void)state;
		scratch_init(&s);
		fill(&s);
		run(&s, cases[i].sql);
		assert_fault(s.path, cases[i].want);
		scratch_fini(&s);
	}
}

static bool always(void *owner)
{
	(void)owner;
	return true;
}

static void backup_is_of_one_moment(void **state)
{
	struct scratch *s = *state;
	char *path = str_format("%s/copy.db", s->dir);
	struct backup_settings settings = { .from = s->path, .to = path };
	struct sqlite3 *writer = scratch_open(s);
	struct scratch copy = *s;
	struct stat st;

	/* a writer in the middle of something is not in the way */
	scratch_run(writer, "BEGIN IMMEDIATE; DELETE FROM sealed");
	assert_int_equal(backup_make(&settings), 0);
	scratch_run(writer, "ROLLBACK");
	sqlite3_close(writer);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	snprintf(copy.path, sizeof(copy.path), "%s", path);
	assert_fault(path, NULL);
	assert_int_equal(scratch_ask(&copy, "SELECT count(*) FROM archive"), 6);
	/* nothing is written over */
	assert_int_equal(backup_make(&settings), HW_E_EXISTS);
	unlink(path);
	settings.is_cancelled = always;
	assert_int_equal(backup_make(&settings), HW_E_CANCELLED);
	assert_int_not_equal(stat(path, &st), 0);
	mem_free(&path);
}

static void sealed_line_is_opened(void **state)
{
	struct scratch *s = *state;
	struct reader *r;
	struct unsealed u;

	assert_int_equal(reader_open(s->path, &r), 0);
	assert_int_equal(unseal(r, "m2", &u), 0);
	assert_string_equal(u.room, SCRATCH_ROOM);
	assert_string_equal(u.jid, "a@x");
	assert_string_equal(u.nick, "ann");
	assert_string_equal(u.stanza, "<message id='2'/>");
	assert_string_equal(u.sealed_by, "chair@x");
	assert_string_equal(u.reason, "spam");
	assert_int_equal(strlen(u.salt), 32);
	assert_int_equal(strlen(u.digest), 64);
	assert_int_equal(u.at, DAY + 1);
	assert_int_equal(u.sealed_at, 77);
	unsealed_fini(&u);
	assert_int_equal(unseal(r, "m1", &u), HW_E_NOT_FOUND);
	reader_close(&r);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(whole_database_has_no_fault),
		TEST(late_lines_are_no_fault),
		TEST(each_fault_is_told),
		TEST(backup_is_of_one_moment),
		TEST(sealed_line_is_opened),
	};
	return cmocka_run_group_tests_name("checkup", tests, NULL, NULL);
}
