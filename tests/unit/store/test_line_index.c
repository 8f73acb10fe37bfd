/* SPDX-License-Identifier: MIT */
#include "store/line_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "scratch.h"
#include "store/archive_query.h"
#include "store/backend.h"
#include "store/checkup.h"
#include "store/reader.h"

#define OTHER "lobby@rooms.example"
#define DAY 86400000LL

struct fixture {
	struct scratch scratch;
	void *backend;
	struct list records; /* of the transaction */
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	scratch_init(&f->scratch);
	list_init(&f->records);
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
	scratch_fini(&f->scratch);
	free(f);
	return 0;
}

static void begin(struct fixture *f)
{
	assert_int_equal(backend_sqlite.begin(f->backend), 0);
}

static void free_records(struct fixture *f)
{
	struct record *r, *next;

	list_each_safe(r, next, &f->records, node) {
		list_remove(&r->node);
		record_free(&r);
	}
}

static void commit(struct fixture *f)
{
	assert_int_equal(backend_sqlite.commit(f->backend), 0);
	free_records(f);
}

static void roll_back(struct fixture *f)
{
	backend_sqlite.rollback(f->backend);
	free_records(f);
}

static void save(struct fixture *f, struct record *owned)
{
	list_add_tail(&f->records, &owned->node);
	assert_int_equal(backend_sqlite.save(f->backend, owned), 0);
}

static void say(struct fixture *f, const char *room, int number, int64_t at)
{
	save(f, scratch_words(room, number, at));
}

static void retract(struct fixture *f, const char *id)
{
	save(f, scratch_retraction(id));
}

static void on_fault(void *owner, const char *text)
{
	(void)owner;
	print_message("%s\n", text);
}

/* Chains, days, and what is found by way of lines. */
static void assert_whole(const struct fixture *f, int64_t lines)
{
	const struct checkup_settings settings = { .path = f->scratch.path };
	struct checkup_result result;
	struct sqlite3 *db = scratch_open(&f->scratch);

	assert_int_equal(checkup_run(&settings, on_fault, NULL, &result), 0);
	assert_int_equal(result.faults, 0);
	assert_int_equal(result.lines, lines);
	scratch_run(db, "INSERT INTO archive_words (archive_words, rank)"
			" VALUES ('integrity-check', 1)");
	sqlite3_close(db);
}

static int64_t mark(const struct fixture *f)
{
	return scratch_ask(&f->scratch, "SELECT seq FROM indexed");
}

/* How many lines have that word. */
static int64_t find(const struct fixture *f, const char *words)
{
	struct archive_query *query = archive_query_new(SCRATCH_ROOM, 10);
	struct archive_page *page;
	struct reader *reader;
	int64_t total;

	query->words = str_dup(words);
	query->want_count = true;
	assert_int_equal(reader_open(f->scratch.path, &reader), 0);
	page = reader_ask(reader, query);
	assert_int_equal(page->status, ARCHIVE_OK);
	total = page->total;
	archive_page_free(&page);
	archive_query_free(&query);
	reader_close(&reader);
	return total;
}

static void few_lines_wait_for_more_or_for_time(void **state)
{
	struct fixture *f = *state;
	bool has_more;

	begin(f);
	for (int i = 1; i <= 5; i++)
		say(f, SCRATCH_ROOM, i, i);
	commit(f);
	assert_int_equal(backend_sqlite.index(f->backend, false, &has_more), 0);
	assert_int_equal(mark(f), 0);
	assert_int_equal(find(f, "common"), 5);
	assert_int_equal(backend_sqlite.index(f->backend, true, &has_more), 0);
	assert_false(has_more);
	assert_int_equal(mark(f), 5);
	assert_int_equal(find(f, "common"), 5);
	assert_whole(f, 5);
}

static void many_lines_are_indexed_in_portions(void **state)
{
	struct fixture *f = *state;
	bool has_more;

	begin(f);
	for (int i = 1; i <= 5010; i++)
		say(f, i % 2 ? SCRATCH_ROOM : OTHER, i, i);
	commit(f);
	assert_int_equal(backend_sqlite.index(f->backend, false, &has_more), 0);
	assert_true(has_more);
	assert_int_equal(mark(f), 2500);
	assert_int_equal(find(f, "common"), 2505);
	assert_whole(f, 5010);
	/* the last ten are not worth while by themselves */
	assert_int_equal(backend_sqlite.index(f->backend, false, &has_more), 0);
	assert_false(has_more);
	assert_int_equal(mark(f), 5000);
	assert_int_equal(backend_sqlite.index(f->backend, true, &has_more), 0);
	assert_false(has_more);
	assert_int_equal(mark(f), 5010);
	assert_whole(f, 5010);
}

static void long_texts_are_not_waited_with(void **state)
{
	struct fixture *f = *state;
	char *text = str_format("%01000d", 7);
	bool has_more;

	begin(f);
	for (int i = 1; i <= 600; i++) {
		struct record *r = scratch_message(SCRATCH_ROOM, i);

		r->as_message.body = str_dup(text);
		save(f, r);
	}
	commit(f);
	mem_free(&text);
	assert_int_equal(backend_sqlite.index(f->backend, false, &has_more), 0);
	assert_int_equal(mark(f), 600);
}

