/* SPDX-License-Identifier: MIT */
#include "muc/room_activity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define HOUR INT64_C(3600000)

static void room_activity_counts_a_day(void **state)
{
	struct room_activity a = { 0 };
	(void)state;

	for (int i = 0; i < 48; i++)
		room_activity_count(&a, 1000 * HOUR + i);
	/* the hour that is not over does not count */
	assert_int_equal(room_activity_get(&a, 1000 * HOUR + 50), 0);
	assert_int_equal(room_activity_get(&a, 1001 * HOUR), 200);
	assert_int_equal(room_activity_get(&a, 1024 * HOUR), 200);
	assert_int_equal(room_activity_get(&a, 1025 * HOUR), 0);
}

static void room_activity_survives_clocks(void **state)
{
	struct room_activity a = { 0 };
	(void)state;

	room_activity_count(&a, 1000 * HOUR);
	room_activity_count(&a, 900 * HOUR);
	assert_int_equal(a.counts[0], 2);
	assert_int_equal(room_activity_get(&a, 99999 * HOUR), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(room_activity_counts_a_day),
		cmocka_unit_test(room_activity_survives_clocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
