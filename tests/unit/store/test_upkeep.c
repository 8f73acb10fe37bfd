/* SPDX-License-Identifier: MIT */
#include "store/upkeep.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/buf.h"
#include "base/codec.h"
#include "base/mem.h"
#include "base/sign.h"
#include "base/str.h"
#include "scratch.h"
#include "store/archive_query.h"
#include "store/backend.h"
#include "store/chain.h"
#include "store/log_reader.h"

#define OTHER "lobby@rooms.example"
#define DAY 86400000LL
#define MINUTE 60000LL

struct fixture {
	struct scratch scratch;
	struct sign_key *key;
	struct backend_care care;
	void *backend;
};

static int set_up(void **state)
{
	static const unsigned char seed[SIGN_SEED_SIZE] = { 7 };
	struct fixture *f = calloc(1, sizeof(*f));

	scratch_init(&f->scratch);
	f->key = sign_key_new(seed);
	f->care.key = f->key;
	assert_int_equal(backend_sqlite.open(f->scratch.path,
					     BACKEND_SYNC_NORMAL, &f->backend),
			 0);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	backend_sqlite.close(f->backend);
	sign_key_free(&f->key);
	scratch_fini(&f->scratch);
	free(f);
	return 0;
}

static void save(struct fixture *f, struct record *owned)
{
	assert_int_equal(backend_sqlite.begin(f->backend), 0);
	assert_int_equal(backend_sqlite.save(f->backend, owned), 0);
	assert_int_equal(backend_sqlite.commit(f->backend), 0);
	record_free(&owned);
}

static void say(struct fixture *f, const char *room, int number, int64_t at)
{
	save(f, scratch_words(room, number, at));
}

static void retract(struct fixture *f, const char *id)
{
	save(f, scratch_retraction(id));
}

/* All that is due at that time; how many portions it took. */
static int tend(struct fixture *f, int64_t now)
{
	bool has_more = true;
	int portions = 0;

	while (has_more) {
		assert_int_equal(backend_sqlite.tend(f->backend, &f->care, now,
						     &has_more),
				 0);
		portions++;
	}
	return portions;
}

static int64_t ask(struct fixture *f, const char *sql)
{
	return scratch_ask(&f->scratch, sql);
}

struct digests {
	struct buf told;
	char *digest, *signature; /* owned; the last */
};

static void on_day(void *owner, const struct log_day *day)
{
	struct digests *d = owner;

	buf_add_format(&d->told, "%s:%d ", day->day, (int)day->lines);
	str_set(&d->digest, day->digest);
	str_set(&d->signature, day->signature);
}

static void read_digests(struct fixture *f, struct digests *d)
{
	struct reader *r;

	assert_int_equal(reader_open(f->scratch.path, &r), 0);
	assert_int_equal(log_reader_digests(r, SCRATCH_ROOM, on_day, d), 0);
	reader_close(&r);
}

static void digests_fini(struct digests *d)
{
	buf_fini(&d->told);
	mem_free(&d->digest);
	mem_free(&d->signature);
}

static void assert_closed(struct fixture *f, const char *want)
{
	struct digests d = { .digest = NULL };

	read_digests(f, &d);
	assert_string_equal(buf_str(&d.told), want);
	digests_fini(&d);
}

static void day_is_closed_when_it_is_over(void **state)
{
	struct fixture *f = *state;

	say(f, SCRATCH_ROOM, 1, DAY + 1);
	say(f, SCRATCH_ROOM, 2, 2 * DAY - 1);
	say(f, SCRATCH_ROOM, 3, 2 * DAY);
	tend(f, 2 * DAY + MINUTE); /* somebody's line may still be on its way */
	assert_closed(f, "");
	tend(f, 2 * DAY + 6 * MINUTE);
	assert_closed(f, "1970-01-02:2 ");
	assert_int_equal(ask(f, "SELECT count(*) FROM days WHERE is_closed"),
			 1);
	tend(f, 4 * DAY);
	assert_closed(f, "1970-01-02:2 1970-01-03:1 ");
}

static void many_days_are_closed_in_portions(void **state)
{
	struct fixture *f = *state;

	for (int i = 1; i <= 120; i++)
		say(f, SCRATCH_ROOM, i, i * DAY);
	assert_int_equal(tend(f, 200 * DAY), 3);
	assert_int_equal(ask(f, "SELECT count(*) FROM closed_days"), 120);
}

