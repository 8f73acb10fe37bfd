/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include <pthread.h>

#include "loop/loop.h"
#include "loop/work.h"

struct task {
	pthread_t worker;
	pthread_t teller;
	int steps;
};

static void compute(void *data)
{
	struct task *t = data;

	t->worker = pthread_self();
	t->steps++;
}

static void tell(void *data)
{
	struct task *t = data;

	t->teller = pthread_self();
	t->steps = t->steps * 10 + 2;
}

static void work_is_done_elsewhere_and_told_here(void **state)
{
	struct loop *loop = loop_open("test");
	struct task t = { .steps = 0 };

	(void)state;
	work_start(loop, compute, tell, &t);
	loop_run(loop); /* until it is told */
	assert_int_equal(t.steps, 12);
	assert_false(pthread_equal(t.worker, pthread_self()));
	assert_true(pthread_equal(t.teller, pthread_self()));
	loop_close(&loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(work_is_done_elsewhere_and_told_here),
	};

	return cmocka_run_group_tests_name("work", tests, NULL, NULL);
}
