/* SPDX-License-Identifier: MIT */
#include "store/line_index.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sqlite3.h>

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
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	scratch_init(&f->scratch);
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

static void commit(struct fixture *f)
{
	assert_int_equal(backend_sqlite.commit(f->backend), 0);
}

static void save(struct fixture *f, struct record *owned)
{
	assert_int_equal(backend_sqlite.save(f->backend, owned), 0);
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
	for (int i = 1; i <= 2500; i++)
		say(f, i % 2 ? SCRATCH_ROOM : OTHER, i, i);
	commit(f);
	assert_int_equal(backend_sqlite.index(f->backend, false, &has_more), 0);
	assert_true(has_more);
	assert_int_equal(mark(f), 2000);
	assert_int_equal(find(f, "common"), 1250);
	assert_whole(f, 2500);
	assert_int_equal(backend_sqlite.index(f->backend, true, &has_more), 0);
	assert_false(has_more);
	assert_int_equal(mark(f), 2500);
	assert_whole(f, 2500);
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
	commit(f);
	backend_sqlite.close(f->backend); /* as after a crash */
	assert_int_equal(backend_sqlite.open(f->scratch.path,
					     BACKEND_SYNC_NORMAL, &f->backend),
			 0);
	scratch_index(f->backend);
	assert_int_equal(mark(f), 1);
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
	backend_sqlite.rollback(f->backend);
	begin(f);
	say(f, SCRATCH_ROOM, 2, 2);
	say(f, SCRATCH_ROOM, 2, 2); /* told twice */
	say(f, SCRATCH_ROOM, 4, 4);
	say(f, OTHER, 3, 3);
	commit(f);
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
		TEST(chain_goes_on_behind_a_rollback),
		TEST(days_may_alternate_in_a_transaction),
		TEST(closed_day_is_opened_again),
	};
	return cmocka_run_group_tests_name("line_index", tests, NULL, NULL);
}
