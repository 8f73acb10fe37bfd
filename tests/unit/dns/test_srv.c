/* SPDX-License-Identifier: MIT */
#include "dns/srv.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdio.h>

#include "base/rand.h"
#include "base/str.h"

#define DRAWS 20000

static uint32_t lowest(void *owner, uint32_t bound)
{
	(void)owner;
	(void)bound;
	return 0;
}

static uint32_t highest(void *owner, uint32_t bound)
{
	(void)owner;
	return bound;
}

static uint32_t any(void *owner, uint32_t bound)
{
	(void)owner;
	return rand_below(bound + 1);
}

static struct srv record(uint16_t priority, uint16_t weight, const char *target)
{
	struct srv r = { .priority = priority, .weight = weight };

	(void)str_copy(r.target, sizeof(r.target), target);
	return r;
}

/* The targets' first letters in order. */
static void order_is(const struct srv *records, size_t count, const char *order)
{
	char seen[16] = "";

	for (size_t i = 0; i < count; i++)
		seen[i] = records[i].target[0];
	assert_string_equal(seen, order);
}

static void order_goes_by_priority_first(void **state)
{
	struct srv records[] = { record(30, 65535, "c"), record(10, 0, "a"),
				 record(20, 1, "b") };
	(void)state;

	srv_order(records, 3, highest, NULL);
	order_is(records, 3, "abc");
	srv_order(records, 0, highest, NULL);
}

static void order_follows_the_running_sum(void **state)
{
	struct srv low[] = { record(1, 10, "x"), record(1, 0, "z"),
			     record(1, 20, "y") };
	struct srv high[] = { record(1, 10, "x"), record(1, 0, "z"),
			      record(1, 20, "y") };
	(void)state;

	/* 0 picks the first whose sum is >= 0: that of weight 0 */
	srv_order(low, 3, lowest, NULL);
	assert_int_equal(low[0].target[0], 'z');
	/* the whole sum picks the last */
	srv_order(high, 3, highest, NULL);
	assert_int_equal(high[2].target[0], 'z');
}

static void order_shares_by_weight(void **state)
{
	int firsts[3] = { 0 };
	(void)state;

	for (int i = 0; i < DRAWS; i++) {
		struct srv records[] = { record(5, 10, "a"), record(5, 30, "b"),
					 record(5, 60, "c"),
					 record(6, 100, "d") };

		srv_order(records, 4, any, NULL);
		assert_int_equal(records[3].target[0], 'd');
		firsts[records[0].target[0] - 'a']++;
	}
	/* r is one of 0..100: a has 11 of 101, b 30, c 60. Five sigma of the
	 * widest is 350. */
	assert_in_range(firsts[0], DRAWS * 11 / 101 - 350,
			DRAWS * 11 / 101 + 350);
	assert_in_range(firsts[1], DRAWS * 30 / 101 - 350,
			DRAWS * 30 / 101 + 350);
	assert_in_range(firsts[2], DRAWS * 60 / 101 - 350,
			DRAWS * 60 / 101 + 350);
}

static void order_reaches_everyone_of_weight_zero(void **state)
{
	int firsts[2] = { 0 };
	struct srv pair[] = { record(0, 0, "a"), record(0, 1, "b") };
	(void)state;

	for (int i = 0; i < DRAWS; i++) {
		srv_order(pair, 2, any, NULL);
		firsts[pair[0].target[0] - 'a']++;
	}
	assert_in_range(firsts[0], DRAWS / 2 - 400, DRAWS / 2 + 400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(order_goes_by_priority_first),
		cmocka_unit_test(order_follows_the_running_sum),
		cmocka_unit_test(order_shares_by_weight),
		cmocka_unit_test(order_reaches_everyone_of_weight_zero),
	};

	return cmocka_run_group_tests_name("srv", tests, NULL, NULL);
}