static void signature_is_of_the_day(void **state)
{
	struct fixture *f = *state;
	struct digests d = { .digest = NULL };
	unsigned char public_key[SIGN_PUBLIC_SIZE];
	unsigned char chain[CHAIN_SIZE], *signature;
	char *text;
	size_t len;

	say(f, SCRATCH_ROOM, 1, DAY);
	say(f, SCRATCH_ROOM, 2, DAY);
	tend(f, 3 * DAY);
	read_digests(f, &d);
	assert_int_equal(hex_decode(d.digest, chain, sizeof(chain)), 0);
	assert_int_equal(base64_decode(d.signature, &signature, &len), 0);
	assert_int_equal(len, SIGN_SIZE);
	text = chain_statement(SCRATCH_ROOM, 1, 2, chain);
	sign_key_public(f->key, public_key);
	assert_true(sign_is_good(public_key, text, strlen(text), signature));
	mem_free(&text);
	mem_free(&signature);
	digests_fini(&d);
}

static void retraction_leaves_the_digest(void **state)
{
	struct fixture *f = *state;
	struct digests before = { .digest = NULL }, after = { .digest = NULL };

	say(f, SCRATCH_ROOM, 1, DAY);
	say(f, SCRATCH_ROOM, 2, DAY);
	tend(f, 3 * DAY);
	read_digests(f, &before);
	retract(f, "m1");
	tend(f, 3 * DAY);
	read_digests(f, &after);
	assert_string_equal(before.digest, after.digest);
	assert_string_equal(before.signature, after.signature);
	digests_fini(&before);
	digests_fini(&after);
}

static void late_line_opens_its_day_again(void **state)
{
	struct fixture *f = *state;

	say(f, SCRATCH_ROOM, 1, DAY);
	tend(f, 3 * DAY);
	say(f, SCRATCH_ROOM, 2, DAY + 1); /* the clock was set back */
	assert_closed(f, "");
	tend(f, 3 * DAY);
	assert_closed(f, "1970-01-02:2 ");
}

static void days_are_closed_without_a_key(void **state)
{
	struct fixture *f = *state;
	struct digests d = { .digest = NULL };

	f->care.key = NULL;
	say(f, SCRATCH_ROOM, 1, DAY);
	tend(f, 3 * DAY);
	read_digests(f, &d);
	assert_non_null(d.digest);
	assert_null(d.signature);
	digests_fini(&d);
}

static int64_t kept_since(struct fixture *f)
{
	struct reader *r;
	int64_t at;

	assert_int_equal(reader_open(f->scratch.path, &r), 0);
	assert_int_equal(log_reader_kept_since(r, &at), 0);
	reader_close(&r);
	return at;
}

static void assert_index_is_whole(struct fixture *f)
{
	struct sqlite3 *db = scratch_open(&f->scratch);

	scratch_run(db, "INSERT INTO archive_words (archive_words, rank)"
			" VALUES ('integrity-check', 1)");
	sqlite3_close(db);
}

static void old_days_are_ended_whole(void **state)
{
	struct fixture *f = *state;

	for (int day = 1; day <= 4; day++) {
		say(f, SCRATCH_ROOM, 10 * day, day * DAY);
		say(f, SCRATCH_ROOM, 10 * day + 1, day * DAY + DAY - 1);
		say(f, OTHER, 10 * day + 2, day * DAY + 5);
		/* the last day that is ended and what is kept is late */
		if (day == 1)
			scratch_index(f->backend);
	}
	retract(f, "m10");
	retract(f, "m40");
	f->care.keep = 2 * DAY;
	assert_int_equal(kept_since(f), 0);
	tend(f, 5 * DAY + DAY / 2); /* the 3rd day is kept: half of it is due */
	assert_int_equal(kept_since(f), 3 * DAY);
	assert_int_equal(ask(f, "SELECT count(*) FROM archive"), 6);
	assert_int_equal(ask(f, "SELECT min(at) FROM archive"), 3 * DAY);
	assert_int_equal(ask(f, "SELECT count(*) FROM sealed"), 1);
	assert_int_equal(ask(f, "SELECT count(*) FROM days"), 4);
	assert_index_is_whole(f);
	scratch_index(f->backend);
	assert_int_equal(ask(f, "SELECT count(*) FROM room_lines"), 6);
	assert_int_equal(ask(f, "SELECT count(*) FROM archive_words"
				" WHERE archive_words MATCH 'common'"),
			 5);
	assert_index_is_whole(f);
	/* what was said is over, that it was said is not */
	assert_closed(f, "1970-01-02:2 1970-01-03:2 1970-01-04:2 "
			 "1970-01-05:2 ");
}

static void nothing_old_ends_nothing(void **state)
{
	struct fixture *f = *state;

	say(f, SCRATCH_ROOM, 1, 3 * DAY);
	f->care.keep = 2 * DAY;
	tend(f, 4 * DAY);
	assert_int_equal(kept_since(f), 0);
	assert_int_equal(ask(f, "SELECT count(*) FROM archive"), 1);
	f->care.keep = 0; /* for ever */
	tend(f, 40000 * DAY);
	assert_int_equal(ask(f, "SELECT count(*) FROM archive"), 1);
}

static void come_or_go(struct fixture *f, int64_t at)
{
	struct record *r = record_new(RECORD_PRESENCE, SCRATCH_ROOM, at);

	r->as_presence.nick = str_dup("n");
	save(f, r);
}

