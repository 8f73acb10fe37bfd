/* SPDX-License-Identifier: MIT */
#include "dns/cache.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

static void cache_keeps_answers_for_their_time(void **state)
{
	static const struct {
		enum answer_status status;
		uint32_t ttl;
		int64_t seconds;
	} cases[] = {
		{ ANSWER_OK, 0, 30 },       { ANSWER_OK, 100, 100 },
		{ ANSWER_OK, 86400, 3600 }, { ANSWER_NO_NAME, 0, 0 },
		{ ANSWER_NO_NAME, 60, 60 }, { ANSWER_NO_DATA, 86400, 300 },
		{ ANSWER_FAILED, 0, 15 },   { ANSWER_FAILED, 86400, 15 },
	};
	(void)state;

	for (size_t i = 0; i < array_len(cases); i++) {
		struct cache *c = cache_new(10);
		struct answer a = { .status = cases[i].status,
				    .ttl = cases[i].ttl };
		int64_t end = 1000 + cases[i].seconds * 1000;
		struct answer out;

		cache_put(c, "k", &a, 1000);
		if (cases[i].seconds > 0) {
			assert_true(cache_find(c, "k", end - 1, &out));
			assert_int_equal(out.status, cases[i].status);
			assert_int_equal(out.ttl, 1);
		}
		assert_false(cache_find(c, "k", end, &out));
		assert_int_equal(cache_count(c), 0);
		cache_free(&c);
	}
}

static void cache_gives_back_what_was_put(void **state)
{
	struct cache *c = cache_new(10);
	struct answer a = { .status = ANSWER_OK,
			    .ttl = 60,
			    .authentic = true,
			    .srv_count = 2,
			    .addr_count = 1 };
	struct answer out;
	(void)state;

	a.srvs[1].port = 5269;
	strcpy(a.srvs[1].target, "host.test");
	addr_from_bytes(&a.addrs[0], "\xc0\0\2\1", 4, 0);
	cache_put(c, "k", &a, 0);
	cache_put(c, "k", &a, 0);
	assert_int_equal(cache_count(c), 1);
	assert_false(cache_find(c, "l", 0, &out));
	assert_true(cache_find(c, "k", 0, &out));
	assert_true(out.authentic);
	assert_int_equal(out.srv_count, 2);
	assert_int_equal(out.srvs[1].port, 5269);
	assert_string_equal(out.srvs[1].target, "host.test");
	assert_true(addr_equal(&out.addrs[0], &a.addrs[0]));
	cache_free(&c);
	assert_null(c);
	cache_free(&c);
}

static void cache_drops_the_ended_then_the_oldest(void **state)
{
	struct cache *c = cache_new(3);
	struct answer a = { .status = ANSWER_OK, .ttl = 1000 };
	struct answer brief = { .status = ANSWER_OK, .ttl = 40 };
	struct answer out;
	(void)state;

	cache_put(c, "a", &a, 0);
	cache_put(c, "b", &brief, 0);
	cache_put(c, "c", &a, 0);
	cache_put(c, "d", &a, 50000); /* b has ended */
	assert_true(cache_find(c, "a", 50000, &out));
	assert_true(cache_find(c, "d", 50000, &out));
	cache_put(c, "e", &a, 50000);
	assert_int_equal(cache_count(c), 3);
	assert_false(cache_find(c, "a", 50000, &out));
	assert_true(cache_find(c, "c", 50000, &out));
	assert_true(cache_find(c, "e", 50000, &out));
	cache_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cache_keeps_answers_for_their_time),
		cmocka_unit_test(cache_gives_back_what_was_put),
		cmocka_unit_test(cache_drops_the_ended_then_the_oldest),
	};

	return cmocka_run_group_tests_name("cache", tests, NULL, NULL);
}
