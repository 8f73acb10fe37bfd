/* SPDX-License-Identifier: MIT */
#include "store/store.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <semaphore.h>
#include <signal.h>
#include <sqlite3.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <uv.h>

#include "base/clock.h"
#include "base/counter.h"
#include "base/error.h"
#include "base/str.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "scratch.h"
#include "store/archive_query.h"
#include "store/reader.h"
#include "store/record.h"

#define PATIENCE 60000 /* ms until a test that waits has failed */
#define UNFIT "unfit@rooms.example" /* no record of it is ever taken */
#define LOOK_EVERY 5   /* ms between two looks at a counter */

struct fixture {
	struct scratch scratch;
	struct store_settings settings;
	struct loop *loop; /* the conference's */
	struct timer *watchdog;
	struct timer *look;
	struct store *store;
	uint64_t committed;
	uint64_t awaited; /* ticket to stop at */
	unsigned answers;
	unsigned saved; /* messages given back when they were saved */
	uint64_t returned; /* last ticket given back unsaved */
	unsigned returns;
	int last_saved;
	bool is_in_order;
	int trouble[8];
	size_t troubles;
	bool awaits_trouble;
	const char *counter; /* to stop at when beyond level */
	int64_t level;
};

/*
 * A backend in memory that fails, and is slow, on demand.
 */
static struct {
	atomic_int failing_commits; /* the next so many */
	atomic_int failing_saves;
	atomic_int slow_commits;
	sem_t is_slow;     /* a slow commit has begun */
	sem_t may_end;     /* and may end */
	int pending[4096]; /* numbers of messages in the transaction */
	int pending_count;
	int kept[4096];
	int kept_count;
	int open_count;
} fake;

static int fake_open(const char *path, enum backend_sync sync, void **self_out)
{
	(void)path;
	(void)sync;
	fake.pending_count = fake.kept_count = 0;
	fake.open_count++;
	*self_out = &fake;
	return 0;
}

static int fake_begin(void *self)
{
	(void)self;
	require(fake.pending_count == 0);
	return 0;
}

static bool takes_one(atomic_int *budget)
{
	return atomic_load(budget) > 0 && atomic_fetch_sub(budget, 1) > 0;
}

static int fake_save(void *self, const struct record *r)
{
	(void)self;
	if (takes_one(&fake.failing_saves))
		return HW_E_IO;
	if (r->room && str_equal(r->room, UNFIT))
		return HW_E_INVALID;
	fake.pending[fake.pending_count++] = atoi(r->as_message.id + 1);
	return 0;
}

static int fake_commit(void *self)
{
	bool is_failing = takes_one(&fake.failing_commits);

	(void)self;
	if (takes_one(&fake.slow_commits)) {
		sem_post(&fake.is_slow);
		sem_wait(&fake.may_end);
	}
	if (is_failing)
		return HW_E_NO_SPACE;
	for (int i = 0; i < fake.pending_count; i++)
		fake.kept[fake.kept_count++] = fake.pending[i];
	fake.pending_count = 0;
	return 0;
}

static void fake_rollback(void *self)
{
	(void)self;
	fake.pending_count = 0;
}

static void fake_close(void *self)
{
	(void)self;
	fake.open_count--;
}

static const struct backend_ops fake_ops = {
	.open = fake_open,
	.begin = fake_begin,
	.save = fake_save,
	.commit = fake_commit,
	.rollback = fake_rollback,
	.close = fake_close,
};

/*
 * Waiting
 */
static int64_t count_of(const char *name)
{
	const struct counter *c = NULL;

	while ((c = counter_next(c)) != NULL) {
		if (strcmp(c->name, name) == 0)
			return counter_get(c);
	}
	return 0;
}

static void on_committed(void *owner, uint64_t ticket)
{
	struct fixture *f = owner;

	if (ticket <= f->committed)
		f->is_in_order = false;
	f->committed = ticket;
	f->answers++;
	if (f->awaited && ticket >= f->awaited)
		uv_stop(loop_uv(f->loop));
}

