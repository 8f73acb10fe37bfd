/* SPDX-License-Identifier: MIT */
#include "net/dial.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "loop/loop.h"
#include "net/addr.h"
#include "net/dial_book.h"

#define OPEN_MAX 8
#define PLACES_MAX 8

struct fixture {
	struct loop *loop;
	struct dial *dial;
	struct dial_settings settings;
	int dialled;
	int failed;
	int error;
	size_t index;
	int flags;
	int fds_before;
	struct addr at[PLACES_MAX];  /* where it dials */
	unsigned groups[PLACES_MAX]; /* of these */
	size_t count;
	int64_t took;         /* ms */
	char failures[64];    /* "index:error " of each place that failed */
	int open[OPEN_MAX];   /* until the end */
	size_t open_count;
};

static int count_fds(void)
{
	DIR *dir = opendir("/proc/self/fd");
	int count = 0;

	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

static void on_dialled(void *owner, int owned_fd, size_t index)
{
	struct fixture *f = owner;
	struct addr peer = { .len = sizeof(peer.ss) };

	f->dialled++;
	f->index = index;
	f->flags = fcntl(owned_fd, F_GETFL) & O_NONBLOCK;
	f->flags |= fcntl(owned_fd, F_GETFD) & FD_CLOEXEC;
	assert_int_equal(getpeername(owned_fd, (struct sockaddr *)&peer.ss,
				     &peer.len),
			 0);
	close(owned_fd);
}

static void on_dial_failed(void *owner, int error)
{
	struct fixture *f = owner;

	f->failed++;
	f->error = error;
}

static void on_place_failed(void *owner, size_t index, int error)
{
	struct fixture *f = owner;
	size_t len = strlen(f->failures);

	snprintf(f->failures + len, sizeof(f->failures) - len, "%zu%s ", index,
		 error == HW_E_ACCESS ? "!" : "");
}

static const struct dial_events events = {
	.on_place_failed = on_place_failed,
	.on_dialled = on_dialled,
	.on_dial_failed = on_dial_failed,
};

static void fixture_init(struct fixture *f)
{
	*f = (struct fixture){ .fds_before = count_fds() };
	f->loop = loop_open("test");
	dial_settings_init(&f->settings);
	f->settings.allow_private = true;
}

static void fixture_dial(struct fixture *f)
{
	struct dial_place places[PLACES_MAX] = { 0 };

	for (size_t i = 0; i < f->count; i++) {
		places[i].addr = f->at[i];
		places[i].group = f->groups[i];
	}
	f->dial = dial_start(f->loop, &f->settings, places, f->count, &events,
			     f);
}

/* Runs to the answer; nothing may be left open. */
static void fixture_run(struct fixture *f)
{
	int64_t started = clock_mono();

	fixture_dial(f);
	assert_int_equal(f->dialled + f->failed, 0);
	loop_run(f->loop);
	assert_int_equal(f->dialled + f->failed, 1);
	loop_close(&f->loop);
	f->took = clock_mono() - started;
}

static void fixture_fini(struct fixture *f)
{
	while (f->open_count)
		close(f->open[--f->open_count]);
	assert_int_equal(count_fds(), f->fds_before);
}

static void keep_open(struct fixture *f, int fd)
{
	assert_true(f->open_count < OPEN_MAX);
	f->open[f->open_count++] = fd;
}

static struct addr *add_place(struct fixture *f, const char *text)
{
	struct addr *at = &f->at[f->count];

	assert_true(f->count < PLACES_MAX);
	assert_int_equal(addr_parse(text, 0, at), 0);
	f->count++;
	return at;
}

/* backlog < 0: bound, so that nobody else will listen there. */
static int add_bound(struct fixture *f, int backlog)
{
	struct addr *at = add_place(f, "127.0.0.1:0");
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	keep_open(f, fd);
	assert_int_equal(bind(fd, (struct sockaddr *)&at->ss, at->len), 0);
	if (backlog >= 0)
		assert_int_equal(listen(fd, backlog), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at->ss, &at->len),
			 0);
	return fd;
}

static int add_listening(struct fixture *f)
{
	return add_bound(f, 5);
}

static void add_refusing(struct fixture *f)
{
	(void)add_bound(f, -1);
}

/* Where a connect neither succeeds nor fails: the queue is full. */
static void add_deaf(struct fixture *f)
{
	const struct addr *at = &f->at[f->count];

	(void)add_bound(f, 0);
	for (int i = 0; i < 4; i++) {
		int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

		keep_open(f, fd);
		(void)!connect(fd, (struct sockaddr *)&at->ss, at->len);
	}
}

/* The last one once more. */
static void add_again(struct fixture *f)
{
	require(f->count > 0 && f->count < PLACES_MAX);
	f->at[f->count] = f->at[f->count - 1];
	f->count++;
}

static void dial_connects(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f);
	add_listening(&f);
	fixture_run(&f);
	assert_int_equal(f.dialled, 1);
	assert_int_equal(f.flags, O_NONBLOCK | FD_CLOEXEC);
	fixture_fini(&f);
}

static void dial_goes_on_at_once_after_a_refusal(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f);
	f.settings.stagger = 60000;
	add_refusing(&f);
	add_refusing(&f);
	add_listening(&f);
	fixture_run(&f);
	assert_int_equal(f.dialled, 1);
	assert_int_equal(f.index, 2);
	assert_true(f.took < 5000);
	fixture_fini(&f);
}

static void dial_races_past_a_silent_address(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f);
	f.settings.stagger = 50;
	add_deaf(&f);
	add_listening(&f);
	fixture_run(&f);
	assert_int_equal(f.dialled, 1);
	assert_int_equal(f.index, 1);
	assert_in_range(f.took, 49, 9000);
	fixture_fini(&f);
}

