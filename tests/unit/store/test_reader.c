/* SPDX-License-Identifier: MIT */
#include "store/reader.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "scratch.h"
#include "store/archive_query.h"

#define ROWS 250
#define OTHER "lobby@rooms.example"

/* A database with m1 .. m250 in the room, each followed by one elsewhere. */
struct fixture {
	struct scratch scratch;
	struct reader *reader;
	struct archive_query *query;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct record *saved[2 * ROWS];

	scratch_init(&f->scratch);
	for (int i = 0; i < ROWS; i++) {
		saved[2 * i] = scratch_message(SCRATCH_ROOM, i + 1);
		saved[2 * i + 1] = scratch_message(OTHER, i + 1001);
	}
	scratch_save(&f->scratch, saved, 2 * ROWS);
	assert_int_equal(reader_open(f->scratch.path, &f->reader), 0);
	f->query = archive_query_new(SCRATCH_ROOM, 100);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	archive_query_free(&f->query);
	reader_close(&f->reader);
	scratch_fini(&f->scratch);
	free(f);
	return 0;
}

/* The page is m<first> .. m<last>; first > last: empty. */
static void assert_page(struct fixture *f, int first, int last,
			bool is_complete)
{
	struct archive_page *page = reader_ask(f->reader, f->query);
	int count = first > last ? 0 : last - first + 1;
	char id[16];

	assert_int_equal(page->status, ARCHIVE_OK);
	assert_int_equal(page->count, count);
	for (int i = 0; i < count; i++) {
		snprintf(id, sizeof(id), "m%d", first + i);
		assert_string_equal(page->rows[i].id, id);
	}
	assert_int_equal(page->is_complete, is_complete);
	archive_page_free(&page);
}

static void assert_status(struct fixture *f, enum archive_status status)
{
	struct archive_page *page = reader_ask(f->reader, f->query);

	assert_int_equal(page->status, status);
	assert_int_equal(page->count, 0);
	assert_int_equal(page->total, -1);
	archive_page_free(&page);
}

static void pages_forward(void **state)
{
	struct fixture *f = *state;

	assert_page(f, 1, 100, false);
	str_set(&f->query->after_id, "m100");
	assert_page(f, 101, 200, false);
	str_set(&f->query->after_id, "m200");
	assert_page(f, 201, 250, true);
	str_set(&f->query->after_id, "m150");
	assert_page(f, 151, 250, true); /* exactly a page is left */
	str_set(&f->query->after_id, "m149");
	assert_page(f, 150, 249, false);
	str_set(&f->query->after_id, "m250");
	assert_page(f, 1, 0, true);
}

static void pages_backward(void **state)
{
	struct fixture *f = *state;

	f->query->last_page = true;
	assert_page(f, 151, 250, false);
	str_set(&f->query->before_id, "m151");
	assert_page(f, 51, 150, false);
	str_set(&f->query->before_id, "m51");
	assert_page(f, 1, 50, true);
	str_set(&f->query->before_id, "m101");
	assert_page(f, 1, 100, true);
	str_set(&f->query->before_id, "m1");
	assert_page(f, 1, 0, true);
}

static void both_ends_are_exclusive(void **state)
{
	struct fixture *f = *state;

	str_set(&f->query->after_id, "m10");
	str_set(&f->query->before_id, "m14");
	assert_page(f, 11, 13, true);
	f->query->max = 2;
	assert_page(f, 11, 12, false);
	f->query->last_page = true;
	assert_page(f, 12, 13, false);
	str_set(&f->query->before_id, "m11");
	assert_page(f, 1, 0, true);
}

static void times_are_inclusive(void **state)
{
	struct fixture *f = *state;

	f->query->start = 20000;
	f->query->end = 22000;
	assert_page(f, 20, 22, true);
	f->query->start = 19001;
	f->query->end = 21999;
	assert_page(f, 20, 21, true);
	f->query->end = 0;
	assert_page(f, 20, 119, false);
	f->query->start = 0;
	f->query->end = 5000;
	f->query->last_page = true;
	assert_page(f, 1, 5, true);
	str_set(&f->query->after_id, "m3");
	assert_page(f, 4, 5, true);
}

static void total_is_of_the_whole_span(void **state)
{
	struct fixture *f = *state;
	struct archive_page *page;

	f->query->want_count = true;
	str_set(&f->query->after_id, "m200");
	page = reader_ask(f->reader, f->query);
	assert_int_equal(page->total, ROWS);
	archive_page_free(&page);
	f->query->start = 100000;
	f->query->end = 109000;
	page = reader_ask(f->reader, f->query);
	assert_int_equal(page->total, 10);
	archive_page_free(&page);
}

