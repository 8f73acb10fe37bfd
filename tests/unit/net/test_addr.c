/* SPDX-License-Identifier: MIT */
#include "net/addr.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/error.h"

static void addr_parses_and_prints(void **state)
{
	static const struct {
		const char *text;
		uint16_t fallback;
		const char *printed; /* NULL: refused */
	} cases[] = {
		{ "192.0.2.1:5269", 0, "192.0.2.1:5269" },
		{ "192.0.2.1", 53, "192.0.2.1:53" },
		{ "192.0.2.1", 0, NULL },
		{ "192.0.2.1:", 53, NULL },
		{ "192.0.2.1:65536", 0, NULL },
		{ "192.0.2.1:5269x", 0, NULL },
		{ "192.0.2.256:1", 0, NULL },
		{ "[2001:db8::1]:5269", 0, "[2001:db8::1]:5269" },
		{ "[2001:db8::1]", 53, "[2001:db8::1]:53" },
		{ "2001:db8::1", 53, "[2001:db8::1]:53" },
		{ "2001:db8::1", 0, NULL },
		{ "[::1]:0", 0, "[::1]:0" },
		{ "[::1:5", 0, NULL },
		{ "[::1]5", 0, NULL },
		{ "[192.0.2.1]:5", 0, NULL },
		{ "*:5269", 0, NULL },
		{ "example.org:5269", 0, NULL },
		{ "", 53, NULL },
		{ ":53", 53, NULL },
	};
	char printed[ADDR_TEXT_SIZE];
	(void)state;

	for (size_t i = 0; i < array_len(cases); i++) {
		struct addr a;
		int err = addr_parse(cases[i].text, cases[i].fallback, &a);

		if (!cases[i].printed) {
			assert_int_equal(err, HW_E_INVALID);
			continue;
		}
		assert_int_equal(err, 0);
		addr_print(&a, printed);
		assert_string_equal(printed, cases[i].printed);
		assert_int_equal(addr_is_ipv6(&a), printed[0] == '[');
	}
}

static void addr_equal_minds_the_port(void **state)
{
	struct addr a, b, c, d;
	(void)state;

	assert_int_equal(addr_parse("192.0.2.1:1", 0, &a), 0);
	assert_int_equal(addr_parse("192.0.2.1", 1, &b), 0);
	assert_int_equal(addr_parse("192.0.2.1:2", 0, &c), 0);
	assert_int_equal(addr_parse("[::ffff:192.0.2.1]:1", 0, &d), 0);
	assert_true(addr_equal(&a, &b));
	assert_false(addr_equal(&a, &c));
	assert_false(addr_equal(&a, &d));
	assert_int_equal(addr_port(&c), 2);
}

static void addr_knows_what_is_private(void **state)
{
	static const struct {
		const char *text;
		bool is_private;
	} cases[] = {
		{ "0.0.0.0", true },
		{ "10.1.2.3", true },
		{ "11.0.0.1", false },
		{ "100.63.255.255", false },
		{ "100.64.0.1", true },
		{ "100.127.255.255", true },
		{ "100.128.0.0", false },
		{ "127.0.0.1", true },
		{ "169.254.169.254", true },
		{ "172.15.0.1", false },
		{ "172.16.0.1", true },
		{ "172.31.255.255", true },
		{ "172.32.0.1", false },
		{ "192.168.1.1", true },
		{ "192.169.1.1", false },
		{ "224.0.0.1", true },
		{ "255.255.255.255", true },
		{ "8.8.8.8", false },
		{ "::", true },
		{ "::1", true },
		{ "::8.8.8.8", false },
		{ "::ffff:10.0.0.1", true },
		{ "::ffff:8.8.8.8", false },
		{ "64:ff9b::127.0.0.1", true },
		{ "64:ff9b::8.8.8.8", false },
		{ "64:ff9b:1::8.8.8.8", true },
		{ "2002:7f00:1::1", true },
		{ "2002:808:808::1", false },
		{ "fe80::1", true },
		{ "febf::1", true },
		{ "fec0::1", true },
		{ "fc00::1", true },
		{ "fdff::1", true },
		{ "ff02::1", true },
		{ "2606:4700::1111", false },
	};
	(void)state;

	for (size_t i = 0; i < array_len(cases); i++) {
		struct addr a;

		assert_int_equal(addr_parse(cases[i].text, 1, &a), 0);
		if (addr_is_private(&a) != cases[i].is_private)
			fail_msg("%s", cases[i].text);
	}
}

static void addr_prints_who_is_behind_it(void **state)
{
	static const struct {
		const char *addr, *site, *network;
	} cases[] = {
		{ "192.0.2.1:5269", "192.0.2.1", "192.0.2.1" },
		{ "[::ffff:192.0.2.1]:5269", "192.0.2.1", "192.0.2.1" },
		{ "[2001:db8:1:2:3:4:5:6]:5269", "2001:db8:1::/48",
		  "2001:db8:1:2::/64" },
		{ "[::1]:1", "::/48", "::/64" },
	};
	(void)state;

	for (size_t i = 0; i < array_len(cases); i++) {
		char text[ADDR_TEXT_SIZE];
		struct addr a;

		assert_int_equal(addr_parse(cases[i].addr, 0, &a), 0);
		addr_print_network(&a, 48, text);
		assert_string_equal(text, cases[i].site);
		addr_print_network(&a, 64, text);
		assert_string_equal(text, cases[i].network);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addr_parses_and_prints),
		cmocka_unit_test(addr_equal_minds_the_port),
		cmocka_unit_test(addr_prints_who_is_behind_it),
		cmocka_unit_test(addr_knows_what_is_private),
	};

	return cmocka_run_group_tests_name("addr", tests, NULL, NULL);
}
