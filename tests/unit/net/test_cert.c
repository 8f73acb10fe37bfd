/* SPDX-License-Identifier: MIT */
#include "net/cert.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void cert_matches_names(void **state)
{
	static const struct {
		const char *pattern, *domain;
		bool is_match;
	} cases[] = {
		{ "example.org", "example.org", true },
		{ "Example.ORG", "exAmple.org", true },
		{ "example.org", "www.example.org", false },
		{ "www.example.org", "example.org", false },
		{ "*.example.org", "www.example.org", true },
		{ "*.EXAMPLE.org", "WWW.example.org", true },
		{ "*.example.org", "example.org", false },
		{ "*.example.org", "a.b.example.org", false },
		{ "*.example.org", ".example.org", false },
		{ "w*.example.org", "www.example.org", false },
		{ "*w.example.org", "www.example.org", false },
		{ "www.*.org", "www.example.org", false },
		{ "*.*.org", "www.example.org", false },
		{ "*.org", "example.org", false },
		{ "*", "localhost", false },
		{ "*", "example.org", false },
		{ "*.", "example.org", false },
		{ "", "", false },
		{ "example.org.", "example.org", false },
		{ "example.org ", "example.org", false },
		{ "xn--bcher-kva.test", "xn--bcher-kva.test", true },
		{ "*.test.xn--p1ai", "a.test.xn--p1ai", true },
		{ "*.example.org", "*.example.org", false },
		{ "b\xc3\xbc" "cher.test", "b\xc3\xbc" "cher.test", false },
	};
	(void)state;

	for (size_t i = 0; i < array_len(cases); i++)
		if (cert_match_name(cases[i].pattern, cases[i].domain) !=
		    cases[i].is_match)
			fail_msg("%s, %s", cases[i].pattern, cases[i].domain);
}

static void cert_verdicts_have_words(void **state)
{
	(void)state;
	for (int v = CERT_NONE; v <= CERT_VALID; v++)
		assert_true(cert_verdict_text((enum cert_verdict)v)[0] != '\0');
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cert_matches_names),
		cmocka_unit_test(cert_verdicts_have_words),
	};

	return cmocka_run_group_tests_name("cert", tests, NULL, NULL);
}
