/* SPDX-License-Identifier: MIT */
#include "muc/hat.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"
#include "muc/hat_list.h"

/* Logs and other servers keep them for ever: a change here is a mistake. */
static void uris_of_the_house_never_change(void **state)
{
	static const struct {
		const char *name;
		const char *uri;
		enum affiliation rank;
	} rows[] = {
		{ "chair", "urn:x-hallway:hat:chair", AFFILIATION_ADMIN },
		{ "ad", "urn:x-hallway:hat:ad", AFFILIATION_ADMIN },
		{ "secretary", "urn:x-hallway:hat:secretary",
		  AFFILIATION_ADMIN },
		{ "delegate", "urn:x-hallway:hat:delegate", AFFILIATION_ADMIN },
		{ "scribe", "urn:x-hallway:hat:scribe", AFFILIATION_NONE },
		{ "minutes", "urn:x-hallway:hat:minutes", AFFILIATION_NONE },
		{ "speaker", "urn:x-hallway:hat:speaker", AFFILIATION_NONE },
	};
	struct hat hat;
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		assert_true(hat_find(NULL, rows[i].name, &hat));
		assert_string_equal(hat.uri, rows[i].uri);
		assert_int_equal(hat.rank, rows[i].rank);
		assert_true(hat_find(NULL, rows[i].uri, &hat));
		assert_string_equal(hat.name, rows[i].name);
	}
	assert_false(hat_get(NULL, array_len(rows), &hat));
	assert_false(hat_find(NULL, "Scribe", &hat));
}

static void what_is_no_hat_is_not_defined(void **state)
{
	static const struct {
		const char *uri, *title, *hue;
		bool is_fit;
	} rows[] = {
		{ "https://x.example/h", "Guest", NULL, true },
		{ "https://x.example/h", "Guest", "", true },
		{ "https://x.example/h", "Guest", "327.255249", true },
		{ "https://x.example/h", "G\xc3\xa4ste", "0", true },
		{ "https://x.example/h", "Guest", "361", false },
		{ "https://x.example/h", "Guest", "1.", false },
		{ "https://x.example/h", "Guest", "-1", false },
		{ "https://x.example/h", "Guest", "1e2", false },
		{ "https://x.example/h", "", NULL, false },
		{ "https://x.example/h", "two\tparts", NULL, false },
		{ "https://x.example/h", "two\nlines", NULL, false },
		{ "https://x.example/h", "Chair", NULL, false },
		/* Cyrillic Es */
		{ "https://x.example/h", "\xd0\xa1hair", NULL, false },
		{ HAT_URN "boss", "Boss", NULL, false },
		{ "no uri", "Guest", NULL, false },
		{ "nouri", "Guest", NULL, false },
		{ ":x", "Guest", NULL, false },
		{ "x:", "Guest", NULL, false },
		{ "x:\xc3\xa4", "Guest", NULL, false },
		{ "x:a\tb", "Guest", NULL, false },
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++) {
		char *own = hat_define(NULL, rows[i].uri, rows[i].title,
				       rows[i].hue);

		if (!!own != rows[i].is_fit)
			print_error("row %zu\n", i);
		assert_int_equal(own != NULL, rows[i].is_fit);
		mem_free(&own);
	}
}

static void hats_are_changed_and_undefined(void **state)
{
	char *one = hat_define(NULL, "x:1", "One", NULL);
	char *two = hat_define(one, "x:2", "Two", "20");
	char *changed = hat_define(two, "x:1", "Uno", "10");
	char *left = hat_undefine(changed, "x:2");
	char *hash = hat_make_hash(two), *other = hat_make_hash(changed);
	struct hat hat;
	(void)state;

	assert_true(hat_find(changed, "x:1", &hat));
	assert_string_equal(hat.title, "Uno");
	assert_string_equal(hat.hue, "10");
	assert_null(hat.name);
	assert_int_equal(hat.rank, AFFILIATION_NONE);
	assert_true(hat_find(changed, "x:2", &hat));
	assert_false(hat_find(left, "x:2", &hat));
	assert_null(hat_undefine(left, "x:2"));
	assert_string_not_equal(hash, other);
	mem_free(&other);
	mem_free(&hash);
	mem_free(&left);
	mem_free(&changed);
	mem_free(&two);
	mem_free(&one);
}

static void a_room_has_so_many_of_its_own(void **state)
{
	char *own = NULL, *more;
	(void)state;

	for (int i = 0; i < HATS_OWN_MAX; i++) {
		char *uri = str_format("x:%d", i);

		more = hat_define(own, uri, "Guest", NULL);
		assert_non_null(more);
		mem_free(&own);
		own = more;
		mem_free(&uri);
	}
	assert_null(hat_define(own, "x:more", "Guest", NULL));
	more = hat_define(own, "x:3", "Changed", NULL);
	assert_non_null(more);
	mem_free(&more);
	mem_free(&own);
}

