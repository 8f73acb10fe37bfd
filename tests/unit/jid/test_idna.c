/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "base/mem.h"
#include "base/str.h"
#include "jid/idna.h"

static void names_in_both_forms(void **state)
{
	static const struct {
		const char *in, *u, *a; /* NULL = refused */
	} cases[] = {
		{ "Example.ORG", "example.org", "example.org" },
		{ "example.org.", "example.org", "example.org" },
		{ "_xmpp-server._tcp.a_b", "_xmpp-server._tcp.a_b",
		  "_xmpp-server._tcp.a_b" },
		{ "localhost", "localhost", "localhost" },
		{ "b\xc3\xbc" "cher.example", "b\xc3\xbc" "cher.example",
		  "xn--bcher-kva.example" },
		{ "B\xc3\x9c" "CHER.example", "b\xc3\xbc" "cher.example",
		  "xn--bcher-kva.example" },
		{ "XN--BCHER-KVA.example", "b\xc3\xbc" "cher.example",
		  "xn--bcher-kva.example" },
		{ "fa\xc3\x9f.de", "fa\xc3\x9f.de", "xn--fa-hia.de" },
		{ "\xef\xbd\x81\xe3\x80\x82" "b", "a.b", "a.b" },
		{ "a\xe3\x80\x82", "a", "a" },
		{ "192.0.2.1", "192.0.2.1", "192.0.2.1" },
		{ "[::FFFF]", "[::ffff]", "[::ffff]" },
		{ "", NULL, NULL },
		{ ".", NULL, NULL },
		{ "a..b", NULL, NULL },
		{ "a b", NULL, NULL },
		{ "a/b", NULL, NULL },
		{ "xn--", NULL, NULL },
		{ "xn--a", NULL, NULL },
		{ "xn--fa-hia\xc3\x9f", NULL, NULL },
		{ "xn--ls8h.example", NULL, NULL }, /* a symbol */
		{ "\xe2\x80\x8d.example", NULL, NULL },
		{ "\xc3", NULL, NULL },
		{ "[::1", NULL, NULL },
		{ "::1", NULL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		char *u = idna_to_unicode(cases[i].in);
		char *a = idna_to_ascii(cases[i].in);

		if (!str_equal(u, cases[i].u) || !str_equal(a, cases[i].a))
			fail_msg("%s gives %s and %s", cases[i].in,
				 u ? u : "nothing", a ? a : "nothing");
		mem_free(&u);
		mem_free(&a);
	}
}

static void lengths_are_bounded(void **state)
{
	char label[65], name[300];
	char *result;

	(void)state;
	memset(label, 'x', 64);
	label[64] = '\0';
	assert_null(idna_to_ascii(label));
	assert_null(idna_to_unicode(label));
	label[63] = '\0';
	result = idna_to_ascii(label);
	assert_string_equal(result, label);
	mem_free(&result);
	snprintf(name, sizeof(name), "%s.%s.%s.%.61s", label, label, label,
		 label);
	assert_int_equal(strlen(name), 253);
	result = idna_to_ascii(name);
	assert_non_null(result);
	mem_free(&result);
	snprintf(name, sizeof(name), "%s.%s.%s.%.62s", label, label, label,
		 label);
	assert_null(idna_to_ascii(name));
}

static void addresses_are_known(void **state)
{
	(void)state;
	assert_true(idna_is_address("192.0.2.1"));
	assert_true(idna_is_address("[2001:db8::1]"));
	assert_false(idna_is_address("192.0.2.256"));
	assert_false(idna_is_address("example.org"));
	assert_false(idna_is_address("[example]"));
	assert_false(idna_is_address(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_in_both_forms),
		cmocka_unit_test(lengths_are_bounded),
		cmocka_unit_test(addresses_are_known),
	};

	return cmocka_run_group_tests_name("idna", tests, NULL, NULL);
}