static void page_of_nothing_may_still_count(void **state)
{
	struct fixture *f = *state;
	struct archive_page *page;

	f->query->max = 0;
	f->query->want_count = true;
	page = reader_ask(f->reader, f->query);
	assert_int_equal(page->count, 0);
	assert_int_equal(page->total, ROWS);
	assert_false(page->is_complete);
	archive_page_free(&page);
	f->query->end = 1;
	assert_page(f, 1, 0, true);
}

static void unknown_ids_are_told(void **state)
{
	struct fixture *f = *state;

	str_set(&f->query->after_id, "nowhere");
	assert_status(f, ARCHIVE_NO_ID);
	str_set(&f->query->after_id, "m1001"); /* of another room */
	assert_status(f, ARCHIVE_NO_ID);
	str_set(&f->query->after_id, NULL);
	str_set(&f->query->before_id, "m1001");
	assert_status(f, ARCHIVE_NO_ID);
}

static void one_row_is_found_by_its_id(void **state)
{
	struct fixture *f = *state;

	f->query->max = 1;
	str_set(&f->query->only_id, "m17");
	assert_page(f, 17, 17, true);
	/* but not from before the room was made */
	f->query->start = 17001;
	assert_page(f, 1, 0, true);
	f->query->start = 0;
	str_set(&f->query->only_id, "m1001"); /* of another room */
	assert_status(f, ARCHIVE_NO_ID);
}

static void unknown_room_is_empty(void **state)
{
	struct fixture *f = *state;

	str_set(&f->query->room, "none@rooms.example");
	assert_page(f, 1, 0, true);
	str_set(&f->query->after_id, "m1");
	assert_status(f, ARCHIVE_NO_ID);
}

static void order_is_not_the_clocks(void **state)
{
	struct fixture *f = *state;
	struct record *late = scratch_message(SCRATCH_ROOM, 251);

	late->as_message.at = 500; /* somebody has set the clock */
	scratch_save(&f->scratch, &late, 1);
	str_set(&f->query->after_id, "m249");
	assert_page(f, 250, 251, true);
	str_set(&f->query->after_id, NULL);
	f->query->end = 999;
	assert_page(f, 251, 251, true);
}

static void page_is_sought_in_the_index(void **state)
{
	struct fixture *f = *state;
	struct sqlite3 *db = scratch_open(&f->scratch);
	struct sqlite3_stmt *stmt;
	const char *plan;

	assert_int_equal(
		sqlite3_prepare_v2(db,
				   "EXPLAIN QUERY PLAN SELECT stanza"
				   " FROM archive INDEXED BY"
				   " archive_order WHERE room = ?1 AND at >= ?2"
				   " AND at <= ?3 AND seq > ?4 AND seq < ?5"
				   " ORDER BY seq DESC LIMIT ?6",
				   -1, &stmt, NULL),
		SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	plan = (const char *)sqlite3_column_text(stmt, 3);
	assert_string_equal(plan, "SEARCH archive USING INDEX archive_order"
				  " (room=? AND seq>? AND seq<?)");
	assert_int_equal(sqlite3_step(stmt), SQLITE_DONE);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
}

static void damage_is_a_failed_page(void **state)
{
	struct fixture *f = *state;
	struct sqlite3 *db = scratch_open(&f->scratch);

	scratch_run(db, "UPDATE archive SET id = 'far too long to be an id of"
			" ours' WHERE id = 'm7'");
	sqlite3_close(db);
	assert_status(f, ARCHIVE_FAILED);
	/* and the reader lives on */
	str_set(&f->query->after_id, "m8");
	assert_page(f, 9, 108, false);
}

static void reader_writes_nothing(void **state)
{
	struct fixture *f = *state;
	struct sqlite3 *db = scratch_open(&f->scratch);

	/* no lock is left behind by a question */
	assert_page(f, 1, 100, false);
	scratch_run(db, "PRAGMA wal_checkpoint(TRUNCATE)");
	scratch_run(db, "BEGIN IMMEDIATE");
	assert_page(f, 1, 100, false);
	scratch_run(db, "ROLLBACK");
	sqlite3_close(db);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(pages_forward),
		TEST(pages_backward),
		TEST(both_ends_are_exclusive),
		TEST(times_are_inclusive),
		TEST(total_is_of_the_whole_span),
		TEST(page_of_nothing_may_still_count),
		TEST(unknown_ids_are_told),
		TEST(one_row_is_found_by_its_id),
		TEST(unknown_room_is_empty),
		TEST(order_is_not_the_clocks),
		TEST(page_is_sought_in_the_index),
		TEST(damage_is_a_failed_page),
		TEST(reader_writes_nothing),
	};
	return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
