/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "loop/loop.h"
#include "loop/timer.h"

struct fixture {
	struct loop *loop;
	struct timer *timer;
	int fired;
	int stop_after;
	int64_t fired_at;
};

static void on_fire(void *owner)
{
	struct fixture *f = owner;

	f->fired_at = clock_mono();
	if (++f->fired == f->stop_after)
		timer_free(&f->timer);
}

static void timer_fires_once_not_before_its_time(void **state)
{
	struct fixture f = { .loop = loop_open("test") };
	int64_t started;
	(void)state;

	f.timer = timer_new(f.loop, on_fire, &f);
	assert_false(timer_is_running(f.timer));
	started = clock_mono();
	timer_start(f.timer, 30);
	assert_true(timer_is_running(f.timer));
	loop_run(f.loop);
	assert_int_equal(f.fired, 1);
	/* 1 ms: the clocks round down, each for itself */
	assert_true(f.fired_at - started >= 29);
	assert_false(timer_is_running(f.timer));
	timer_free(&f.timer);
	assert_null(f.timer);
	timer_free(&f.timer);
	loop_close(&f.loop);
}

static void timer_repeats_and_may_be_freed_inside(void **state)
{
	struct fixture f = { .loop = loop_open("test"), .stop_after = 3 };
	(void)state;

	f.timer = timer_new(f.loop, on_fire, &f);
	timer_repeat(f.timer, 1);
	loop_run(f.loop);
	assert_int_equal(f.fired, 3);
	assert_null(f.timer);
	loop_close(&f.loop);
}

static void timer_stopped_does_not_fire(void **state)
{
	struct fixture f = { .loop = loop_open("test") };
	(void)state;

	f.timer = timer_new(f.loop, on_fire, &f);
	timer_start(f.timer, 0);
	timer_stop(f.timer);
	loop_run(f.loop);
	assert_int_equal(f.fired, 0);
	timer_free(&f.timer);
	loop_close(&f.loop);
}

static void timer_restarted_fires_once(void **state)
{
	struct fixture f = { .loop = loop_open("test") };
	(void)state;

	f.timer = timer_new(f.loop, on_fire, &f);
	timer_repeat(f.timer, 1);
	timer_start(f.timer, 2);
	loop_run(f.loop);
	assert_int_equal(f.fired, 1);
	timer_free(&f.timer);
	loop_close(&f.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timer_fires_once_not_before_its_time),
		cmocka_unit_test(timer_repeats_and_may_be_freed_inside),
		cmocka_unit_test(timer_stopped_does_not_fire),
		cmocka_unit_test(timer_restarted_fires_once),
	};

	return cmocka_run_group_tests_name("timer", tests, NULL, NULL);
}
