/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "base/throttle.h"

static void burst_then_rate(void **state)
{
	struct throttle t;

	(void)state;
	throttle_init(&t, 2, 3, 1000);
	for (int i = 0; i < 3; i++)
		assert_true(throttle_take(&t, 1, 1000));
	assert_false(throttle_take(&t, 1, 1000));
	assert_false(throttle_take(&t, 1, 1499));
	assert_true(throttle_take(&t, 1, 1500));
	assert_false(throttle_take(&t, 1, 1500));
}

static void refused_take_costs_nothing(void **state)
{
	struct throttle t;

	(void)state;
	throttle_init(&t, 1, 5, 0);
	assert_false(throttle_take(&t, 6, 0));
	assert_true(throttle_take(&t, 5, 0));
}

static void never_more_than_the_burst(void **state)
{
	struct throttle t;

	(void)state;
	throttle_init(&t, 1000, 2, 0);
	assert_true(throttle_take(&t, 2, 1000000));
	assert_false(throttle_take(&t, 1, 1000000));
}

static void debt_is_waited_off(void **state)
{
	struct throttle t;
	int64_t wait;

	(void)state;
	throttle_init(&t, 1000, 500, 0);
	assert_int_equal(throttle_charge(&t, 500, 0), 0);
	wait = throttle_charge(&t, 2000, 0);
	assert_in_range(wait, 2000, 2001);
	/* in debt nothing can be taken, and more debt adds up */
	assert_false(throttle_take(&t, 1, 1000));
	assert_in_range(throttle_charge(&t, 1000, 1000), 2000, 2001);
	assert_int_equal(throttle_charge(&t, 0, 3001), 0);
}

/* Whoever waits as told is not told to wait again, whatever the rounding. */
static void the_wait_is_enough(void **state)
{
	static const double rates[] = { 0.3, 1.0 / 3, 7, 999.99, 1e6 };

	(void)state;
	for (size_t i = 0; i < array_len(rates); i++) {
		struct throttle t;
		int64_t now = 123456789;

		throttle_init(&t, rates[i], 1, now);
		for (int round = 0; round < 100; round++) {
			now += throttle_charge(&t, 17.1234567 * rates[i], now);
			assert_true(throttle_take(&t, 0, now));
		}
	}
}

static void time_going_back_gives_nothing(void **state)
{
	struct throttle t;

	(void)state;
	throttle_init(&t, 1, 1, 10000);
	/* nor does it take anything */
	assert_true(throttle_take(&t, 1, 5000));
	assert_false(throttle_take(&t, 1, 5000));
	assert_false(throttle_take(&t, 1, 10999));
	assert_true(throttle_take(&t, 1, 11000));
}

static void rate_zero_waits_for_ever(void **state)
{
	struct throttle t;

	(void)state;
	throttle_init(&t, 0, 1, 0);
	assert_int_equal(throttle_charge(&t, 1, 0), 0);
	assert_true(throttle_charge(&t, 1, 0) == INT64_MAX);
	throttle_init(&t, 1e-300, 1, 0);
	assert_true(throttle_charge(&t, 1e10, 0) == INT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(burst_then_rate),
		cmocka_unit_test(refused_take_costs_nothing),
		cmocka_unit_test(never_more_than_the_burst),
		cmocka_unit_test(debt_is_waited_off),
		cmocka_unit_test(the_wait_is_enough),
		cmocka_unit_test(time_going_back_gives_nothing),
		cmocka_unit_test(rate_zero_waits_for_ever),
	};

	return cmocka_run_group_tests_name("throttle", tests, NULL, NULL);
}
