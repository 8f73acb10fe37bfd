/* SPDX-License-Identifier: MIT */
#include "meeting/mics.h"

#include "../unit.h"

#include "base/mem.h"
#include "base/str.h"

static void expect(const struct mics *m, const char *text)
{
	char *is = mics_print_open(m);

	if (text)
		assert_string_equal(is, text);
	else
		assert_null(is);
	mem_free(&is);
}

static void what_is_done_or_void_is_not_open(void **state)
{
	struct mics m;

	(void)state;
	mics_init(&m);
	expect(&m, NULL);
	mics_add(&m, 1, "bob", "why?", "l1", 5);
	mics_add(&m, 2, "eve", "how?", NULL, 6);
	mics_add(&m, 3, NULL, NULL, "l3", 7);
	mics_rename(&m, "bob", "rob");
	assert_int_equal(mics_open(&m), 3);
	expect(&m, "1 (rob: why?), 2 (eve: how?), 3 (: )");
	mics_find(&m, 2)->done = 8;
	mics_find_line(&m, "l3")->is_void = true;
	assert_null(mics_find(&m, 3));
	assert_null(mics_find_line(&m, "l3"));
	assert_null(mics_find_line(&m, NULL));
	assert_null(mics_find(&m, 4));
	assert_int_equal(mics_open(&m), 1);
	expect(&m, "1 (rob: why?)");
	mics_fini(&m);
}

static void a_long_list_is_cut(void **state)
{
	struct mics m;
	char *text;

	(void)state;
	mics_init(&m);
	for (int i = 1; i <= 12; i++)
		mics_add(&m, i, "bob", "why?", NULL, i);
	text = mics_print_open(&m);
	assert_true(str_has_suffix(text, "10 (bob: why?) and 2 more"));
	mem_free(&text);
	mics_fini(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_done_or_void_is_not_open),
		cmocka_unit_test(a_long_list_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
