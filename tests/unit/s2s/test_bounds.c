/* SPDX-License-Identifier: MIT */
/* What bounds strangers: strangers, crowd, hush, pace, share, fare. */
#include "tests/unit/unit.h"

#include "loop/loop.h"
#include "net/addr.h"
#include "s2s/crowd.h"
#include "s2s/fare.h"
#include "s2s/hush.h"
#include "s2s/pace.h"
#include "s2s/place.h"
#include "s2s/share.h"
#include "s2s/strangers.h"
#include "s2s/tally.h"

static struct addr address(const char *text)
{
	struct addr a;

	assert_int_equal(addr_parse(text, 1, &a), 0);
	return a;
}

/* ---- strangers: R1 ---- */

static size_t enter_all(struct strangers *s, const char *text, size_t count)
{
	struct addr a = address(text);
	size_t entered = 0;

	for (size_t i = 0; i < count; i++)
		entered += strangers_enter(s, &a);
	return entered;
}

static void r1_strangers_are_bounded_at_each_level(void **state)
{
	const struct strangers_settings settings = { 100, 16, 32, 64 };
	struct strangers *s = strangers_new(&settings);
	struct addr a = address("192.0.2.1");

	(void)state;
	assert_int_equal(enter_all(s, "192.0.2.1", 20), 16);
	assert_int_equal(enter_all(s, "[::ffff:192.0.2.1]:5", 1), 0);
	assert_int_equal(enter_all(s, "[2001:db8:1:1::1]:5", 20), 20);
	assert_int_equal(enter_all(s, "[2001:db8:1:1::2]:5", 20), 12);
	assert_int_equal(enter_all(s, "[2001:db8:1:2::1]:5", 40), 32);
	/* two of its /64 fill the /48 */
	assert_int_equal(enter_all(s, "[2001:db8:1:3::1]:5", 1), 0);
	/* 80 are inside */
	assert_int_equal(enter_all(s, "[2001:db8:2:1::1]:5", 40), 20);
	assert_int_equal(strangers_count(s), 100);
	strangers_leave(s, &a);
	assert_int_equal(enter_all(s, "192.0.2.1", 2), 1);
	strangers_free(&s);
	assert_null(s);
}

/* ---- share: R3 ---- */

static unsigned slot_of(const char *text)
{
	struct addr a = address(text);

	return share_slot(&a);
}

static void r3_a_network_has_its_share(void **state)
{
	struct share *s = share_new(2);
	unsigned slot = slot_of("192.0.2.1");

	(void)state;
	assert_true(share_has_room(s, slot));
	assert_true(share_take(s, slot));
	assert_true(share_take(s, slot));
	assert_false(share_has_room(s, slot));
	assert_false(share_take(s, slot));
	assert_false(share_take(s, slot)); /* a refusal takes nothing */
	share_give_back(s, slot);
	assert_true(share_take(s, slot));
	assert_false(share_take(s, slot));
	share_free(&s);
	assert_null(s);
}

static void r3_networks_are_a_24_and_a_64(void **state)
{
	(void)state;
	assert_int_equal(slot_of("192.0.2.1"), slot_of("192.0.2.254"));
	assert_int_equal(slot_of("192.0.2.1"), slot_of("[::ffff:192.0.2.9]:5"));
	assert_int_equal(slot_of("[2001:db8::1]:1"), slot_of("[2001:db8::f:2]:3"));
	/* others differ, but for an accident each 4096 times */
	assert_true(slot_of("192.0.2.1") != slot_of("192.0.3.1") ||
		    slot_of("192.0.2.1") != slot_of("192.0.4.1"));
	assert_true(slot_of("[2001:db8::1]:1") != slot_of("[2001:db8:0:1::1]:1") ||
		    slot_of("[2001:db8::1]:1") != slot_of("[2001:db8:0:2::1]:1"));
}

/* ---- fare: R3 ---- */

struct till {
	struct s2s_settings settings;
	struct place place;
	struct fare fares[3]; /* of dials to three domains */
};

static void till_init(struct till *t, unsigned most, unsigned most_per_network)
{
	*t = (struct till){ .settings = { .max_verifying = most } };
	t->place.settings = &t->settings;
	t->place.verifies = share_new(most_per_network);
	for (size_t i = 0; i < array_len(t->fares); i++)
		t->fares[i].place = &t->place;
}

