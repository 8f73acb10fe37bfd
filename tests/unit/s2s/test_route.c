/* SPDX-License-Identifier: MIT */
#include "s2s/route.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "dns/target.h"
#include "net/dial_book.h"

#define NOW 1000000

struct fixture {
	struct dial_book *book;
	struct route_rules rules;
	struct target_list list;
	struct route route;
	struct dial_place places[ROUTE_MAX];
};

static void fixture_init(struct fixture *f)
{
	struct dial_book_settings settings;

	*f = (struct fixture){ .list.status = TARGET_OK };
	dial_book_settings_init(&settings);
	f->book = dial_book_new(&settings);
	f->rules = (struct route_rules){
		.book = f->book,
		.lowest_port = 1024,
		.attempts = 16,
	};
}

static void fixture_fini(struct fixture *f)
{
	route_fini(&f->route);
	dial_book_free(&f->book);
}

static struct addr address(unsigned last, uint16_t port)
{
	const unsigned char bytes[4] = { 192, 0, 2, (unsigned char)last };
	struct addr a;

	addr_from_bytes(&a, bytes, 4, port);
	return a;
}

/* A target with addresses 192.0.2.first and up. */
static void add_target(struct fixture *f, uint16_t priority, uint16_t port,
		       bool direct_tls, unsigned first, size_t count)
{
	struct target *t = &f->list.targets[f->list.count++];

	t->priority = priority;
	t->port = port;
	t->direct_tls = direct_tls;
	t->addr_count = count;
	for (size_t i = 0; i < count; i++)
		t->addrs[i] = address(first + (unsigned)i, port);
}

/* The last numbers of the rest's addresses, "!" behind direct TLS, "|" between
 * groups. */
static void rest_is(struct fixture *f, const char *expected)
{
	size_t count = route_rest(&f->route, f->places);
	char text[256] = "";
	char one[ADDR_TEXT_SIZE];

	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			strcat(text, f->places[i].group ==
					     f->places[i - 1].group
				     ? " " : "|");
		addr_print(&f->places[i].addr, one);
		*strchr(one, ':') = '\0';
		strcat(text, one + strlen("192.0.2."));
		if (f->route.places[i].direct_tls)
			strcat(text, "!");
	}
	assert_string_equal(text, expected);
}

static void plan(struct fixture *f)
{
	route_plan(&f->route, &f->list, &f->rules, NOW);
}

static void route_keeps_the_order_and_the_priorities(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f);
	add_target(&f, 5, 5270, true, 1, 2);
	add_target(&f, 5, 5269, false, 3, 1);
	add_target(&f, 10, 5269, false, 4, 1);
	plan(&f);
	rest_is(&f, "1! 2! 3|4");
	fixture_fini(&f);
}

static void route_tries_last_what_failed_lately(void **state)
{
	struct fixture f;
	struct addr failed = address(1, 5269);
	struct addr other_port = address(2, 5270);
	(void)state;

	fixture_init(&f);
	add_target(&f, 5, 5269, false, 1, 2);
	add_target(&f, 10, 5269, false, 3, 1);
	dial_book_fail(f.book, &failed, NOW - 299999);
	dial_book_fail(f.book, &other_port, NOW);
	plan(&f);
	rest_is(&f, "2|3|1");
	route_plan(&f.route, &f.list, &f.rules, NOW + 1);
	rest_is(&f, "1 2|3");
	fixture_fini(&f);
}

static void route_goes_on_with_what_was_not_tried(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f);
	add_target(&f, 5, 5269, false, 1, 4);
	plan(&f);
	rest_is(&f, "1 2 3 4");
	/* 2 refused, 3 won the race against 1, and then broke TLS */
	f.route.places[1].is_spent = true;
	f.route.places[2].is_spent = true;
	rest_is(&f, "1 4");
	f.route.places[0].is_spent = true;
	f.route.places[1].is_spent = true;
	rest_is(&f, "");
	fixture_fini(&f);
}

/* Rule R5 */
static void r5_route_has_sixteen_places(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f);
	for (unsigned i = 0; i < TARGET_MAX; i++)
		add_target(&f, 5, 5269, false, i * 8, TARGET_MAX_ADDRS);
	plan(&f);
	rest_is(&f, "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15");
	f.rules.attempts = 3;
	plan(&f);
	rest_is(&f, "0 1 2");
	f.rules.attempts = ROUTE_MAX;
	plan(&f);
	assert_int_equal(f.route.count, ROUTE_MAX);
	fixture_fini(&f);
}

/* Places that failed lately do not push out others. */
static void r5_route_counts_the_good_first(void **state)
{
	struct fixture f;
	struct addr failed = address(1, 5269);
	(void)state;

	fixture_init(&f);
	add_target(&f, 5, 5269, false, 1, 4);
	dial_book_fail(f.book, &failed, NOW);
	f.rules.attempts = 3;
	plan(&f);
	rest_is(&f, "2 3 4");
	fixture_fini(&f);
}

static void r4_route_passes_over_low_ports(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f);
	add_target(&f, 5, 22, false, 1, 1);
	add_target(&f, 5, 443, true, 2, 1);
	add_target(&f, 5, 1023, false, 3, 1);
	add_target(&f, 5, 1024, false, 4, 1);
	plan(&f);
	rest_is(&f, "2! 4");
	assert_int_equal(f.route.refused, 2);
	fixture_fini(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(route_keeps_the_order_and_the_priorities),
		cmocka_unit_test(route_tries_last_what_failed_lately),
		cmocka_unit_test(route_goes_on_with_what_was_not_tried),
		cmocka_unit_test(r5_route_has_sixteen_places),
		cmocka_unit_test(r5_route_counts_the_good_first),
		cmocka_unit_test(r4_route_passes_over_low_ports),
	};

	return cmocka_run_group_tests_name("route", tests, NULL, NULL);
}
