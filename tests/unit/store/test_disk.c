/* SPDX-License-Identifier: MIT */
/*
 * test_disk: the store on a disk that is full, fails, is slow, loses its power:
 * what was told as committed is there, and it works again by itself.
 */
#include "store/store.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>
#include <uv.h>

#include "base/counter.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "faulty_vfs.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "scratch.h"
#include "store/checkup.h"
#include "store/sqlite.h"

#define PATIENCE 60000 /* ms until a test that waits has failed */
#define CUTS 30

struct fixture {
	struct scratch scratch;
	char cut[128]; /* where what a power cut leaves is put */
	struct store_settings settings;
	struct loop *loop;
	struct timer *watchdog;
	struct timer *pause;
	struct store *store;
	int said; /* last message; its ticket is the same */
	uint64_t committed;
	uint64_t awaited;
	int troubles;
	bool has_trouble;
};

static void on_committed(void *owner, uint64_t ticket)
{
	struct fixture *f = owner;

	f->committed = ticket;
	if (f->awaited && ticket >= f->awaited)
		uv_stop(loop_uv(f->loop));
}

static void on_trouble(void *owner, int error)
{
	struct fixture *f = owner;

	f->troubles += error != 0;
	f->has_trouble = error != 0;
}

static const struct store_events events = {
	.on_committed = on_committed,
	.on_trouble = on_trouble,
};

static void on_watchdog(void *owner)
{
	(void)owner;
	fail_msg("waited in vain");
}

static void on_pause(void *owner)
{
	const struct fixture *f = owner;

	uv_stop(loop_uv(f->loop));
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	faulty_vfs_fail(FAULTY_NOT, 0);
	faulty_vfs_set_sync_time(0);
	scratch_init(&f->scratch);
	snprintf(f->cut, sizeof(f->cut), "%s/cut.db", f->scratch.dir);
	store_settings_init(&f->settings);
	f->settings.path = f->scratch.path;
	f->settings.retry = 5;
	f->loop = loop_open("test");
	f->watchdog = timer_new(f->loop, on_watchdog, f);
	f->pause = timer_new(f->loop, on_pause, f);
	*state = f;
	return 0;
}

static void remove_cut(const struct fixture *f)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	char path[160];

	for (size_t i = 0; i < array_len(ends); i++) {
		snprintf(path, sizeof(path), "%s%s", f->cut, ends[i]);
		unlink(path);
	}
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	faulty_vfs_fail(FAULTY_NOT, 0);
	store_close(&f->store);
	timer_free(&f->watchdog);
	timer_free(&f->pause);
	loop_close(&f->loop);
	remove_cut(f);
	scratch_fini(&f->scratch);
	free(f);
	return 0;
}

static void open_store(struct fixture *f)
{
	assert_int_equal(
		store_open(f->loop, &f->settings, &events, f, &f->store), 0);
}

static void say(struct fixture *f, int count)
{
	for (int i = 0; i < count; i++) {
		struct record *r = scratch_message(SCRATCH_ROOM, ++f->said);

		r->as_message.body = str_format("words of line %d", f->said);
		assert_int_equal(store_save(f->store, r), f->said);
	}
}

static void run_until(struct fixture *f, uint64_t ticket)
{
	f->awaited = ticket;
	timer_start(f->watchdog, PATIENCE);
	if (f->committed < ticket)
		loop_run(f->loop);
	timer_stop(f->watchdog);
	f->awaited = 0;
}

static void on_fault(void *owner, const char *text)
{
	(void)owner;
	print_message("%s\n", text);
}

static void assert_whole(const char *path)
{
	const struct checkup_settings settings = { .path = path };
	struct checkup_result result;

	assert_int_equal(checkup_run(&settings, on_fault, NULL, &result), 0);
	assert_int_equal(result.faults, 0);
}

/* How many of m1 .. m<count> are there. The database is opened as hallwayd does
 * it: that is all the recovery there is. */
static int count_kept(const struct fixture *f, const char *path, uint64_t count)
{
	struct scratch copy = f->scratch;
	void *backend;
	char *sql;
	int kept;

	assert_int_equal(backend_sqlite.open(path, BACKEND_SYNC_FULL, &backend),
			 0);
	backend_sqlite.close(backend);
	assert_whole(path);
	snprintf(copy.path, sizeof(copy.path), "%s", path);
	sql = str_format("SELECT count(*) FROM archive WHERE"
			 " CAST(substr(id, 2) AS INTEGER) <= %d",
			 (int)count);
	kept = (int)scratch_ask(&copy, sql);
	mem_free(&sql);
	return kept;
}

