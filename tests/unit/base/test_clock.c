/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include <time.h>

#include "base/clock.h"

static void mono_does_not_go_back(void **state)
{
	int64_t last = clock_mono();

	(void)state;
	for (int i = 0; i < 10000; i++) {
		int64_t now = clock_mono();

		assert_true(now >= last);
		last = now;
	}
}

static void wall_is_in_milliseconds(void **state)
{
	int64_t before = (int64_t)time(NULL) * 1000;
	int64_t now = clock_wall();

	(void)state;
	/* time() may read a coarser clock, a tick behind */
	assert_true(now >= before && now < before + 60000);
}

static void fake_holds_until_unfaked(void **state)
{
	(void)state;
	clock_fake(5, 1000);
	assert_true(clock_mono() == 5 && clock_wall() == 1000);
	clock_fake(6, 900);
	assert_true(clock_mono() == 6 && clock_wall() == 900);
	clock_unfake();
	assert_true(clock_wall() > 1000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mono_does_not_go_back),
		cmocka_unit_test(wall_is_in_milliseconds),
		cmocka_unit_test(fake_holds_until_unfaked),
	};

	return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
