/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "base/quota.h"

#include <stdio.h>

static void each_name_has_its_own(void **state)
{
	struct quota *q = quota_new(1, 2);

	(void)state;
	assert_true(quota_take(q, "a", 0));
	assert_true(quota_take(q, "a", 0));
	assert_false(quota_take(q, "a", 999));
	assert_true(quota_take(q, "b", 999));
	assert_true(quota_take(q, "a", 1000));
	quota_free(&q);
	assert_null(q);
}

static void full_buckets_are_forgotten(void **state)
{
	struct quota *q = quota_new(1, 1);
	char name[16];

	(void)state;
	for (int i = 0; i < 10000; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		assert_true(quota_take(q, name, i * 100));
	}
	/* a second's worth of names is not full yet, and some wait in line */
	assert_true(quota_count(q) < 50);
	quota_free(&q);
}

static void a_crowd_does_not_grow_it_for_ever(void **state)
{
	struct quota *q = quota_new(0.001, 1);
	char name[16];

	(void)state;
	for (int i = 0; i < 70000; i++) {
		snprintf(name, sizeof(name), "n%d", i);
		assert_true(quota_take(q, name, 0));
	}
	assert_true(quota_count(q) <= 65536);
	quota_free(&q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_name_has_its_own),
		cmocka_unit_test(full_buckets_are_forgotten),
		cmocka_unit_test(a_crowd_does_not_grow_it_for_ever),
	};

	return cmocka_run_group_tests_name("quota", tests, NULL, NULL);
}