static void till_fini(struct till *t)
{
	for (size_t i = 0; i < array_len(t->fares); i++)
		fare_give_back(&t->fares[i]);
	share_free(&t->place.verifies);
	assert_int_equal(counter_get(&tally.verifying), 0);
}

static void choose(struct fare *f, const char *text, bool has_others)
{
	struct addr a = address(text);

	fare_choose(f, &a, has_others);
}

static void r3_a_dial_is_paid_for_by_one_network(void **state)
{
	int64_t refused = counter_get(&tally.over_share);
	struct till t;

	(void)state;
	till_init(&t, 100, 1);
	choose(&t.fares[0], "192.0.2.1", false);
	choose(&t.fares[1], "192.0.2.2", false);
	choose(&t.fares[2], "198.51.100.1", false);
	assert_true(fare_pay(&t.fares[0], "a.test", false));
	assert_false(fare_pay(&t.fares[1], "b.test", false));
	assert_false(fare_pay(&t.fares[1], "b.test", false));
	/* told once */
	assert_int_equal(counter_get(&tally.over_share), refused + 1);
	assert_true(fare_pay(&t.fares[2], "c.test", false));
	assert_int_equal(counter_get(&tally.verifying), 2);
	fare_give_back(&t.fares[0]);
	fare_give_back(&t.fares[0]);
	assert_true(fare_pay(&t.fares[1], "b.test", false));
	/* what else waits for a dial lets it be begun for nothing */
	assert_true(fare_pay(&t.fares[0], "a.test", true));
	assert_int_equal(counter_get(&tally.verifying), 2);
	till_fini(&t);
}

static void r3_a_fare_falls_to_who_can_pay(void **state)
{
	struct till t;

	(void)state;
	till_init(&t, 100, 1);
	choose(&t.fares[0], "192.0.2.1", false);
	assert_true(fare_pay(&t.fares[0], "a.test", false));
	/* it stays with who pays */
	choose(&t.fares[0], "203.0.113.1", true);
	choose(&t.fares[1], "192.0.2.2", false);
	assert_false(fare_pay(&t.fares[1], "b.test", false));
	/* who comes next can */
	choose(&t.fares[1], "198.51.100.1", true);
	assert_true(fare_pay(&t.fares[1], "b.test", false));
	choose(&t.fares[2], "203.0.113.2", false);
	choose(&t.fares[2], "192.0.2.3", true);
	assert_true(fare_pay(&t.fares[2], "c.test", false));
	till_fini(&t);
}

static void r3_dials_are_bounded_together(void **state)
{
	struct till t;

	(void)state;
	till_init(&t, 1, 1);
	choose(&t.fares[0], "192.0.2.1", false);
	choose(&t.fares[1], "198.51.100.1", false);
	assert_true(fare_pay(&t.fares[0], "a.test", false));
	assert_false(fare_pay(&t.fares[1], "b.test", false));
	assert_int_equal(counter_get(&tally.verifying), 1);
	fare_give_back(&t.fares[0]);
	/* that refusal took nothing of its network's share */
	assert_true(fare_pay(&t.fares[1], "b.test", false));
	till_fini(&t);
}

/* ---- crowd: R13 ---- */

static void r13_the_eldest_of_a_pair_has_to_go(void **state)
{
	struct crowd *c = crowd_new(2);

	(void)state;
	assert_int_equal(crowd_add(c, "a.test", "b.test", 1), 0);
	assert_int_equal(crowd_add(c, "a.test", "b.test", 2), 0);
	assert_int_equal(crowd_add(c, "c.test", "b.test", 3), 0);
	assert_int_equal(crowd_add(c, "a.test", "b.test", 4), 1);
	assert_int_equal(crowd_add(c, "a.test", "b.test", 5), 2);
	assert_int_equal(crowd_add(c, "c.test", "b.test", 6), 0);
	crowd_free(&c);
	assert_null(c);
}

