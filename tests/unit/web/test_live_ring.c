/* SPDX-License-Identifier: MIT */
#include "web/live_ring.h"

#include "tests/unit/unit.h"

static void add(struct live_ring *r, const char *id)
{
	struct live_event *e = live_event_new("room@rooms.test");

	strcpy(e->id, id);
	live_ring_add(r, e);
}

static void live_ring_keeps_the_latest(void **state)
{
	struct live_ring r = { 0 };

	(void)state;
	live_ring_init(&r, 2);
	add(&r, "0");
	add(&r, "1");
	assert_string_equal(live_ring_get(&r, 0)->id, "0");
	add(&r, "2");
	assert_int_equal(r.next, 3);
	assert_null(live_ring_get(&r, 0));
	assert_string_equal(live_ring_get(&r, 1)->id, "1");
	assert_string_equal(live_ring_get(&r, 2)->id, "2");
	live_ring_fini(&r);
}

/* A page that sends slowly holds what it sends. */
static void live_event_outlives_its_place(void **state)
{
	struct live_ring r = { 0 };
	struct live_event *e;

	(void)state;
	live_ring_init(&r, 0); /* one at least */
	add(&r, "0");
	e = live_event_ref(live_ring_get(&r, 0));
	add(&r, "1");
	assert_null(live_ring_get(&r, 0));
	assert_string_equal(e->id, "0");
	assert_int_equal(e->refs, 1);
	live_event_unref(&e);
	assert_null(e);
	live_event_unref(&e);
	live_ring_fini(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(live_ring_keeps_the_latest),
		cmocka_unit_test(live_event_outlives_its_place),
	};

	return cmocka_run_group_tests_name("live_ring", tests, NULL, NULL);
}