static void what_is_taken_back_is_found_no_more(void **state)
{
	struct fixture *f = *state;

	begin(f);
	say(f, SCRATCH_ROOM, 1, 1);
	say(f, SCRATCH_ROOM, 2, 2);
	commit(f);
	scratch_index(f->backend);
	begin(f);
	say(f, SCRATCH_ROOM, 3, 3);
	say(f, SCRATCH_ROOM, 4, 4);
	retract(f, "m1"); /* indexed */
	retract(f, "m3"); /* not yet; nor is its day's row written */
	commit(f);
	assert_int_equal(find(f, "common"), 2);
	assert_int_equal(find(f, "word1"), 0);
	assert_int_equal(find(f, "word3"), 0);
	assert_whole(f, 4);
	scratch_index(f->backend);
	assert_int_equal(find(f, "common"), 2);
	assert_int_equal(find(f, "word2 -word4"), 1);
	assert_whole(f, 4);
	assert_int_equal(
		scratch_ask(&f->scratch, "SELECT tombstones FROM days"), 2);
}

static void start_catches_up(void **state)
{
	struct fixture *f = *state;

	begin(f);
	say(f, SCRATCH_ROOM, 1, 1);
	say(f, OTHER, 2, 2);
	commit(f);
	backend_sqlite.close(f->backend); /* as after a crash */
	assert_int_equal(scratch_ask(&f->scratch, "SELECT count(*) FROM days"),
			 0);
	assert_int_equal(backend_sqlite.open(f->scratch.path,
					     BACKEND_SYNC_NORMAL, &f->backend),
			 0);
	begin(f);
	say(f, SCRATCH_ROOM, 3, 3); /* the chain goes on */
	commit(f);
	assert_whole(f, 3);
	scratch_index(f->backend);
	assert_int_equal(mark(f), 3);
	assert_whole(f, 3);
	assert_int_equal(
		scratch_ask(&f->scratch,
			    "SELECT group_concat(lines, '') FROM days"
			    " WHERE (room, day) IN (SELECT room, 0 FROM"
			    " archive) ORDER BY room"),
		21);
}

/* Their row is written for many lines at once, and before it is looked at. */
static void days_follow_their_lines(void **state)
{
	struct fixture *f = *state;
	const struct backend_care care = { .keep = 0 };
	bool has_more;

	begin(f);
	say(f, SCRATCH_ROOM, 1, 1);
	commit(f);
	begin(f);
	say(f, SCRATCH_ROOM, 2, 2);
	say(f, OTHER, 3, 3);
	commit(f);
	assert_int_equal(scratch_ask(&f->scratch, "SELECT count(*) FROM days"),
			 0);
	assert_int_equal(
		scratch_ask(&f->scratch, "SELECT sum(lines) FROM all_days"), 3);
	assert_whole(f, 3);
	assert_int_equal(
		backend_sqlite.tend(f->backend, &care, 1000, &has_more), 0);
	assert_int_equal(
		scratch_ask(&f->scratch, "SELECT sum(lines) FROM days"), 3);
	assert_int_equal(
		scratch_ask(&f->scratch, "SELECT sum(lines) FROM all_days"), 3);
	begin(f);
	say(f, SCRATCH_ROOM, 4, 4);
	retract(f, "m4");
	commit(f);
	assert_int_equal(
		scratch_ask(&f->scratch,
			    "SELECT sum(lines * 10 + tombstones) FROM days"),
		41);
	assert_whole(f, 4);
	assert_int_equal(mark(f), 0);
}

/* A day that is ended while lines of it wait for what is made of them. */
static void late_lines_can_be_ended(void **state)
{
	struct fixture *f = *state;
	const struct backend_care care = { .keep = DAY };
	bool has_more = true;

	begin(f);
	say(f, SCRATCH_ROOM, 1, 1);
	say(f, SCRATCH_ROOM, 2, 20 * DAY);
	commit(f);
	while (has_more)
		assert_int_equal(backend_sqlite.tend(f->backend, &care,
						     20 * DAY + 1, &has_more),
				 0);
	assert_whole(f, 1);
	scratch_index(f->backend);
	assert_whole(f, 1);
	assert_int_equal(find(f, "common"), 1);
	assert_int_equal(scratch_ask(&f->scratch, "SELECT count(*) FROM days"),
			 1);
}

/* Many are written by one statement. One that is there already is none of them,
 * nor is it in the chain. */
