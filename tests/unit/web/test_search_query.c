/* SPDX-License-Identifier: MIT */
#include "web/search_query.h"

#include "../unit.h"
#include "base/str.h"

#define NOV_22 INT64_C(1795305600000) /* 2026-11-22 */
#define DAY INT64_C(86400000)

static const struct {
	const char *typed;
	const char *words, *nick, *room, *area;
	int64_t start, end;
} cases[] = {
	{ "", NULL, NULL, NULL, NULL, 0, 0 },
	{ "  one  two ", "one two", NULL, NULL, NULL, 0, 0 },
	{ "\"one two\" -three", "\"one two\" -three", NULL, NULL, NULL, 0, 0 },
	{ "nick:ana key", "key", "ana", NULL, NULL, 0, 0 },
	{ "nick:\"ana b\" key", "key", "ana b", NULL, NULL, 0, 0 },
	{ "NICK:ana", NULL, "ana", NULL, NULL, 0, 0 },
	{ "room:council area:sec", NULL, NULL, "council", "sec", 0, 0 },
	{ "from:2026-11-22", NULL, NULL, NULL, NULL, NOV_22, 0 },
	{ "to:2026-11-22", NULL, NULL, NULL, NULL, 0, NOV_22 + DAY - 1 },
	{ "to:2026-11", NULL, NULL, NULL, NULL, 0, NOV_22 + 9 * DAY - 1 },
	{ "to:2028-02", NULL, NULL, NULL, NULL, 0,
	  NOV_22 + (39 + 365 + 61) * DAY - 1 },
	{ "from:1970", NULL, NULL, NULL, NULL, 1, 0 },
	{ "http://a.example nick:", "http://a.example nick:", NULL, NULL, NULL,
	  0, 0 },
	{ "\"nick:ana\" ok", "\"nick:ana\" ok", NULL, NULL, NULL, 0, 0 },
	{ "\"open phrase", "\"open phrase", NULL, NULL, NULL, 0, 0 },
};

static void assert_text(const char *value, const char *expected)
{
	if (expected)
		assert_non_null(value);
	assert_true(str_equal(value, expected));
}

static void typed_text_is_understood(void **state)
{
	struct search_query q;

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		search_query_init(&q);
		search_query_read(&q, cases[i].typed);
		assert_text(q.words, cases[i].words);
		assert_text(q.nick, cases[i].nick);
		assert_text(q.room, cases[i].room);
		assert_text(q.area, cases[i].area);
		assert_int_equal(q.start, cases[i].start);
		assert_int_equal(q.end, cases[i].end);
		assert_null(q.trouble);
		assert_int_equal(search_query_is_empty(&q), i == 0);
		search_query_fini(&q);
	}
}

static void what_is_no_day_is_told(void **state)
{
	static const char *const typed[] = { "from:yesterday", "to:2026-02-30",
					     "from:2026-13", "to:20260101",
					     "from:2026-1" };
	struct search_query q;

	(void)state;
	for (size_t i = 0; i < array_len(typed); i++) {
		search_query_init(&q);
		search_query_read(&q, typed[i]);
		assert_non_null(q.trouble);
		search_query_fini(&q);
	}
}

static void a_line_is_asked_for_by_what_it_was(void **state)
{
	struct search_query q;

	(void)state;
	search_query_init(&q);
	search_query_read(&q, "is:Action glue");
	assert_string_equal(q.noted, "action");
	assert_string_equal(q.words, "glue");
	assert_null(q.trouble);
	search_query_fini(&q);
	search_query_init(&q);
	search_query_read(&q, "is:mic");
	assert_false(search_query_is_empty(&q));
	search_query_fini(&q);
	search_query_init(&q);
	search_query_read(&q, "is:cake");
	assert_null(q.noted);
	assert_non_null(q.trouble);
	search_query_fini(&q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_asked_for_by_what_it_was),
		cmocka_unit_test(typed_text_is_understood),
		cmocka_unit_test(what_is_no_day_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
