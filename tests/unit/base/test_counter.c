/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include <pthread.h>

#include "base/buf.h"
#include "base/counter.h"

static struct counter commits =
	COUNTER_INIT("hallway_test_commits", "Commits of the store");
static struct counter links = GAUGE_INIT("hallway_test_links", "Links \"up\"");
static struct counter odd =
	COUNTER_INIT("hallway_test_odd", "Back\\slash\nand line");

static void prints_open_metrics(void **state)
{
	struct buf out = { 0 };

	(void)state;
	counter_register(&commits);
	counter_register(&links);
	counter_register(&commits);
	counter_register(&odd);
	counter_add(&commits, 40);
	counter_add(&commits, 2);
	counter_set(&links, 7);
	counter_add(&links, -8);
	counter_print(&out);
	assert_string_equal(
		buf_str(&out),
		"# TYPE hallway_test_commits counter\n"
		"# HELP hallway_test_commits Commits of the store\n"
		"hallway_test_commits_total 42\n"
		"# TYPE hallway_test_links gauge\n"
		"# HELP hallway_test_links Links \\\"up\\\"\n"
		"hallway_test_links -1\n"
		"# TYPE hallway_test_odd counter\n"
		"# HELP hallway_test_odd Back\\\\slash\\nand line\n"
		"hallway_test_odd_total 0\n"
		"# EOF\n");
	buf_fini(&out);
}

static void walk_follows_registration(void **state)
{
	const struct counter *c = counter_next(NULL);

	(void)state;
	assert_ptr_equal(c, &commits);
	c = counter_next(c);
	assert_ptr_equal(c, &links);
	c = counter_next(c);
	assert_ptr_equal(c, &odd);
	assert_null(counter_next(c));
}

static void *count_much(void *unused)
{
	for (int i = 0; i < 20000; i++)
		counter_add(&odd, 1);
	return unused;
}

static void no_count_is_lost_between_threads(void **state)
{
	pthread_t threads[4];
	int64_t before = counter_get(&odd);

	(void)state;
	for (size_t i = 0; i < array_len(threads); i++)
		assert_int_equal(pthread_create(&threads[i], NULL, count_much,
						NULL), 0);
	for (size_t i = 0; i < array_len(threads); i++)
		pthread_join(threads[i], NULL);
	assert_int_equal(counter_get(&odd) - before, 80000);
}

static void register_bad_name(void)
{
	static struct counter bad = COUNTER_INIT("hallway-bad name", "");

	counter_register(&bad);
}

static void bad_name_aborts(void **state)
{
	(void)state;
	assert_true(aborts(register_bad_name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_open_metrics),
		cmocka_unit_test(walk_follows_registration),
		cmocka_unit_test(no_count_is_lost_between_threads),
		cmocka_unit_test(bad_name_aborts),
	};

	return cmocka_run_group_tests_name("counter", tests, NULL, NULL);
}