/* Talks, and pulls the plug now and then; how much that was told was lost. */
static int lose_power(struct fixture *f)
{
	int lost = 0;

	for (unsigned n = 1; n <= CUTS; n++) {
		uint64_t told;

		say(f, 5 + rand() % 40);
		run_until(f, f->committed + 1 + (uint64_t)(rand() % 5));
		told = f->committed;
		faulty_vfs_cut(f->scratch.path, f->cut, n);
		lost += (int)told - count_kept(f, f->cut, told);
		remove_cut(f);
	}
	return lost;
}

static void power_cut_loses_nothing_that_was_told(void **state)
{
	struct fixture *f = *state;

	open_store(f);
	assert_int_equal(lose_power(f), 0);
}

/* So the disk does lose what nobody synced; but never more than its order. */
static void power_cut_without_syncs_loses_the_last(void **state)
{
	struct fixture *f = *state;

	f->settings.sync = BACKEND_SYNC_NORMAL;
	open_store(f);
	assert_true(lose_power(f) > 0);
}

static void try_fault(struct fixture *f, enum faulty_kind kind, int after)
{
	int troubles = f->troubles;

	faulty_vfs_fail(kind, after);
	timer_start(f->watchdog, PATIENCE);
	while (!f->has_trouble) { /* not every failure is one of a commit */
		say(f, 20);
		timer_start(f->pause, 2);
		loop_run(f->loop);
	}
	timer_stop(f->watchdog);
	assert_int_equal(f->troubles, troubles + 1);
	assert_true(faulty_vfs_failures() > 0);
	assert_true(f->committed < (uint64_t)f->said);
	/* a power cut on top of it */
	faulty_vfs_cut(f->scratch.path, f->cut, (unsigned)after);
	assert_int_equal(count_kept(f, f->cut, f->committed), f->committed);
	remove_cut(f);
	faulty_vfs_fail(FAULTY_NOT, 0);
	run_until(f, (uint64_t)f->said);
	assert_false(f->has_trouble);
	faulty_vfs_cut(f->scratch.path, f->cut, (unsigned)after);
	assert_int_equal(count_kept(f, f->cut, (uint64_t)f->said), f->said);
	remove_cut(f);
}

static void full_disk_is_waited_for(void **state)
{
	struct fixture *f = *state;

	open_store(f);
	for (int after = 0; after < 40; after += 3)
		try_fault(f, FAULTY_FULL, after);
}

static void errors_of_writing_are_outlived(void **state)
{
	struct fixture *f = *state;

	open_store(f);
	for (int after = 0; after < 40; after += 3)
		try_fault(f, FAULTY_WRITE, after);
}

static void errors_of_syncing_are_outlived(void **state)
{
	struct fixture *f = *state;

	open_store(f);
	for (int after = 0; after < 8; after++)
		try_fault(f, FAULTY_SYNC, after);
}

static int64_t count_of(const char *name)
{
	const struct counter *c = NULL;

	while ((c = counter_next(c)))
		if (str_equal(c->name, name))
			return counter_get(c);
	fail_msg("no counter %s", name);
	return 0;
}

static void slow_disk_makes_great_batches(void **state)
{
	struct fixture *f = *state;
	int64_t before;

	open_store(f);
	faulty_vfs_set_sync_time(50);
	before = count_of("hallway_store_commits");
	for (int i = 0; i < 50; i++) {
		say(f, 20);
		usleep(2000);
	}
	run_until(f, (uint64_t)f->said);
	assert_true(count_of("hallway_store_commits") - before < 25);
	assert_int_equal(f->troubles, 0);
}

/* There is no room for a file that SQLite keeps beside it. */
static void a_full_disk_is_told_when_it_is_opened(void **state)
{
	struct fixture *f = *state;
	struct record *r = scratch_message(SCRATCH_ROOM, 1);
	struct sqlite3 *db = NULL;

	scratch_save(&f->scratch, &r, 1);
	faulty_vfs_fail(FAULTY_BESIDE, 0);
	assert_int_equal(sqlite_open(f->scratch.path, true, &db),
			 HW_E_NO_SPACE);
	assert_null(db);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		TEST(power_cut_loses_nothing_that_was_told),
		TEST(power_cut_without_syncs_loses_the_last),
		TEST(full_disk_is_waited_for),
		TEST(a_full_disk_is_told_when_it_is_opened),
		TEST(errors_of_writing_are_outlived),
		TEST(errors_of_syncing_are_outlived),
		TEST(slow_disk_makes_great_batches),
	};

	faulty_vfs_install();
	return cmocka_run_group_tests_name("disk", tests, NULL, NULL);
}