static void no_line_is_kept_twice(void **state)
{
	struct fixture *f = *state;

	begin(f);
	for (int i = 1; i <= 100; i++)
		say(f, i % 3 ? SCRATCH_ROOM : OTHER, i, i);
	commit(f);
	assert_whole(f, 100);
	begin(f);
	for (int i = 91; i <= 110; i++)
		say(f, i % 3 ? SCRATCH_ROOM : OTHER, i, i);
	assert_int_equal(backend_sqlite.commit(f->backend), HW_E_BUSY);
	roll_back(f);
	assert_whole(f, 100);
	begin(f); /* tried again it is clear which */
	for (int i = 91; i <= 110; i++)
		say(f, i % 3 ? SCRATCH_ROOM : OTHER, i, i);
	commit(f);
	begin(f);
	for (int i = 111; i <= 120; i++)
		say(f, i % 3 ? SCRATCH_ROOM : OTHER, i, i);
	commit(f);
	assert_whole(f, 120);
	scratch_index(f->backend);
	assert_whole(f, 120);
}

static struct record *unfit_line(int number)
{
	struct record *r = scratch_message(SCRATCH_ROOM, number);

	r->as_message.stanza[0] = '\0';
	return r;
}

static void line_that_does_not_fit_is_named(void **state)
{
	struct fixture *f = *state;
	struct sqlite3 *db = scratch_open(&f->scratch);
	struct record *unfit;

	/* nothing of ours is refused by the table as it is */
	scratch_run(db, "CREATE TRIGGER refuse BEFORE INSERT ON archive"
			" WHEN new.stanza = '' BEGIN"
			" SELECT raise(ABORT, 'refused'); END");
	sqlite3_close(db);
	begin(f);
	for (int i = 1; i <= 8; i++)
		if (i == 5)
			save(f, unfit_line(i));
		else
			say(f, SCRATCH_ROOM, i, i);
	assert_int_equal(backend_sqlite.commit(f->backend), HW_E_BUSY);
	roll_back(f);
	begin(f);
	for (int i = 1; i <= 4; i++)
		say(f, SCRATCH_ROOM, i, i);
	unfit = unfit_line(5);
	assert_int_equal(backend_sqlite.save(f->backend, unfit), HW_E_INVALID);
	record_free(&unfit);
	roll_back(f);
	begin(f);
	say(f, SCRATCH_ROOM, 1, 1);
	commit(f);
	assert_whole(f, 1);
}

/* What is known of a room is forgotten with the lines it came of. */
static void chain_goes_on_behind_a_rollback(void **state)
{
	struct fixture *f = *state;

	begin(f);
	say(f, SCRATCH_ROOM, 1, 1);
	commit(f);
	begin(f);
	say(f, SCRATCH_ROOM, 2, 2);
	say(f, OTHER, 3, 3); /* its key goes as well */
	roll_back(f);
	begin(f);
	say(f, SCRATCH_ROOM, 2, 2);
	say(f, SCRATCH_ROOM, 2, 2); /* told twice */
	say(f, SCRATCH_ROOM, 4, 4);
	say(f, OTHER, 3, 3);
	commit(f);
	assert_whole(f, 4);
	scratch_index(f->backend);
	assert_whole(f, 4);
	assert_int_equal(scratch_ask(&f->scratch,
				     "SELECT lines FROM days"
				     " JOIN rooms ON id = room"
				     " WHERE jid = '" SCRATCH_ROOM "'"),
			 3);
}

static void days_may_alternate_in_a_transaction(void **state)
{
	struct fixture *f = *state;

	begin(f);
	for (int i = 0; i < 10; i++)
		say(f, SCRATCH_ROOM, i + 1, i % 3 * DAY + i);
	commit(f);
	assert_whole(f, 10);
	scratch_index(f->backend);
	assert_whole(f, 10);
	assert_int_equal(
		scratch_ask(&f->scratch,
			    "SELECT group_concat(lines, '') FROM days"),
		433);
}

/* The care closes days and ends them: a place that was kept would not know. */
static void closed_day_is_opened_again(void **state)
{
	struct fixture *f = *state;
	const struct backend_care care = { .keep = 0 };
	bool has_more;

	begin(f);
	say(f, SCRATCH_ROOM, 1, 1);
	commit(f);
	assert_int_equal(
		backend_sqlite.tend(f->backend, &care, 2 * DAY, &has_more), 0);
	assert_int_equal(scratch_ask(&f->scratch, "SELECT is_closed FROM days"),
			 1);
	begin(f);
	say(f, SCRATCH_ROOM, 2, 2);
	say(f, SCRATCH_ROOM, 3, 3);
	commit(f);
	assert_int_equal(scratch_ask(&f->scratch, "SELECT is_closed FROM days"),
			 0);
	assert_int_equal(
		scratch_ask(&f->scratch, "SELECT count(*) FROM closed_days"),
		0);
	assert_whole(f, 3);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(few_lines_wait_for_more_or_for_time),
		TEST(many_lines_are_indexed_in_portions),
		TEST(long_texts_are_not_waited_with),
		TEST(what_is_taken_back_is_found_no_more),
		TEST(start_catches_up),
		TEST(days_follow_their_lines),
		TEST(late_lines_can_be_ended),
		TEST(no_line_is_kept_twice),
		TEST(line_that_does_not_fit_is_named),
		TEST(chain_goes_on_behind_a_rollback),
		TEST(days_may_alternate_in_a_transaction),
		TEST(closed_day_is_opened_again),
	};
	return cmocka_run_group_tests_name("line_index", tests, NULL, NULL);
}
