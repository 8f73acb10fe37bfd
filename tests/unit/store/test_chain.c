/* SPDX-License-Identifier: MIT */
#include "store/chain.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/codec.h"
#include "base/mem.h"
#include "base/str.h"

static void assert_hex(const unsigned char got[CHAIN_SIZE], const char *want)
{
	char *text = hex_encode(got, CHAIN_SIZE);

	assert_string_equal(text, want);
	mem_free(&text);
}

static void days_are_of_utc(void **state)
{
	static const struct {
		int64_t at, day;
		const char *name;
	} cases[] = {
		{ 0, 0, "1970-01-01" },
		{ 86399999, 0, "1970-01-01" },
		{ 86400000, 1, "1970-01-02" },
		{ -1, -1, "1969-12-31" },
		{ -86400000, -1, "1969-12-31" },
		{ 1795392000000, 20780, "2026-11-23" },
		{ 1709164800000, 19782, "2024-02-29" },
	};
	char name[CHAIN_DAY_SIZE];

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		assert_int_equal(chain_day(cases[i].at), cases[i].day);
		chain_day_print(cases[i].day, name);
		assert_string_equal(name, cases[i].name);
	}
}

/* The example of doc/protocol/record.md, reckoned by another program. */
static void bytes_are_those_of_the_document(void **state)
{
	unsigned char salt[CHAIN_SALT_SIZE], digest[CHAIN_SIZE];
	unsigned char chain[CHAIN_SIZE];
	char *statement;

	(void)state;
	for (size_t i = 0; i < sizeof(salt); i++)
		salt[i] = (unsigned char)i;
	chain_begin("hallway@rooms.example", 20780, chain);
	assert_hex(chain, "dcfedcf37fc8e7f4a1a1cffb261884d5"
			  "e458c6f3a3b58091ab68db18081b2699");
	chain_digest(salt, "aaaaaaaaaaaaaaaaaaaaaaaaaa", 1795392000123,
		     "<message xmlns='jabber:server'><body>hi</body></message>",
		     digest);
	assert_hex(digest, "64ae72ae3334b0b0e726fcd93f3c3fba"
			   "5c19d3c346e595ad313481ccab97733a");
	chain_add(chain, digest);
	assert_hex(chain, "a63e9a71d1b4eb89d396d04e05ade65b"
			  "0f8bb212337f99d215ad12eee5f1a191");
	statement = chain_statement("hallway@rooms.example", 20780, 1, chain);
	assert_string_equal(statement, "hallway log 1\n"
				       "hallway@rooms.example\n"
				       "2026-11-23\n"
				       "1\n"
				       "a63e9a71d1b4eb89d396d04e05ade65b"
				       "0f8bb212337f99d215ad12eee5f1a191\n");
	mem_free(&statement);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(days_are_of_utc),
		cmocka_unit_test(bytes_are_those_of_the_document),
	};
	return cmocka_run_group_tests_name("chain", tests, NULL, NULL);
}