static void on_trouble(void *owner, int error)
{
	struct fixture *f = owner;

	f->trouble[f->troubles++ % array_len(f->trouble)] = error;
	if (f->awaits_trouble)
		uv_stop(loop_uv(f->loop));
}

/* Messages are wanted, heartbeats are not. */
static bool wants(enum record_kind kind)
{
	return kind == RECORD_MESSAGE;
}

static void on_saved(void *owner, struct record *record)
{
	struct fixture *f = owner;

	int number = atoi(record->as_message.id + 1);

	if (record->kind != RECORD_MESSAGE || number <= f->last_saved)
		f->is_in_order = false;
	f->last_saved = number;
	f->saved++;
	record_free(&record);
}

static void on_given_back(void *owner, uint64_t ticket,
			  const struct record *record)
{
	struct fixture *f = owner;

	if (ticket <= f->returned || f->committed >= ticket ||
	    ticket != (uint64_t)atoi(record->as_message.id + 1))
		f->is_in_order = false;
	f->returned = ticket;
	f->returns++;
}

static const struct store_events events = {
	.on_given_back = on_given_back,
	.wants = wants,
	.on_saved = on_saved,
	.on_committed = on_committed,
	.on_trouble = on_trouble,
};

static void on_watchdog(void *owner)
{
	(void)owner;
	fail_msg("waited in vain");
}

static void on_look(void *owner)
{
	struct fixture *f = owner;

	if (count_of(f->counter) > f->level)
		uv_stop(loop_uv(f->loop));
}

static void await(struct fixture *f, uint64_t ticket)
{
	f->awaited = ticket;
	timer_start(f->watchdog, PATIENCE);
	if (f->committed < ticket)
		loop_run(f->loop);
	timer_stop(f->watchdog);
	assert_true(f->committed >= ticket);
	f->awaited = 0;
}

static void await_trouble(struct fixture *f)
{
	f->awaits_trouble = true;
	timer_start(f->watchdog, PATIENCE);
	loop_run(f->loop);
	timer_stop(f->watchdog);
	f->awaits_trouble = false;
}

/* Runs the loop until the counter has grown beyond level. */
static void await_count(struct fixture *f, const char *name, int64_t level)
{
	f->counter = name;
	f->level = level;
	timer_start(f->watchdog, PATIENCE);
	timer_repeat(f->look, LOOK_EVERY);
	loop_run(f->loop);
	timer_stop(f->look);
	timer_stop(f->watchdog);
}

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	scratch_init(&f->scratch);
	store_settings_init(&f->settings);
	f->settings.path = f->scratch.path;
	f->settings.retry = 10;
	f->is_in_order = true;
	f->loop = loop_open("test");
	f->watchdog = timer_new(f->loop, on_watchdog, f);
	f->look = timer_new(f->loop, on_look, f);
	atomic_store(&fake.failing_commits, 0);
	atomic_store(&fake.failing_saves, 0);
	atomic_store(&fake.slow_commits, 0);
	sem_init(&fake.is_slow, 0, 0);
	sem_init(&fake.may_end, 0, 0);
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	store_close(&f->store);
	assert_null(f->store);
	timer_free(&f->watchdog);
	timer_free(&f->look);
	loop_close(&f->loop);
	scratch_fini(&f->scratch);
	assert_true(f->is_in_order);
	assert_int_equal(fake.open_count, 0);
	assert_int_equal(count_of("hallway_store_waiting"), 0);
	free(f);
	return 0;
}

static void open_store(struct fixture *f)
{
	assert_int_equal(
		store_open(f->loop, &f->settings, &events, f, &f->store), 0);
}

/* Saves m<first> .. m<last>. */
static void save_messages(struct fixture *f, int first, int last)
{
	for (int i = first; i <= last; i++)
		store_save(f->store, scratch_message(SCRATCH_ROOM, i));
}

static void assert_fake_kept(int count)
{
	assert_int_equal(fake.kept_count, count);
	for (int i = 0; i < count; i++)
		assert_int_equal(fake.kept[i], i + 1);
}

static int64_t rows(struct fixture *f)
{
	return scratch_ask(&f->scratch, "SELECT count(*) FROM archive");
}

