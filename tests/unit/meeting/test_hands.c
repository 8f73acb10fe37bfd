/* SPDX-License-Identifier: MIT */
#include "meeting/hands.h"

#include "../unit.h"

#include "base/map.h"

static char there;

static void expect(const struct hands *h, size_t yes, size_t no,
		   size_t abstain, size_t present)
{
	struct hands_counts c = hands_count(h);

	assert_int_equal(c.yes, yes);
	assert_int_equal(c.no, no);
	assert_int_equal(c.abstain, abstain);
	assert_int_equal(c.present, present);
}

static void one_hand_each_of_who_was_there(void **state)
{
	struct map *present = map_new();
	struct hands h;

	(void)state;
	map_add(present, "a@x", &there);
	map_add(present, "b@x", &there);
	map_add(present, "c@x", &there);
	hands_init(&h);
	assert_false(hands_may(&h, "a@x"));
	hands_take(&h, "a@x", 1, false);
	expect(&h, 0, 0, 0, 0);
	hands_ask(&h, 1, "Tea?", "l1", present, 5);
	map_add(present, "late@x", &there);
	assert_false(hands_may(&h, "late@x"));
	assert_false(hands_may(&h, NULL));
	hands_take(&h, "late@x", 1, false);
	hands_take(&h, "a@x", 1, false);
	hands_take(&h, "a@x", -1, false);
	hands_take(&h, "a@x", -1, false);
	hands_take(&h, "b@x", 1, false);
	hands_take(&h, "c@x", 0, false);
	expect(&h, 1, 1, 1, 3);
	hands_end(&h);
	assert_null(h.question);
	assert_int_equal(h.number, 1);
	assert_false(hands_may(&h, "a@x"));
	hands_ask(&h, 2, "More?", NULL, present, 6);
	expect(&h, 0, 0, 0, 4);
	hands_fini(&h);
	map_free(&present, NULL);
}

static void a_hand_by_a_sign_comes_down_with_it(void **state)
{
	struct map *present = map_new();
	struct hands h;

	(void)state;
	map_add(present, "a@x", &there);
	map_add(present, "b@x", &there);
	hands_init(&h);
	assert_false(hands_is_sign(&h, "a@x"));
	hands_ask(&h, 1, "Tea?", "l1", present, 5);
	assert_false(hands_is_sign(&h, "a@x"));
	hands_take(&h, "a@x", 1, true);
	hands_take(&h, "b@x", 1, false);
	assert_true(hands_is_sign(&h, "a@x"));
	assert_false(hands_is_sign(&h, "b@x"));
	hands_take(&h, "a@x", HANDS_DOWN, true);
	expect(&h, 1, 0, 0, 2);
	hands_take(&h, "a@x", HANDS_DOWN, true);
	/* the last word counts, and how it came */
	hands_take(&h, "a@x", -1, true);
	hands_take(&h, "a@x", 0, false);
	assert_false(hands_is_sign(&h, "a@x"));
	expect(&h, 1, 0, 1, 2);
	hands_fini(&h);
	map_free(&present, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_hand_each_of_who_was_there),
		cmocka_unit_test(a_hand_by_a_sign_comes_down_with_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
