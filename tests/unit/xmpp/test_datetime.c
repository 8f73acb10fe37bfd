/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "base/error.h"
#include "xmpp/datetime.h"

static void prints_and_reads(void **state)
{
	static const struct {
		int64_t at;
		const char *text;
	} cases[] = {
		{ 0, "1970-01-01T00:00:00.000Z" },
		{ 1141994096789, "2006-03-10T12:34:56.789Z" },
		{ -1, "1969-12-31T23:59:59.999Z" },
		{ 951782400000, "2000-02-29T00:00:00.000Z" },
		{ 253402300799999, "9999-12-31T23:59:59.999Z" },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		char out[DATETIME_SIZE];
		int64_t at;

		datetime_print(cases[i].at, out);
		assert_string_equal(out, cases[i].text);
		assert_int_equal(datetime_parse(out, &at), 0);
		assert_true(at == cases[i].at);
	}
}

static void far_times_fit(void **state)
{
	char out[DATETIME_SIZE];

	(void)state;
	datetime_print(INT64_MAX, out);
	assert_memory_equal(out, "9999-12-31T23:59:59", 19);
	datetime_print(INT64_MIN, out);
	assert_memory_equal(out, "0000-01-01T00:00:00", 19);
}

static void reads_fractions_and_offsets(void **state)
{
	static const struct {
		const char *text;
		int64_t at;
	} cases[] = {
		{ "2006-03-10T12:34:56Z", 1141994096000 },
		{ "2006-03-10T12:34:56.7Z", 1141994096700 },
		{ "2006-03-10T12:34:56.789123456789Z", 1141994096789 },
		{ "2006-03-10T14:34:56+02:00", 1141994096000 },
		{ "2006-03-10T03:04:56.5-09:30", 1141994096500 },
		{ "2016-12-31T23:59:60Z", 1483228800000 },
		{ "2006-03-10T12:34:56-00:00", 1141994096000 },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		int64_t at;

		assert_int_equal(datetime_parse(cases[i].text, &at), 0);
		assert_true(at == cases[i].at);
	}
}

static void refuses_what_is_none(void **state)
{
	static const char *const cases[] = {
		"", "2006", "2006-03-10", "2006-03-10T12:34:56",
		"2006-03-10T12:34Z", "2006-13-10T12:34:56Z",
		"2006-00-10T12:34:56Z", "2006-02-29T12:34:56Z",
		"1900-02-29T12:34:56Z", "2006-04-31T12:34:56Z",
		"2006-03-10T24:00:00Z", "2006-03-10T12:60:00Z",
		"2006-03-10T12:34:61Z", "2006-03-10T12:34:56.Z",
		"2006-03-10T12:34:56ZZ", "2006-03-10T12:34:56+2",
		"2006-03-10T12:34:56+24:00", "2006-03-10 12:34:56Z",
		" 2006-03-10T12:34:56Z", "-006-03-10T12:34:56Z",
		"2006-03-10T12:34:56+02", "20060310T12:34:56",
	};
	int64_t at;

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++)
		if (datetime_parse(cases[i], &at) != HW_E_INVALID)
			fail_msg("taken: %s", cases[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_and_reads),
		cmocka_unit_test(far_times_fit),
		cmocka_unit_test(reads_fractions_and_offsets),
		cmocka_unit_test(refuses_what_is_none),
	};

	return cmocka_run_group_tests_name("datetime", tests, NULL, NULL);
}