/*
 * Tests
 */
static void records_are_committed_and_told(void **state)
{
	struct fixture *f = *state;
	int64_t before = count_of("hallway_store_records");

	open_store(f);
	assert_int_equal(store_save(f->store, scratch_message(SCRATCH_ROOM, 1)),
			 1);
	assert_int_equal(store_save(f->store, scratch_message(SCRATCH_ROOM, 2)),
			 2);
	await(f, 2);
	assert_int_equal(rows(f), 2);
	assert_int_equal(store_waiting(f->store), 0);
	assert_int_equal(count_of("hallway_store_records"), before + 2);
	assert_int_equal(f->troubles, 0);
	assert_int_equal(store_save(f->store, scratch_message(SCRATCH_ROOM, 3)),
			 3);
	await(f, 3);
}

static void what_is_wanted_is_given_back(void **state)
{
	struct fixture *f = *state;

	open_store(f);
	save_messages(f, 1, 20);
	assert_int_equal(
		store_save(f->store, record_new(RECORD_HEARTBEAT, NULL, 1)),
		21);
	await(f, 21);
	assert_int_equal(f->saved, 20);
}

static void lock_of_another_makes_the_commit_wait(void **state)
{
	struct fixture *f = *state;
	int64_t commits, failures = count_of("hallway_store_failures");
	struct sqlite3 *other;

	open_store(f);
	other = scratch_open(&f->scratch);
	scratch_run(other, "BEGIN IMMEDIATE");
	commits = count_of("hallway_store_commits");
	save_messages(f, 1, 100);
	/* it has tried, and tried again */
	await_count(f, "hallway_store_failures", failures + 1);
	assert_int_equal(f->committed, 0);
	assert_int_equal(store_waiting(f->store), 100);
	assert_int_equal(count_of("hallway_store_waiting"), 100);
	scratch_run(other, "ROLLBACK");
	await(f, 100);
	assert_int_equal(rows(f), 100);
	assert_true(count_of("hallway_store_commits") - commits < 10);
	assert_true(f->answers < 10);
	/* a lock is no trouble */
	assert_int_equal(f->troubles, 0);
	sqlite3_close(other);
}

static void failing_batch_is_kept_in_order(void **state)
{
	struct fixture *f = *state;

	f->settings.ops = &fake_ops;
	open_store(f);
	atomic_store(&fake.failing_commits, INT_MAX);
	save_messages(f, 1, 50);
	/* later ones must not overtake */
	await_count(f, "hallway_store_failures",
		    count_of("hallway_store_failures"));
	assert_int_equal(f->committed, 0);
	save_messages(f, 51, 100);
	atomic_store(&fake.failing_commits, 2);
	await(f, 100);
	assert_int_equal(f->troubles, 2);
	assert_int_equal(f->trouble[0], HW_E_NO_SPACE);
	assert_int_equal(f->trouble[1], 0);
	store_close(&f->store);
	assert_fake_kept(100);
}

static void batch_with_a_failing_save_is_kept_whole(void **state)
{
	struct fixture *f = *state;

	f->settings.ops = &fake_ops;
	open_store(f);
	atomic_store(&fake.failing_saves, 2);
	save_messages(f, 1, 20);
	await(f, 20);
	assert_int_equal(f->troubles, 2);
	assert_int_equal(f->trouble[0], HW_E_IO);
	assert_int_equal(f->trouble[1], 0);
	store_close(&f->store);
	assert_fake_kept(20);
}

static void next_batch_gathers_while_one_commits(void **state)
{
	struct fixture *f = *state;
	int64_t commits;

	f->settings.ops = &fake_ops;
	open_store(f);
	commits = count_of("hallway_store_commits");
	atomic_store(&fake.slow_commits, 1);
	save_messages(f, 1, 1);
	sem_wait(&fake.is_slow);
	save_messages(f, 2, 100);
	assert_int_equal(store_waiting(f->store), 100);
	sem_post(&fake.may_end);
	await(f, 100);
	/* One batch for the 99, or a few: a slow machine ends a mailbox's turn
	 * before it is empty. */
	assert_in_range(count_of("hallway_store_commits") - commits, 2, 20);
	assert_in_range(f->answers, 1, 20);
}