/* A configuration that somebody else wrote. */
static void odd_text_is_read_as_far_as_it_goes(void **state)
{
	struct hat hat;
	(void)state;

	assert_true(hat_find("x:1", "x:1", &hat));
	assert_string_equal(hat.title, "");
	assert_true(hat_find("x:1\tA\tb\tc\nx:2\tB", "x:2", &hat));
	assert_string_equal(hat.title, "B");
	assert_string_equal(hat.hue, "");
}

static void list_knows_who_wears_what(void **state)
{
	struct hat_list l;
	char *text;
	(void)state;

	hat_list_init(&l);
	assert_false(hat_list_take(&l, "a@x", "x:1"));
	hat_list_put(&l, "a@x", "x:1", "One", false);
	hat_list_put(&l, "a@x", HAT_URN "scribe", "Scribe", true);
	hat_list_put(&l, "a@x", "x:2", "Two", false);
	hat_list_put(&l, "b@x", HAT_URN "chair", "Chair", false);
	assert_int_equal(l.count, 4);
	assert_true(hat_list_gives_voice(&l, "a@x"));
	assert_int_equal(hat_list_rank(&l, "a@x"), AFFILIATION_NONE);
	assert_int_equal(hat_list_rank(&l, "b@x"), AFFILIATION_ADMIN);
	assert_int_equal(hat_list_rank(&l, "c@x"), AFFILIATION_NONE);
	/* the middle one */
	assert_true(hat_list_take(&l, "a@x", HAT_URN "scribe"));
	text = hat_list_print(&l, "a@x");
	assert_string_equal(text, "x:1\tOne\nx:2\tTwo\n");
	assert_false(hat_list_printed_has(text, "scribe"));
	mem_free(&text);
	assert_false(hat_list_gives_voice(&l, "a@x"));
	/* the last one of a person, and of all */
	assert_true(hat_list_take(&l, "a@x", "x:1"));
	assert_true(hat_list_take(&l, "a@x", "x:2"));
	assert_null(hat_list_find(&l, "a@x"));
	assert_null(hat_list_print(&l, "a@x"));
	assert_true(hat_list_take(&l, "b@x", HAT_URN "chair"));
	assert_null(l.wearers);
	assert_int_equal(l.count, 0);
	hat_list_fini(&l);
}

static void nobody_wears_more_than_fit(void **state)
{
	struct hat_list l;
	(void)state;

	hat_list_init(&l);
	for (int i = 0; i < HAT_LIST_PERSON_MAX + 3; i++) {
		char *uri = str_format("x:%d", i);

		hat_list_put(&l, "a@x", uri, "Guest", false);
		mem_free(&uri);
	}
	assert_int_equal(l.count, HAT_LIST_PERSON_MAX);
	assert_true(hat_list_is_full(&l, "a@x"));
	assert_false(hat_list_is_full(&l, "b@x"));
	/* a title may change all the same */
	hat_list_put(&l, "a@x", "x:3", "Changed", false);
	assert_string_equal(hat_list_find(&l, "a@x")->worn[3].title, "Changed");
	hat_list_fini(&l);
}

static void a_hat_is_found_in_the_printed_list(void **state)
{
	static const char printed[] = "x:1\t" HAT_URN "chair\n" HAT_URN
				      "scribes\tOne\n" HAT_URN
				      "minutes\tTwo\n";
	(void)state;

	assert_true(hat_list_printed_has(printed, "minutes"));
	assert_true(hat_list_printed_has(HAT_URN "chair\tChair\n", "chair"));
	assert_false(hat_list_printed_has(printed, "chair"));
	assert_false(hat_list_printed_has(printed, "scribe"));
	assert_false(hat_list_printed_has("", "chair"));
	assert_false(hat_list_printed_has(NULL, "chair"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(uris_of_the_house_never_change),
		cmocka_unit_test(what_is_no_hat_is_not_defined),
		cmocka_unit_test(hats_are_changed_and_undefined),
		cmocka_unit_test(a_room_has_so_many_of_its_own),
		cmocka_unit_test(odd_text_is_read_as_far_as_it_goes),
		cmocka_unit_test(list_knows_who_wears_what),
		cmocka_unit_test(nobody_wears_more_than_fit),
		cmocka_unit_test(a_hat_is_found_in_the_printed_list),
	};

	return cmocka_run_group_tests_name("hat", tests, NULL, NULL);
}
