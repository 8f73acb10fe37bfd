/* SPDX-License-Identifier: MIT */
#include "muc/nickname.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void nickname_refuses_what_nobody_sees(void **state)
{
	static const char *const bad[] = {
		NULL, "", " ", "\u2800", "\u2800 \u2800", "\u0301", "\ufe0f",
		"\u200b", "\u3164", "tab\there",
	};
	struct nickname n;
	(void)state;

	for (size_t i = 0; i < array_len(bad); i++) {
		assert_false(nickname_make(&n, bad[i]));
		assert_null(n.text);
		assert_null(n.key);
	}
}

static void nickname_shows_case_and_compares_without(void **state)
{
	static const struct {
		const char *resource, *text, *key;
	} rows[] = {
		{ "Alice", "Alice", "alice" },
		{ " Alice  B ", "Alice B", "alice b" },
		{ "\u212bngstr\u00f6m", "\u00c5ngstr\u00f6m",
		  "\u00e5ngstr\u00f6m" },
	};
	struct nickname n, again;
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		assert_true(nickname_make(&n, rows[i].resource));
		assert_string_equal(n.text, rows[i].text);
		assert_string_equal(n.key, rows[i].key);
		/* a name that was taken names itself */
		assert_true(nickname_make(&again, n.text));
		assert_string_equal(again.text, n.text);
		assert_string_equal(again.key, n.key);
		nickname_fini(&again);
		nickname_fini(&n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nickname_refuses_what_nobody_sees),
		cmocka_unit_test(nickname_shows_case_and_compares_without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
