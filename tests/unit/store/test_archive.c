/* SPDX-License-Identifier: MIT */
#include "store/archive.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>
#include <uv.h>

#include "base/error.h"
#include "base/str.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "scratch.h"
#include "store/archive_query.h"

#define PATIENCE 60000 /* ms */
#define ASKED 20

struct fixture {
	struct scratch scratch;
	struct loop *loop;
	struct timer *watchdog;
	struct archive *archive;
	size_t answers;
	uint64_t ids[ASKED];
	struct archive_page *pages[ASKED]; /* owned */
};

static void on_answer(void *owner, uint64_t id, struct archive_page *owned)
{
	struct fixture *f = owner;

	assert_true(f->answers < ASKED);
	f->ids[f->answers] = id;
	f->pages[f->answers++] = owned;
	if (f->answers == ASKED)
		uv_stop(loop_uv(f->loop));
}

static void on_watchdog(void *owner)
{
	(void)owner;
	fail_msg("waited in vain");
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	scratch_init(&f->scratch);
	f->loop = loop_open("test");
	f->watchdog = timer_new(f->loop, on_watchdog, f);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	archive_close(&f->archive);
	assert_null(f->archive);
	for (size_t i = 0; i < f->answers; i++)
		archive_page_free(&f->pages[i]);
	timer_free(&f->watchdog);
	loop_close(&f->loop);
	scratch_fini(&f->scratch);
	free(f);
	return 0;
}

static void open_archive(struct fixture *f)
{
	struct record *saved[ASKED];

	for (int i = 0; i < ASKED; i++)
		saved[i] = scratch_message(SCRATCH_ROOM, i + 1);
	scratch_save(&f->scratch, saved, ASKED);
	assert_int_equal(archive_open(f->loop, f->scratch.path, on_answer, f,
				      &f->archive),
			 0);
}

/* Question i asks for the i + 1 oldest rows, the last one for an unknown id. */
static void ask(struct fixture *f, int i)
{
	struct archive_query *q =
		archive_query_new(SCRATCH_ROOM, (size_t)i + 1);

	if (i == ASKED - 1)
		str_set(&q->after_id, "nowhere");
	archive_ask(f->archive, 1000 + (uint64_t)i, q);
}

static void answers_come_in_order(void **state)
{
	struct fixture *f = *state;

	open_archive(f);
	for (int i = 0; i < ASKED; i++)
		ask(f, i);
	timer_start(f->watchdog, PATIENCE);
	loop_run(f->loop);
	assert_int_equal(f->answers, ASKED);
	for (size_t i = 0; i < ASKED - 1; i++) {
		assert_int_equal(f->ids[i], 1000 + i);
		assert_int_equal(f->pages[i]->status, ARCHIVE_OK);
		assert_int_equal(f->pages[i]->count, i + 1);
	}
	assert_int_equal(f->pages[ASKED - 1]->status, ARCHIVE_NO_ID);
}

static void close_drops_what_is_not_answered(void **state)
{
	struct fixture *f = *state;

	open_archive(f);
	for (int i = 0; i < ASKED; i++)
		ask(f, i);
	archive_close(&f->archive);
	timer_unref(f->watchdog);
	loop_run(f->loop); /* ends: nothing is open on it */
	assert_int_equal(f->answers, 0);
}

static void open_without_a_database_is_told(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(archive_open(f->loop, f->scratch.path, on_answer, f,
				      &f->archive),
			 HW_E_NOT_FOUND);
	assert_null(f->archive);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(answers_come_in_order),
		TEST(close_drops_what_is_not_answered),
		TEST(open_without_a_database_is_told),
	};
	return cmocka_run_group_tests_name("archive", tests, NULL, NULL);
}