static void each_trouble_is_told_once(void **state)
{
	struct fixture *f = *state;

	f->settings.ops = &fake_ops;
	f->settings.retry = 1;
	open_store(f);
	for (int i = 0; i < 2; i++) {
		atomic_store(&fake.failing_commits, 20);
		save_messages(f, i + 1, i + 1);
		await(f, (uint64_t)i + 1);
	}
	assert_int_equal(f->troubles, 4);
	for (int i = 0; i < 4; i++)
		assert_int_equal(f->trouble[i], i % 2 ? 0 : HW_E_NO_SPACE);
}

static void bounds_of_what_may_wait(void **state)
{
	struct fixture *f = *state;
	struct sqlite3 *other;

	f->settings.max_records = 3;
	open_store(f);
	other = scratch_open(&f->scratch);
	scratch_run(other, "BEGIN IMMEDIATE");
	save_messages(f, 1, 2);
	assert_true(store_has_room(f->store));
	save_messages(f, 3, 3);
	assert_false(store_has_room(f->store));
	scratch_run(other, "ROLLBACK");
	await(f, 3);
	assert_true(store_has_room(f->store));
	sqlite3_close(other);
}

static void bound_of_bytes(void **state)
{
	struct fixture *f = *state;
	struct record *r = scratch_message(SCRATCH_ROOM, 1);
	struct sqlite3 *other;

	f->settings.max_bytes = 2 * record_size(r);
	record_free(&r);
	open_store(f);
	other = scratch_open(&f->scratch);
	scratch_run(other, "BEGIN IMMEDIATE");
	save_messages(f, 1, 1);
	assert_true(store_has_room(f->store));
	save_messages(f, 2, 2);
	assert_false(store_has_room(f->store));
	scratch_run(other, "ROLLBACK");
	await(f, 2);
	assert_true(store_has_room(f->store));
	sqlite3_close(other);
}

static void bound_of_age_is_the_oldest_records(void **state)
{
	struct fixture *f = *state;
	struct sqlite3 *other;

	open_store(f);
	other = scratch_open(&f->scratch);
	scratch_run(other, "BEGIN IMMEDIATE");
	clock_fake(1000, 1000);
	save_messages(f, 1, 1);
	clock_fake(6000, 6000);
	save_messages(f, 2, 2);
	assert_true(store_has_room(f->store));
	clock_fake(6001, 6001);
	assert_false(store_has_room(f->store));
	scratch_run(other, "ROLLBACK");
	await(f, 2);
	clock_fake(100000, 100000);
	assert_true(store_has_room(f->store));
	clock_unfake();
	sqlite3_close(other);
}

/* Of the batch that is tried now, not of one that went through. */
static void age_is_that_of_the_batch(void **state)
{
	struct fixture *f = *state;
	int64_t failures = count_of("hallway_store_failures");

	f->settings.ops = &fake_ops;
	open_store(f);
	atomic_store(&fake.slow_commits, 1);
	clock_fake(1000, 1000);
	save_messages(f, 1, 1);
	sem_wait(&fake.is_slow);
	clock_fake(6000, 6000);
	save_messages(f, 2, 2);
	atomic_store(&fake.failing_commits, 1000000);
	sem_post(&fake.may_end);
	await_count(f, "hallway_store_failures", failures);
	assert_int_equal(f->committed, 1);
	clock_fake(11000, 11000);
	assert_true(store_has_room(f->store));
	clock_fake(11001, 11001);
	assert_false(store_has_room(f->store));
	clock_unfake();
	atomic_store(&fake.failing_commits, 0);
	await(f, 2);
}

static void save_with_sender(struct fixture *f, int number)
{
	struct record *r = scratch_message(SCRATCH_ROOM, number);

	r->as_message.sender = str_dup("a@x/1");
	store_save(f->store, r);
}