static void dial_respects_its_parallelism(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f);
	f.settings.stagger = 1;
	f.settings.timeout = 150;
	f.settings.parallel = 1;
	add_deaf(&f);
	add_listening(&f);
	fixture_run(&f);
	assert_int_equal(f.dialled, 1);
	assert_true(f.took >= 149);
	fixture_fini(&f);
}

static void dial_holds_the_next_group_back(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f);
	f.settings.stagger = 1;
	f.settings.group_delay = 200;
	f.groups[1] = 1;
	add_deaf(&f);
	add_listening(&f);
	fixture_run(&f);
	assert_int_equal(f.index, 1);
	assert_in_range(f.took, 199, 9000);
	fixture_fini(&f);
}

static void dial_goes_to_the_next_group_when_one_has_failed(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f);
	f.settings.group_delay = 60000;
	f.groups[2] = 1;
	add_refusing(&f);
	add_refusing(&f);
	add_listening(&f);
	fixture_run(&f);
	assert_int_equal(f.index, 2);
	assert_true(f.took < 5000);
	assert_string_equal(f.failures, "0 1 ");
	fixture_fini(&f);
}

static void dial_waits_for_a_busy_machine(void **state)
{
	struct dial_book_settings settings;
	struct fixture f;
	(void)state;

	fixture_init(&f);
	dial_book_settings_init(&settings);
	settings.per_host = 1;
	f.settings.book = dial_book_new(&settings);
	f.settings.stagger = 1;
	f.settings.timeout = 150;
	add_deaf(&f);
	add_listening(&f);
	fixture_run(&f);
	assert_int_equal(f.index, 1);
	assert_true(f.took >= 149);
	/* nothing is under way any more, and the failure is remembered */
	assert_true(dial_book_enter(f.settings.book, &f.at[0]));
	assert_false(dial_book_enter(f.settings.book, &f.at[1]));
	dial_book_leave(f.settings.book, &f.at[1]);
	assert_true(dial_book_has_failed(f.settings.book, &f.at[0],
					 clock_mono()));
	assert_false(dial_book_has_failed(f.settings.book, &f.at[1],
					  clock_mono()));
	assert_false(dial_book_has_failed(f.settings.book, &f.at[0],
					  clock_mono() + settings.memory));
	dial_book_free(&f.settings.book);
	fixture_fini(&f);
}

static void dial_times_out(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f);
	f.settings.timeout = 50;
	add_deaf(&f);
	add_again(&f);
	fixture_run(&f);
	assert_int_equal(f.failed, 1);
	assert_int_equal(f.error, HW_E_TIMEOUT);
	fixture_fini(&f);
}

static void dial_tells_the_last_error(void **state)
{
	struct fixture f;
	int fd;
	(void)state;

	fixture_init(&f);
	add_refusing(&f);
	fixture_run(&f);
	assert_int_equal(f.error, HW_E_REFUSED);
	fixture_fini(&f);

	fixture_init(&f);
	fixture_run(&f);
	assert_int_equal(f.error, HW_E_UNREACHABLE);
	fixture_fini(&f);

	/* neither is tried */
	fixture_init(&f);
	f.settings.allow_private = false;
	fd = add_listening(&f);
	(void)add_place(&f, "[::ffff:127.0.0.1]:1");
	fixture_run(&f);
	assert_int_equal(f.error, HW_E_ACCESS);
	assert_string_equal(f.failures, "0! 1! ");
	assert_int_equal(fcntl(fd, F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(accept(fd, NULL, NULL), -1);
	fixture_fini(&f);
}

static void dial_cancelled_does_not_call(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f);
	add_listening(&f);
	fixture_dial(&f);
	dial_cancel(&f.dial);
	assert_null(f.dial);
	dial_cancel(&f.dial);
	loop_run(f.loop);
	assert_int_equal(f.dialled + f.failed, 0);
	loop_close(&f.loop);
	fixture_fini(&f);
}

static void cancel(void *owner)
{
	struct fixture *f = owner;

	dial_cancel(&f->dial);
}

static void dial_may_be_cancelled_under_way(void **state)
{
	struct fixture f;
	struct turn turn;
	(void)state;

	fixture_init(&f);
	add_deaf(&f);
	add_again(&f);
	f.settings.stagger = 0;
	fixture_dial(&f);
	/* after the timer that starts the attempts */
	turn_init(&turn, cancel, &f);
	loop_at_turn_end(f.loop, &turn);
	loop_run(f.loop);
	assert_int_equal(f.dialled + f.failed, 0);
	loop_close(&f.loop);
	fixture_fini(&f);
}

/* The first loop of a process opens what libuv keeps for all of them. */
static int open_first_loop(void **state)
{
	struct loop *loop = loop_open("first");

	(void)state;
	loop_close(&loop);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dial_connects),
		cmocka_unit_test(dial_goes_on_at_once_after_a_refusal),
		cmocka_unit_test(dial_races_past_a_silent_address),
		cmocka_unit_test(dial_respects_its_parallelism),
		cmocka_unit_test(dial_holds_the_next_group_back),
		cmocka_unit_test(dial_goes_to_the_next_group_when_one_has_failed),
		cmocka_unit_test(dial_waits_for_a_busy_machine),
		cmocka_unit_test(dial_times_out),
		cmocka_unit_test(dial_tells_the_last_error),
		cmocka_unit_test(dial_cancelled_does_not_call),
		cmocka_unit_test(dial_may_be_cancelled_under_way),
	};

	return cmocka_run_group_tests_name("dial", tests, open_first_loop,
					   NULL);
}
