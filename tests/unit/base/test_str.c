/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"

static void copies_are_owned(void **state)
{
	char *s = str_dup(NULL);

	(void)state;
	assert_null(s);
	s = str_dup_n("abc", 2);
	assert_string_equal(s, "ab");
	mem_free(&s);
	s = str_dup_n("abc", 10);
	assert_string_equal(s, "abc");
	str_set(&s, s + 1); /* a part of the old string */
	assert_string_equal(s, "bc");
	str_set(&s, NULL);
	assert_null(s);
	s = str_format("%s-%d", "a", 7);
	assert_string_equal(s, "a-7");
	mem_free(&s);
}

static void comparison(void **state)
{
	(void)state;
	assert_true(str_equal(NULL, NULL));
	assert_false(str_equal(NULL, ""));
	assert_false(str_equal("a", "A"));
	assert_true(str_equal_case(NULL, NULL));
	assert_false(str_equal_case("", NULL));
	assert_true(str_equal_case("aBc", "AbC"));
	assert_false(str_equal_case("abc", "abcd"));
	assert_false(str_equal_case("abcd", "abc"));
	assert_false(str_equal_case("[", "{")); /* 0x20 apart, no letters */
	assert_false(str_equal_case("\xc3\x84", "\xc3\xa4"));
	assert_true(str_has_prefix("abc", ""));
	assert_true(str_has_prefix("abc", "abc"));
	assert_false(str_has_prefix("ab", "abc"));
	assert_true(str_has_suffix("abc", ""));
	assert_true(str_has_suffix("abc", "bc"));
	assert_false(str_has_suffix("c", "bc"));
}

static void lower_leaves_other_bytes(void **state)
{
	char s[] = "AZaz@[\xc3\x84";

	(void)state;
	str_lower_ascii(s);
	assert_string_equal(s, "azaz@[\xc3\x84");
}

static void copy_is_cut_and_says_so(void **state)
{
	char out[4];

	(void)state;
	assert_true(str_copy(out, sizeof(out), "abc"));
	assert_string_equal(out, "abc");
	assert_false(str_copy(out, sizeof(out), "wxyz"));
	assert_string_equal(out, "wxy");
	assert_true(str_copy(out, 1, ""));
	assert_false(str_copy(out, 1, "a"));
	assert_string_equal(out, "");
}

struct utf8_case {
	const char *text;
	size_t len;
	bool is_valid;
};

#define UTF8(text, is_valid) { (text), sizeof(text) - 1, (is_valid) }

static void utf8_by_rfc_3629(void **state)
{
	static const struct utf8_case cases[] = {
		UTF8("", true),
		UTF8("plain", true),
		UTF8("\x7f", true),
		UTF8("\xc2\x80", true),
		UTF8("\xdf\xbf", true),
		UTF8("\xe0\xa0\x80", true),
		UTF8("\xed\x9f\xbf", true),     /* U+D7FF */
		UTF8("\xee\x80\x80", true),     /* U+E000 */
		UTF8("\xef\xbf\xbf", true),     /* U+FFFF, a non-character */
		UTF8("\xf0\x90\x80\x80", true), /* U+10000 */
		UTF8("\xf4\x8f\xbf\xbf", true), /* U+10FFFF */
		UTF8("a\0b", false),            /* NUL */
		UTF8("\xc0\x80", false),        /* overlong NUL */
		UTF8("\xc1\xbf", false),        /* overlong, two bytes */
		UTF8("\xe0\x9f\xbf", false),    /* overlong, three */
		UTF8("\xf0\x8f\xbf\xbf", false), /* overlong, four */
		UTF8("\xed\xa0\x80", false),    /* U+D800 */
		UTF8("\xed\xbf\xbf", false),    /* U+DFFF */
		UTF8("\xf4\x90\x80\x80", false), /* U+110000 */
		UTF8("\xf5\x80\x80\x80", false),
		UTF8("\xf8\x88\x80\x80\x80", false),
		UTF8("\xff", false),
		UTF8("\x80", false),             /* alone */
		UTF8("a\xc3", false),            /* cut */
		UTF8("\xe2\x82", false),
		UTF8("\xf0\x9f\x98", false),
		UTF8("\xc3(", false),
		UTF8("\xe2\x28\xa1", false),
		UTF8("\xf0\x9f\x98(", false),
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++)
		if (str_is_utf8(cases[i].text, cases[i].len) !=
		    cases[i].is_valid)
			fail_msg("case %zu", i);
	/* the length decides, not what lies behind */
	assert_false(str_is_utf8("\xc3\xa4", 1));
}

static void utf8_next_gives_code_and_length(void **state)
{
	uint32_t code = 7;

	(void)state;
	assert_int_equal(str_utf8_next("", 0, &code), 0);
	assert_int_equal(str_utf8_next("\xff", 1, &code), 0);
	assert_int_equal(str_utf8_next("\xc3\xa4", 1, &code), 0);
	assert_int_equal(code, 7);
	assert_int_equal(str_utf8_next("A", 1, &code), 1);
	assert_int_equal(code, 'A');
	assert_int_equal(str_utf8_next("\xe2\x82\xac!", 4, &code), 3);
	assert_int_equal(code, 0x20ac);
	assert_int_equal(str_utf8_next("\xf0\x9f\x98\x80", 4, &code), 4);
	assert_int_equal(code, 0x1f600);
}