/* What has a sender goes back, the rest is waited for no more, and kept. */
static void messages_go_back_when_nothing_helps(void **state)
{
	struct fixture *f = *state;

	f->settings.ops = &fake_ops;
	f->settings.give_up = 100;
	open_store(f);
	atomic_store(&fake.failing_commits, INT_MAX);
	save_with_sender(f, 1);
	save_messages(f, 2, 2);
	save_with_sender(f, 3);
	await(f, 3);
	assert_int_equal(f->returns, 2);
	assert_int_equal(f->returned, 3);
	assert_false(store_has_room(f->store));
	assert_int_equal(store_waiting(f->store), 1);
	/* what comes now is not waited for, either */
	save_messages(f, 4, 4);
	await(f, 4);
	atomic_store(&fake.failing_commits, 0);
	await_trouble(f);
	assert_int_equal(f->trouble[1], 0);
	assert_true(store_has_room(f->store));
	assert_int_equal(f->returns, 2);
	assert_int_equal(f->saved, 2);
	store_close(&f->store);
	assert_int_equal(fake.kept_count, 2);
	assert_int_equal(fake.kept[0], 2);
	assert_int_equal(fake.kept[1], 4);
}

/* One record that cannot be kept, ever, keeps no other out. */
static void record_that_does_not_fit_is_left_out(void **state)
{
	struct fixture *f = *state;
	struct record *r;

	f->settings.ops = &fake_ops;
	open_store(f);
	save_messages(f, 1, 1);
	store_save(f->store, scratch_message(UNFIT, 2));
	save_messages(f, 3, 3);
	store_save(f->store, scratch_session(UNFIT, "a@x/1", "nick"));
	await(f, 4);
	assert_int_equal(f->returns, 1);
	assert_int_equal(f->returned, 2);
	store_save(f->store, scratch_message(UNFIT, 5)); /* alone */
	await(f, 5);
	assert_int_equal(f->returns, 2);
	r = scratch_message(SCRATCH_ROOM, 6);
	store_save(f->store, r);
	await(f, 6);
	assert_int_equal(f->troubles, 0);
	assert_true(store_has_room(f->store));
	store_close(&f->store);
	assert_int_equal(fake.kept_count, 3);
}

/* Nothing is left to try: it is found out all the same. */
static void works_again_though_all_went_back(void **state)
{
	struct fixture *f = *state;

	f->settings.ops = &fake_ops;
	f->settings.give_up = 50;
	open_store(f);
	atomic_store(&fake.failing_commits, INT_MAX);
	save_with_sender(f, 1);
	await(f, 1);
	assert_false(store_has_room(f->store));
	atomic_store(&fake.failing_commits, 0);
	await_trouble(f);
	assert_int_equal(f->trouble[1], 0);
	assert_true(store_has_room(f->store));
	save_with_sender(f, 2);
	await(f, 2);
	assert_int_equal(f->returns, 1);
}

/* A day of trouble: of each session the last word waits. */
static void long_trouble_is_thinned(void **state)
{
	struct fixture *f = *state;

	f->settings.ops = &fake_ops;
	f->settings.give_up = 50;
	open_store(f);
	atomic_store(&fake.failing_commits, INT_MAX);
	for (int i = 0; i < 3000; i++) {
		char jid[32];

		snprintf(jid, sizeof(jid), "a@x/%d", i % 10);
		store_save(f->store,
			   scratch_session(SCRATCH_ROOM, jid, "nick"));
	}
	await(f, 3000);
	/* fewer than 1000 are not worth it: on a slow machine some wait */
	assert_in_range(store_waiting(f->store), 10, 1100);
	atomic_store(&fake.failing_commits, 0);
	await_trouble(f);
}

static void relaxed_does_not_wait_for_a_failing_batch(void **state)
{
	struct fixture *f = *state;
	int64_t failures = count_of("hallway_store_failures");

	f->settings.ops = &fake_ops;
	f->settings.sync = BACKEND_SYNC_RELAXED;
	f->settings.retry = 1000000;
	open_store(f);
	atomic_store(&fake.failing_commits, 1);
	save_messages(f, 1, 1);
	await_count(f, "hallway_store_failures", failures);
	save_messages(f, 2, 2);
	await(f, 2);
	assert_int_equal(store_waiting(f->store), 2);
	store_close(&f->store);
	assert_fake_kept(2);
}

