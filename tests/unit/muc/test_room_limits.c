/* SPDX-License-Identifier: MIT */
#include "muc/room_limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/map.h"

static const struct room_limits_settings settings = {
	.user_messages = 60,
	.user_captions = 2,
	.domain_joins = 8,
	.room_joins = 12,
};

static bool talk(struct room_limits *l, const char *who, int64_t now)
{
	return room_limits_take(l, &settings, who, LIMIT_TALK, 1, now);
}

static int take_all(struct room_limits *l, const char *who, int64_t now)
{
	int count = 0;

	while (count < 1000 && talk(l, who, now))
		count++;
	return count;
}

static void room_limits_gives_a_quarter_at_once(void **state)
{
	struct room_limits l;
	(void)state;

	room_limits_init(&l, &settings, 0);
	assert_int_equal(take_all(&l, "a@x", 0), 15);
	assert_int_equal(take_all(&l, "b@x", 0), 15);
	assert_int_equal(take_all(&l, "a@x", 1000), 1);
	assert_int_equal(take_all(&l, "a@x", 600000), 15);
	room_limits_fini(&l);
}

static int caption_all(struct room_limits *l, int64_t now)
{
	int count = 0;

	while (count < 1000 &&
	       room_limits_take(l, &settings, "a@x", LIMIT_CAPTIONS, 1, now))
		count++;
	return count;
}

static void room_limits_counts_captions_by_the_second(void **state)
{
	struct room_limits l;
	(void)state;

	room_limits_init(&l, &settings, 0);
	assert_int_equal(caption_all(&l, 0), 30);
	assert_int_equal(caption_all(&l, 3000), 6);
	assert_int_equal(take_all(&l, "a@x", 3000), 15);
	room_limits_fini(&l);
}

static void room_limits_takes_none_for_no_bound(void **state)
{
	struct room_limits l;
	(void)state;

	room_limits_init(&l, &settings, 0);
	for (int i = 0; i < 1000; i++)
		assert_true(room_limits_take(&l, &settings, "a@x",
					     LIMIT_PRESENCE, 1, 0));
	assert_true(room_limits_take_talk(&l, &settings, 1e9, 0));
	assert_null(l.people);
	room_limits_fini(&l);
}

static void room_limits_keeps_domains_apart(void **state)
{
	struct room_limits l;
	int in = 0;
	(void)state;

	room_limits_init(&l, &settings, 0);
	for (int i = 0; i < 100; i++)
		in += room_limits_take_join(&l, &settings, "flood", 0);
	assert_int_equal(in, 2);
	assert_true(room_limits_take_join(&l, &settings, "other", 0));
	assert_false(room_limits_take_join(&l, &settings, "third", 0));
	room_limits_fini(&l);
}

static void room_limits_holds_lines_back(void **state)
{
	struct room_limits l;
	(void)state;

	room_limits_init(&l, &settings, 1);
	assert_int_equal(room_limits_line(&l, &settings, "a@x", 5000, 1000), 0);
	assert_int_equal(room_limits_line(&l, &settings, "a@x", 5000, 3000),
			 3000);
	assert_int_equal(room_limits_line(&l, &settings, "b@x", 5000, 3000), 0);
	/* the clock was set back */
	assert_int_equal(room_limits_line(&l, &settings, "a@x", 5000, 10), 0);
	assert_int_equal(room_limits_line(&l, &settings, "a@x", 5000, 5010),
			 0);
	room_limits_fini(&l);
}

static void room_limits_forgets_who_was_away(void **state)
{
	struct room_limits l;
	(void)state;

	room_limits_init(&l, &settings, 0);
	talk(&l, "a@x", 0);
	room_limits_take_join(&l, &settings, "x", 0);
	talk(&l, "b@x", 50000);
	room_limits_prune(&l, 0, 61000);
	assert_int_equal(map_count(l.people), 1);
	assert_int_equal(map_count(l.domains), 0);
	/* slow mode remembers for its own time */
	room_limits_prune(&l, 200000, 240000);
	assert_int_equal(map_count(l.people), 1);
	room_limits_prune(&l, 200000, 310000);
	assert_int_equal(map_count(l.people), 0);
	room_limits_fini(&l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(room_limits_gives_a_quarter_at_once),
		cmocka_unit_test(room_limits_counts_captions_by_the_second),
		cmocka_unit_test(room_limits_takes_none_for_no_bound),
		cmocka_unit_test(room_limits_keeps_domains_apart),
		cmocka_unit_test(room_limits_holds_lines_back),
		cmocka_unit_test(room_limits_forgets_who_was_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
