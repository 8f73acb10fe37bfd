/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include <errno.h>

#include "base/error.h"

static void every_code_has_name_and_text(void **state)
{
	(void)state;
	for (int i = 1; i <= HW_ERROR_COUNT; i++) {
		assert_true(strlen(hw_error_name(-i)) > 0);
		assert_true(strlen(hw_error_text(-i)) > 0);
		assert_string_not_equal(hw_error_name(-i), "unknown");
	}
	assert_string_equal(hw_error_name(HW_E_INVALID), "invalid");
	assert_string_equal(hw_error_name(HW_E_NOT_FOUND), "not-found");
	assert_string_equal(hw_error_name(HW_E_SYSTEM), "system");
	assert_string_equal(hw_error_text(HW_E_TIMEOUT), "timed out");
}

static void codes_outside_the_table_are_unknown(void **state)
{
	(void)state;
	assert_string_equal(hw_error_name(0), "ok");
	assert_string_equal(hw_error_name(1), "unknown");
	assert_string_equal(hw_error_name(-HW_ERROR_COUNT - 1), "unknown");
	assert_string_equal(hw_error_name(INT32_MIN), "unknown");
	assert_string_equal(hw_error_text(INT32_MAX), "unknown error");
}

static void errno_is_translated(void **state)
{
	(void)state;
	assert_int_equal(hw_error_of_errno(0), 0);
	assert_int_equal(hw_error_of_errno(ENOENT), HW_E_NOT_FOUND);
	assert_int_equal(hw_error_of_errno(EACCES), HW_E_ACCESS);
	assert_int_equal(hw_error_of_errno(ENOSPC), HW_E_NO_SPACE);
	assert_int_equal(hw_error_of_errno(ECONNREFUSED), HW_E_REFUSED);
	assert_int_equal(hw_error_of_errno(99999), HW_E_SYSTEM);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_code_has_name_and_text),
		cmocka_unit_test(codes_outside_the_table_are_unknown),
		cmocka_unit_test(errno_is_translated),
	};

	return cmocka_run_group_tests_name("error", tests, NULL, NULL);
}