static void relaxed_does_not_wait_for_the_commit(void **state)
{
	struct fixture *f = *state;
	struct sqlite3 *other;

	f->settings.sync = BACKEND_SYNC_RELAXED;
	open_store(f);
	other = scratch_open(&f->scratch);
	scratch_run(other, "BEGIN IMMEDIATE");
	save_messages(f, 1, 10);
	await(f, 10);
	save_messages(f, 11, 20);
	await(f, 20);
	assert_int_equal(store_waiting(f->store), 20);
	scratch_run(other, "ROLLBACK");
	sqlite3_close(other);
	store_close(&f->store);
	assert_int_equal(rows(f), 20);
}

static void close_commits_and_tells_what_waits(void **state)
{
	struct fixture *f = *state;

	open_store(f);
	save_messages(f, 1, 3000);
	store_close(&f->store);
	assert_int_equal(f->committed, 3000);
	assert_int_equal(rows(f), 3000);
}

static void close_retries_a_failing_batch(void **state)
{
	struct fixture *f = *state;

	f->settings.ops = &fake_ops;
	open_store(f);
	atomic_store(&fake.failing_commits, 3);
	save_messages(f, 1, 10);
	store_close(&f->store);
	assert_int_equal(f->committed, 10);
	assert_fake_kept(10);
}

static void close_gives_up_in_the_end(void **state)
{
	struct fixture *f = *state;

	f->settings.ops = &fake_ops;
	f->settings.close_wait = 50;
	open_store(f);
	atomic_store(&fake.failing_commits, 1000000);
	save_messages(f, 1, 10);
	store_close(&f->store);
	assert_int_equal(f->committed, 0);
	assert_fake_kept(0);
}

static void close_gives_up_on_a_lock(void **state)
{
	struct fixture *f = *state;
	struct sqlite3 *other;

	f->settings.close_wait = 50;
	open_store(f);
	other = scratch_open(&f->scratch);
	scratch_run(other, "BEGIN IMMEDIATE");
	save_messages(f, 1, 10);
	store_close(&f->store);
	assert_int_equal(f->committed, 0);
	scratch_run(other, "ROLLBACK");
	sqlite3_close(other);
	assert_int_equal(rows(f), 0);
}

static void on_close_time(void *owner)
{
	struct fixture *f = owner;

	store_close(&f->store);
	timer_free(&f->watchdog);
	timer_free(&f->look);
}

static void close_lets_its_loop_end(void **state)
{
	struct fixture *f = *state;
	struct timer *t = timer_new(f->loop, on_close_time, f);

	open_store(f);
	save_messages(f, 1, 10);
	timer_start(t, 1);
	timer_unref(t);
	loop_run(f->loop);
	timer_free(&t);
	assert_int_equal(f->committed, 10);
}