static void comings_and_goings_have_a_time_of_their_own(void **state)
{
	struct fixture *f = *state;
	struct record *audit = record_new(RECORD_AUDIT, NULL, DAY);

	audit->as_audit.by = str_dup("control");
	audit->as_audit.act = str_dup("reload");
	save(f, audit);
	say(f, SCRATCH_ROOM, 1, DAY);
	come_or_go(f, DAY);
	come_or_go(f, 4 * DAY);
	f->care.keep_presence = 2 * DAY;
	tend(f, 5 * DAY);
	assert_int_equal(ask(f, "SELECT count(*) FROM presence"), 1);
	assert_int_equal(ask(f, "SELECT count(*) FROM archive"), 1);
	assert_int_equal(ask(f, "SELECT count(*) FROM audit"), 1);
	f->care.keep = DAY;
	tend(f, 5 * DAY);
	assert_int_equal(ask(f, "SELECT count(*) FROM audit"), 0);
}

/* What was noted in a session is words of people, too. */
static void hold_session(struct fixture *f, const char *name, int64_t at,
			 enum record_meeting_state state)
{
	struct record *r = record_new(RECORD_MEETING, SCRATCH_ROOM, at);
	struct record *note = record_new(RECORD_NOTE, SCRATCH_ROOM, at);

	r->as_meeting.name = str_dup(name);
	r->as_meeting.state = state;
	r->as_meeting.planned = at;
	save(f, r);
	(void)str_copy(note->as_note.id, RAND_ID_SIZE, name);
	note->as_note.meeting = str_dup(name);
	note->as_note.text = str_dup("words");
	save(f, note);
}

static void sessions_end_with_the_lines(void **state)
{
	struct fixture *f = *state;

	hold_session(f, "old", DAY, RECORD_MEETING_ENDED);
	hold_session(f, "new", 5 * DAY, RECORD_MEETING_ENDED);
	/* one that goes on for ever loses its old notes alone */
	hold_session(f, "open", DAY, RECORD_MEETING_OPEN);
	tend(f, 5 * DAY);
	assert_int_equal(ask(f, "SELECT count(*) FROM meetings"), 3);
	f->care.keep = 2 * DAY;
	tend(f, 5 * DAY);
	assert_int_equal(ask(f, "SELECT count(*) FROM meetings"), 2);
	assert_int_equal(ask(f, "SELECT count(*) FROM notes"), 1);
}

/* A word's letters, wherever they stand in the index. */
static int64_t traces(struct fixture *f, const char *letters)
{
	char *sql = str_format("SELECT count(*) FROM archive_words_data"
			       " WHERE instr(block, CAST('%s' AS BLOB)) > 0",
			       letters);
	int64_t found = ask(f, sql);

	mem_free(&sql);
	return found;
}

static void say_word(struct fixture *f, int number, int64_t at,
		     const char *word)
{
	struct record *r = scratch_message(SCRATCH_ROOM, number);

	r->as_message.at = at;
	r->as_message.body = str_dup(word);
	save(f, r);
}

static void what_is_kept_no_longer_leaves_the_word_index(void **state)
{
	struct fixture *f = *state;

	say_word(f, 1, DAY, "zebra");
	scratch_index(f->backend);
	say_word(f, 2, 5 * DAY, "quagga");
	scratch_index(f->backend);
	assert_int_equal(traces(f, "zebra"), 1);
	f->care.keep = 2 * DAY;
	tend(f, 5 * DAY);
	assert_int_equal(traces(f, "zebra"), 0);
	assert_int_equal(traces(f, "quagga"), 1);
	assert_int_equal(ask(f, "SELECT count(*) FROM archive_words"
				" WHERE archive_words MATCH 'quagga'"), 1);
	/* it costs: not every day */
	say_word(f, 3, 6 * DAY, "okapi");
	scratch_index(f->backend);
	tend(f, 9 * DAY);
	assert_true(traces(f, "quagga") > 0);
	say_word(f, 4, 14 * DAY, "tapir");
	scratch_index(f->backend);
	tend(f, 17 * DAY);
	assert_int_equal(traces(f, "quagga"), 0);
	assert_int_equal(traces(f, "okapi"), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(day_is_closed_when_it_is_over),
		TEST(many_days_are_closed_in_portions),
		TEST(what_is_kept_no_longer_leaves_the_word_index),
		TEST(signature_is_of_the_day),
		TEST(retraction_leaves_the_digest),
		TEST(late_line_opens_its_day_again),
		TEST(days_are_closed_without_a_key),
		TEST(old_days_are_ended_whole),
		TEST(nothing_old_ends_nothing),
		TEST(comings_and_goings_have_a_time_of_their_own),
		TEST(sessions_end_with_the_lines),
	};
	return cmocka_run_group_tests_name("upkeep", tests, NULL, NULL);
}