struct quote_case {
	const char *text;
	size_t max;
	const char *want;
};

static void quoting(void **state)
{
	static const struct quote_case cases[] = {
		{ "", 10, "\"\"" },
		{ "say \"hi\" \\o/", 99, "\"say \\\"hi\\\" \\\\o/\"" },
		{ "a\r\nb\tc\x7f", 99, "\"a\\x0d\\x0ab\\x09c\\x7f\"" },
		{ "\x1b[31m", 99, "\"\\x1b[31m\"" },
		{ "gr\xc3\xbc\xc3\x9f", 99, "\"gr\xc3\xbc\xc3\x9f\"" },
		{ "\xc3(", 99, "\"\\xc3(\"" },
		{ "\xc2\x85", 99, "\"\\xc2\\x85\"" },         /* NEL */
		{ "\xe2\x80\xa8", 99, "\"\\xe2\\x80\\xa8\"" }, /* U+2028 */
		{ "\xe2\x80\xae", 99, "\"\\xe2\\x80\\xae\"" }, /* U+202E */
		{ "\xe2\x81\xa6", 99, "\"\\xe2\\x81\\xa6\"" }, /* U+2066 */
		{ "abcdef", 6, "\"abcdef\"" },
		{ "abcdef", 5, "\"abcde\"..." },
		{ "abcdef", 0, "\"\"..." },
		/* no half characters */
		{ "\xc3\xbc\xc3\xbc", 4, "\"\xc3\xbc\xc3\xbc\"" },
		{ "\xc3\xbc\xc3\xbc", 3, "\"\xc3\xbc\"..." },
		{ "\xc3\xbc\xc3\xbc", 2, "\"\xc3\xbc\"..." },
		{ "\xc3\xbc\xc3\xbc", 1, "\"\"..." },
		{ "a\xf0\x9f\x98\x80", 4, "\"a\"..." },
		{ "\xff\xff\xff", 2, "\"\\xff\\xff\"..." },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		char *got = str_quote(cases[i].text, strlen(cases[i].text),
				      cases[i].max);

		assert_string_equal(got, cases[i].want);
		mem_free(&got);
	}
}

static void quoting_escapes_nul(void **state)
{
	char *got = str_quote("a\0b", 3, 10);

	(void)state;
	assert_string_equal(got, "\"a\\x00b\"");
	mem_free(&got);
}

static void numbers_in_range(void **state)
{
	int64_t v = 0;

	(void)state;
	assert_int_equal(str_to_int64("0", 0, 10, &v), 0);
	assert_int_equal(v, 0);
	assert_int_equal(str_to_int64("-7", -7, 10, &v), 0);
	assert_int_equal(v, -7);
	assert_int_equal(str_to_int64("010", 0, 10, &v), 0);
	assert_int_equal(v, 10);
	assert_int_equal(str_to_int64("9223372036854775807", INT64_MIN,
				      INT64_MAX, &v), 0);
	assert_true(v == INT64_MAX);
	assert_int_equal(str_to_int64("-9223372036854775808", INT64_MIN,
				      INT64_MAX, &v), 0);
	assert_true(v == INT64_MIN);
}

static void what_is_no_number_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "-", "+1", " 1", "1 ", "1x", "0x10", "1.0", "--1", "11",
		"-1", "9223372036854775808", "99999999999999999999999",
	};
	int64_t v = 42;

	(void)state;
	for (size_t i = 0; i < array_len(bad); i++)
		assert_int_equal(str_to_int64(bad[i], 0, 10, &v),
				 HW_E_INVALID);
	assert_int_equal(str_to_int64("9223372036854775808", INT64_MIN,
				      INT64_MAX, &v), HW_E_INVALID);
	assert_int_equal(v, 42);
}

static void nearest_of_some_words(void **state)
{
	static const char *const words[] = { "status", "stop", "reload",
					     "io" };
	static const struct {
		const char *word, *nearest;
	} cases[] = {
		{ "status", "status" }, { "statsu", "status" },
		{ "stp", "stop" }, { "relaod", "reload" },
		{ "rooms list", NULL }, { "unrelated", NULL },
		{ "ioo", "io" }, { "xy", NULL }, { "x", NULL }, { "", NULL },
		{ "0123456789012345678901234567890123456789x", NULL },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		const char *nearest = str_nearest(cases[i].word, words,
						  array_len(words));

		assert_true(str_equal(nearest, cases[i].nearest));
	}
	assert_null(str_nearest("status", words, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(copies_are_owned),
		cmocka_unit_test(comparison),
		cmocka_unit_test(lower_leaves_other_bytes),
		cmocka_unit_test(copy_is_cut_and_says_so),
		cmocka_unit_test(utf8_by_rfc_3629),
		cmocka_unit_test(utf8_next_gives_code_and_length),
		cmocka_unit_test(quoting),
		cmocka_unit_test(quoting_escapes_nul),
		cmocka_unit_test(numbers_in_range),
		cmocka_unit_test(what_is_no_number_is_refused),
		cmocka_unit_test(nearest_of_some_words),
	};

	return cmocka_run_group_tests_name("str", tests, NULL, NULL);
}
