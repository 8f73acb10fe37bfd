/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <pthread.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "loop/loop.h"
#include "loop/timer.h"

struct fixture {
	struct loop *loop;
	struct turn turn;
	struct turn other;
	struct timer *timer;
	pthread_t thread;
	int runs;
	int other_runs;
};

static void loop_runs_until_nothing_is_open(void **state)
{
	struct loop *loop = loop_open("a-name-that-is-too-long");
	(void)state;

	assert_non_null(loop_uv(loop));
	loop_run(loop);
	loop_close(&loop);
	assert_null(loop);
	loop_close(&loop);
}

static void count_run(void *owner)
{
	struct fixture *f = owner;

	f->runs++;
}

static void turn_asked_for_twice_runs_once(void **state)
{
	struct fixture f = { .loop = loop_open("test") };
	(void)state;

	turn_init(&f.turn, count_run, &f);
	loop_at_turn_end(f.loop, &f.turn);
	loop_at_turn_end(f.loop, &f.turn);
	loop_run(f.loop);
	assert_int_equal(f.runs, 1);
	loop_close(&f.loop);
}

static void remove_other(void *owner)
{
	struct fixture *f = owner;

	f->runs++;
	turn_remove(&f->other);
}

static void count_other(void *owner)
{
	struct fixture *f = owner;

	f->other_runs++;
}

static void turn_may_be_removed_by_the_one_before(void **state)
{
	struct fixture f = { .loop = loop_open("test") };
	(void)state;

	turn_init(&f.turn, remove_other, &f);
	turn_init(&f.other, count_other, &f);
	loop_at_turn_end(f.loop, &f.turn);
	loop_at_turn_end(f.loop, &f.other);
	loop_run(f.loop);
	assert_int_equal(f.runs, 1);
	assert_int_equal(f.other_runs, 0);
	loop_close(&f.loop);
}

static void ask_again(void *owner)
{
	struct fixture *f = owner;

	if (++f->runs < 5)
		loop_at_turn_end(f->loop, &f->turn);
}

static void turn_may_ask_for_another(void **state)
{
	struct fixture f = { .loop = loop_open("test") };
	(void)state;

	turn_init(&f.turn, ask_again, &f);
	loop_at_turn_end(f.loop, &f.turn);
	loop_run(f.loop);
	assert_int_equal(f.runs, 5);
	loop_close(&f.loop);
}

static void release_hold(void *owner)
{
	struct fixture *f = owner;

	f->runs++;
	f->thread = pthread_self();
	loop_require_owner(f->loop);
	loop_release(f->loop);
}

static void hold_keeps_an_idle_loop_running(void **state)
{
	struct fixture f = { .loop = loop_open("test") };
	(void)state;

	f.timer = timer_new(f.loop, release_hold, &f);
	timer_unref(f.timer); /* only the hold waits for it */
	timer_start(f.timer, 10);
	loop_hold(f.loop);
	loop_run(f.loop);
	assert_int_equal(f.runs, 1);
	timer_free(&f.timer);
	loop_close(&f.loop);
}

static void started_loop_runs_in_a_thread_of_its_own(void **state)
{
	struct fixture f = { .loop = loop_open("test") };
	(void)state;

	loop_hold(f.loop);
	f.timer = timer_new(f.loop, release_hold, &f);
	timer_start(f.timer, 1);
	assert_int_equal(loop_start(f.loop), 0);
	loop_join(f.loop);
	assert_int_equal(f.runs, 1);
	assert_false(pthread_equal(f.thread, pthread_self()));
	timer_free(&f.timer);
	loop_close(&f.loop);
}

static void *touch_foreign_loop(void *arg)
{
	loop_require_owner(arg);
	return NULL;
}

static void touch_from_another_thread(void *owner)
{
	struct fixture *f = owner;
	pthread_t thread;

	if (pthread_create(&thread, NULL, touch_foreign_loop, f->loop) == 0)
		pthread_join(thread, NULL);
	_exit(0);
}

static void owner_check_aborts_on_another_thread(void **state)
{
	int status;
	pid_t pid = fork();
	(void)state;

	if (pid == 0) {
		struct fixture f = { .loop = loop_open("test") };

		signal(SIGABRT, SIG_DFL);
		close(STDERR_FILENO);
		turn_init(&f.turn, touch_from_another_thread, &f);
		loop_at_turn_end(f.loop, &f.turn);
		loop_run(f.loop);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGABRT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(loop_runs_until_nothing_is_open),
		cmocka_unit_test(turn_asked_for_twice_runs_once),
		cmocka_unit_test(turn_may_be_removed_by_the_one_before),
		cmocka_unit_test(turn_may_ask_for_another),
		cmocka_unit_test(hold_keeps_an_idle_loop_running),
		cmocka_unit_test(started_loop_runs_in_a_thread_of_its_own),
		cmocka_unit_test(owner_check_aborts_on_another_thread),
	};

	return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
