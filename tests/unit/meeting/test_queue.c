/* SPDX-License-Identifier: MIT */
#include "meeting/queue.h"

#include "../unit.h"

#include "base/mem.h"
#include "base/str.h"

static void expect(const struct queue *q, const char *text)
{
	char *is = queue_print(q);

	assert_string_equal(is, text);
	mem_free(&is);
}

static void people_wait_in_order_and_once(void **state)
{
	struct queue q;

	(void)state;
	queue_init(&q);
	expect(&q, "Queue: nobody.");
	queue_add(&q, "bob", NULL, false);
	queue_add(&q, "eve", "costs", true);
	queue_add(&q, "bob", "tea", false);
	expect(&q, "Queue: bob (tea), eve (costs).");
	queue_add(&q, "eve", NULL, false);
	expect(&q, "Queue: bob (tea), eve (costs).");
	assert_false(q.items[1].is_raised);
	queue_add_first(&q, "eve");
	queue_add_first(&q, "ann");
	expect(&q, "Queue: ann, eve (costs), bob (tea).");
	assert_true(queue_remove(&q, "eve"));
	assert_false(queue_remove(&q, "eve"));
	assert_int_equal(queue_find(&q, "bob"), 1);
	assert_int_equal(queue_find(&q, "eve"), -1);
	q.is_closed = true;
	expect(&q, "Queue (closed): ann, bob (tea).");
	queue_fini(&q);
}

static void who_has_the_floor_waits_no_more(void **state)
{
	struct queue q;

	(void)state;
	queue_init(&q);
	queue_add(&q, "bob", NULL, false);
	queue_add(&q, "eve", NULL, false);
	q.was_reminded = true;
	queue_give_floor(&q, q.items[0].nick, 5);
	assert_string_equal(q.speaker, "bob");
	assert_int_equal(q.since, 5);
	assert_false(q.was_reminded);
	expect(&q, "Queue: eve.");
	queue_rename(&q, "bob", "rob");
	queue_rename(&q, "eve", "eva");
	assert_string_equal(q.speaker, "rob");
	expect(&q, "Queue: eva.");
	queue_give_floor(&q, NULL, 6);
	assert_null(q.speaker);
	queue_fini(&q);
}

static void a_long_line_is_cut(void **state)
{
	char *about = str_format("%059d\xc3\xa4xx", 0);
	struct queue q;
	char *text;

	(void)state;
	queue_init(&q);
	queue_add(&q, "bob", about, false);
	for (int i = 0; i < 21; i++) {
		char *nick = str_format("n%d", i);

		queue_add(&q, nick, NULL, false);
		mem_free(&nick);
	}
	text = queue_print(&q);
	assert_true(str_has_suffix(text, ", n18 and 2 more."));
	assert_null(strstr(text, "\xc3"));
	mem_free(&text);
	mem_free(&about);
	queue_fini(&q);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(people_wait_in_order_and_once),
		cmocka_unit_test(who_has_the_floor_waits_no_more),
		cmocka_unit_test(a_long_line_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
