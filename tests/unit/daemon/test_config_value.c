/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "base/error.h"
#include "daemon/config_value.h"

struct number_case {
	const char *text;
	int64_t value; /* -1: refused */
};

static void durations_carry_a_unit(void **state)
{
	static const struct number_case cases[] = {
		{ "250ms", 250 },
		{ "120s", 120000 },
		{ "15m", 900000 },
		{ "24h", 86400000 },
		{ "7d", 604800000 },
		{ "0", 0 },
		{ "0s", 0 },
		{ "00", 0 },
		{ "106751991167d", 9223372036828800000 },
		{ "106751991168d", -1 },
		{ "9223372036854775807ms", INT64_MAX },
		{ "9223372036854775808ms", -1 },
		{ "99999999999999999999999999s", -1 },
		{ "", -1 },
		{ "s", -1 },
		{ "120", -1 },
		{ "-1s", -1 },
		{ "+1s", -1 },
		{ " 1s", -1 },
		{ "1 s", -1 },
		{ "1s ", -1 },
		{ "1S", -1 },
		{ "1.5s", -1 },
		{ "1m30s", -1 },
		{ "1w", -1 },
		{ "0x10s", -1 },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		int64_t ms = -2;
		int error = config_value_duration(cases[i].text, &ms);

		if (cases[i].value < 0)
			assert_int_equal(error, HW_E_INVALID);
		else
			assert_int_equal(error, 0);
		assert_int_equal(ms, error ? -2 : cases[i].value);
	}
}

static void sizes_may_carry_a_unit(void **state)
{
	static const struct number_case cases[] = {
		{ "0", 0 },
		{ "512", 512 },
		{ "512B", 512 },
		{ "64KiB", 65536 },
		{ "64K", 65536 },
		{ "2MiB", 2097152 },
		{ "2M", 2097152 },
		{ "1GiB", 1073741824 },
		{ "1G", 1073741824 },
		{ "8589934591G", 9223372035781033984 },
		{ "8589934592G", -1 },
		{ "", -1 },
		{ "KiB", -1 },
		{ "1KB", -1 },
		{ "1k", -1 },
		{ "1 KiB", -1 },
		{ "-1", -1 },
		{ "1e3", -1 },
		{ "1TiB", -1 },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		int64_t bytes = -2;
		int error = config_value_size(cases[i].text, &bytes);

		if (cases[i].value < 0)
			assert_int_equal(error, HW_E_INVALID);
		else
			assert_int_equal(error, 0);
		assert_int_equal(bytes, error ? -2 : cases[i].value);
	}
}

static void truth_has_six_words(void **state)
{
	static const char *const yes[] = { "yes", "true", "on", "YES", "On" };
	static const char *const no[] = { "no", "false", "off", "No", "OFF" };
	static const char *const bad[] = { "", "y", "1", "0", "yes ", "ja" };
	bool is_on;

	(void)state;
	for (size_t i = 0; i < array_len(yes); i++) {
		is_on = false;
		assert_int_equal(config_value_bool(yes[i], &is_on), 0);
		assert_true(is_on);
		is_on = true;
		assert_int_equal(config_value_bool(no[i], &is_on), 0);
		assert_false(is_on);
	}
	for (size_t i = 0; i < array_len(bad); i++) {
		is_on = true;
		assert_int_equal(config_value_bool(bad[i], &is_on),
				 HW_E_INVALID);
		assert_true(is_on);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_carry_a_unit),
		cmocka_unit_test(sizes_may_carry_a_unit),
		cmocka_unit_test(truth_has_six_words),
	};

	return cmocka_run_group_tests_name("config_value", tests, NULL, NULL);
}