static void set_file_limit(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes < limit.rlim_max ? bytes : limit.rlim_max;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* No file may grow beyond 100 kB, then again it may. */
static void full_disk_loses_nothing(void **state)
{
	struct fixture *f = *state;
	char big[4096];

	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	signal(SIGXFSZ, SIG_IGN);
	open_store(f);
	set_file_limit(100000);
	for (int i = 1; i <= 100; i++) {
		struct record *r = scratch_message(SCRATCH_ROOM, i);

		str_set(&r->as_message.body, big);
		store_save(f->store, r);
	}
	await_trouble(f);
	assert_int_equal(f->troubles, 1);
	assert_true(f->trouble[0] < 0);
	assert_true(f->committed < 100);
	assert_int_equal(rows(f), f->committed);
	set_file_limit(RLIM_INFINITY);
	await(f, 100);
	assert_int_equal(f->troubles, 2);
	assert_int_equal(f->trouble[1], 0);
	assert_int_equal(rows(f), 100);
	assert_int_equal(scratch_ask(&f->scratch, "SELECT count(*) FROM archive"
						  " WHERE id = 'm' || seq"
						  " AND length(body) = 4095"),
			 100);
	assert_int_equal(scratch_ask(&f->scratch, "SELECT integrity_check ="
						  " 'ok' FROM"
						  " pragma_integrity_check"),
			 1);
}

static void open_tells_errors(void **state)
{
	struct fixture *f = *state;
	char path[128];

	snprintf(path, sizeof(path), "%s/none/hallway.db", f->scratch.dir);
	f->settings.path = path;
	assert_int_equal(
		store_open(f->loop, &f->settings, &events, f, &f->store),
		HW_E_NOT_FOUND);
	assert_null(f->store);
}

/* In the child: save, and tell the parent by a byte when it is committed. */
static void on_committed_in_child(void *owner, uint64_t ticket)
{
	if (ticket == 50 && write(*(int *)owner, "x", 1) != 1)
		_exit(1);
}

static void run_child(const struct scratch *scratch, int fd)
{
	static const struct store_events told = {
		.on_committed = on_committed_in_child
	};
	struct loop *loop = loop_open("child");
	struct store_settings settings;
	struct store *store;

	store_settings_init(&settings);
	settings.path = scratch->path;
	if (store_open(loop, &settings, &told, &fd, &store) != 0)
		_exit(1);
	for (int i = 1; i <= 50; i++)
		store_save(store, scratch_message(SCRATCH_ROOM, i));
	loop_run(loop); /* until killed */
	_exit(1);
}

/* What a read-only handle finds, although nobody has tidied up the log. */
static size_t rows_read(struct fixture *f)
{
	struct archive_query *q = archive_query_new(SCRATCH_ROOM, 100);
	struct archive_page *page;
	struct reader *r;
	size_t count;

	assert_int_equal(reader_open(f->scratch.path, &r), 0);
	page = reader_ask(r, q);
	assert_int_equal(page->status, ARCHIVE_OK);
	count = page->count;
	archive_page_free(&page);
	archive_query_free(&q);
	reader_close(&r);
	return count;
}

static void what_was_told_survives_a_kill(void **state)
{
	struct fixture *f = *state;
	int fds[2], status;
	pid_t child;
	char byte;

	assert_int_equal(pipe(fds), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0)
		run_child(&f->scratch, fds[1]);
	close(fds[1]);
	assert_int_equal(read(fds[0], &byte, 1), 1);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	close(fds[0]);
	assert_int_equal(rows_read(f), 50);
	assert_int_equal(rows(f), 50);
	/* and the store goes on from there */
	open_store(f);
	save_messages(f, 51, 51);
	await(f, 1);
	assert_int_equal(
		scratch_ask(&f->scratch, "SELECT max(seq) FROM archive"), 51);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		/* first: a child must come from a process of one thread */
		TEST(what_was_told_survives_a_kill),
		TEST(records_are_committed_and_told),
		TEST(what_is_wanted_is_given_back),
		TEST(lock_of_another_makes_the_commit_wait),
		TEST(failing_batch_is_kept_in_order),
		TEST(batch_with_a_failing_save_is_kept_whole),
		TEST(next_batch_gathers_while_one_commits),
		TEST(each_trouble_is_told_once),
		TEST(bounds_of_what_may_wait),
		TEST(bound_of_bytes),
		TEST(bound_of_age_is_the_oldest_records),
		TEST(age_is_that_of_the_batch),
		TEST(relaxed_does_not_wait_for_the_commit),
		TEST(messages_go_back_when_nothing_helps),
		TEST(works_again_though_all_went_back),
		TEST(record_that_does_not_fit_is_left_out),
		TEST(long_trouble_is_thinned),
		TEST(relaxed_does_not_wait_for_a_failing_batch),
		TEST(close_commits_and_tells_what_waits),
		TEST(close_retries_a_failing_batch),
		TEST(close_gives_up_in_the_end),
		TEST(close_gives_up_on_a_lock),
		TEST(close_lets_its_loop_end),
		TEST(full_disk_loses_nothing),
		TEST(open_tells_errors),
	};
	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
