/* SPDX-License-Identifier: MIT */
#include "jid/confusable.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"

static bool look_alike(const char *a, const char *b)
{
	char *one = confusable_make(a), *other = confusable_make(b);
	bool is = str_equal(one, other);

	mem_free(&one);
	mem_free(&other);
	return is;
}

static void confusable_finds_the_same_look(void **state)
{
	static const char *const alike[][2] = {
		{ "paypal", "раураl" },  /* Cyrillic */
		{ "paypal", "PAYPA1" },
		{ "paypal", "paypaI" },  /* capital i */
		{ "Alice", "Αlice" },    /* Greek capital alpha */
		{ "HELEN", "НЕLЕN" },
		{ "o", "0" },
		{ "Bob", "B o b" },
		{ "bob", "b\u200bob" },
		{ "bob", "ｂｏｂ" },      /* full width */
	};
	(void)state;

	for (size_t i = 0; i < array_len(alike); i++)
		assert_true(look_alike(alike[i][0], alike[i][1]));
}

static void confusable_leaves_others_apart(void **state)
{
	static const char *const apart[][2] = {
		{ "bob", "rob" }, { "Zoe", "Zoé" }, { "Иван", "Ивана" },
		{ "anna", "ann" }, { "日本", "日木" },
	};
	(void)state;

	for (size_t i = 0; i < array_len(apart); i++)
		assert_false(look_alike(apart[i][0], apart[i][1]));
}

static void confusable_takes_any_bytes(void **state)
{
	(void)state;
	assert_true(look_alike("\xff\xfe", "\xff\xfe"));
	assert_true(look_alike("", ""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(confusable_finds_the_same_look),
		cmocka_unit_test(confusable_leaves_others_apart),
		cmocka_unit_test(confusable_takes_any_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