static void r13_who_is_gone_is_no_crowd(void **state)
{
	struct crowd *c = crowd_new(2);

	(void)state;
	assert_int_equal(crowd_add(c, "a.test", "b.test", 1), 0);
	assert_int_equal(crowd_add(c, "a.test", "b.test", 2), 0);
	assert_int_equal(crowd_add(c, "a.test", "b.test", 2), 0);
	crowd_remove(c, "a.test", "b.test", 2);
	crowd_remove(c, "a.test", "b.test", 2);
	crowd_remove(c, "c.test", "b.test", 1);
	assert_int_equal(crowd_add(c, "a.test", "b.test", 3), 0);
	assert_int_equal(crowd_add(c, "a.test", "b.test", 4), 1);
	assert_int_equal(crowd_count(c), 1);
	crowd_remove(c, "a.test", "b.test", 4);
	assert_int_equal(crowd_count(c), 1);
	crowd_remove(c, "a.test", "b.test", 3);
	assert_int_equal(crowd_count(c), 0);
	crowd_free(&c);
}

/* ---- hush: R11 ---- */

static void r11_lines_are_kept_back_by_cause_and_network(void **state)
{
	struct hush *h = hush_new(3);
	struct addr a = address("[2001:db8::1]:1");
	struct addr same = address("[2001:db8::2]:2");
	struct addr other = address("[2001:db8:0:1::1]:1");
	int64_t before = counter_get(&tally.hushed);

	(void)state;
	for (int i = 0; i < 3; i++)
		assert_true(hush_allows(h, "x", &a, 0));
	assert_false(hush_allows(h, "x", &same, 0));
	assert_int_equal(counter_get(&tally.hushed), before + 1);
	assert_true(hush_allows(h, "y", &same, 0));
	assert_true(hush_allows(h, "x", &other, 0));
	assert_true(hush_allows(h, "x", &a, 20000));
	assert_false(hush_allows(h, "x", &a, 20000));
	hush_free(&h);
}

/* ---- pace: R2 ---- */

#define WAITING 20

struct race {
	struct loop *loop;
	struct pace *pace;
	struct pace_turn turns[WAITING];
	struct turn look;
	size_t looks;
	size_t at_first; /* that had begun at the first look */
	size_t begun;
};

static void on_turn(void *owner)
{
	struct race *r = owner;

	r->begun++;
}

static void look(void *owner)
{
	struct race *r = owner;

	if (r->looks++ == 0)
		r->at_first = r->begun;
}

static void race(struct race *r, const struct pace_settings *settings)
{
	struct addr a = address("192.0.2.1");

	*r = (struct race){ .loop = loop_open("test") };
	r->pace = pace_new(r->loop, settings);
	for (size_t i = 0; i < WAITING; i++) {
		pace_turn_init(&r->turns[i], on_turn, r);
		pace_wait(r->pace, &r->turns[i], &a);
	}
	assert_int_equal(r->begun, 0);
	/* after the first share, before the next */
	turn_init(&r->look, look, r);
	loop_at_turn_end(r->loop, &r->look);
	loop_hold(r->loop);
}

static void finish(struct race *r)
{
	loop_release(r->loop);
	loop_run(r->loop);
	pace_free(&r->pace);
	loop_close(&r->loop);
}

static void r2_a_turn_has_its_share(void **state)
{
	const struct pace_settings settings = { 8, 1000, 1000 };
	struct race r;

	(void)state;
	race(&r, &settings);
	finish(&r);
	assert_int_equal(r.at_first, 8);
	assert_int_equal(r.begun, WAITING);
}

static void r2_who_leaves_is_not_called(void **state)
{
	const struct pace_settings settings = { 8, 1000, 1000 };
	struct race r;

	(void)state;
	race(&r, &settings);
	for (size_t i = 0; i < WAITING; i++)
		pace_leave(&r.turns[i]);
	finish(&r);
	assert_int_equal(r.begun, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(r1_strangers_are_bounded_at_each_level),
		cmocka_unit_test(r3_a_network_has_its_share),
		cmocka_unit_test(r3_networks_are_a_24_and_a_64),
		cmocka_unit_test(r3_a_dial_is_paid_for_by_one_network),
		cmocka_unit_test(r3_a_fare_falls_to_who_can_pay),
		cmocka_unit_test(r3_dials_are_bounded_together),
		cmocka_unit_test(r13_the_eldest_of_a_pair_has_to_go),
		cmocka_unit_test(r13_who_is_gone_is_no_crowd),
		cmocka_unit_test(r11_lines_are_kept_back_by_cause_and_network),
		cmocka_unit_test(r2_a_turn_has_its_share),
		cmocka_unit_test(r2_who_leaves_is_not_called),
	};

	return cmocka_run_group_tests_name("bounds", tests, NULL, NULL);
}
