/* SPDX-License-Identifier: MIT */
/* How long to rest after failed rounds. */
#include "s2s/backoff.h"

#include "tests/unit/unit.h"

#include <limits.h>

static void backoff_grows_and_stays(void **state)
{
	static const int64_t means[] = { 5000,   15000,  45000, 120000,
					 300000, 300000, 300000 };

	(void)state;
	for (unsigned i = 0; i < array_len(means); i++) {
		int64_t low = INT64_MAX, high = 0;

		for (int dice = 0; dice < 200; dice++) {
			int64_t rest = backoff_rest(i + 1);

			low = rest < low ? rest : low;
			high = rest > high ? rest : high;
		}
		assert_true(low >= means[i] * 3 / 4);
		assert_true(high < means[i] * 5 / 4);
		/* neither always the same nor always the half of it */
		assert_true(low < means[i] * 9 / 10);
		assert_true(high > means[i] * 11 / 10);
	}
	assert_true(backoff_rest(UINT_MAX) >= 225000);
}

static void backoff_leaves_a_round_to_the_grace(void **state)
{
	(void)state;
	assert_int_equal(backoff_cut(5000, 120000), 5000);
	assert_int_equal(backoff_cut(300000, 120000), 60000);
	assert_int_equal(backoff_cut(45000, 1000), 500);
	/* too late for another: no storm of them */
	assert_int_equal(backoff_cut(45000, 998), 45000);
	assert_int_equal(backoff_cut(45000, 0), 45000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(backoff_grows_and_stays),
		cmocka_unit_test(backoff_leaves_a_round_to_the_grace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
