/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"

static void parses_to_normal_form(void **state)
{
	static const struct {
		const char *in, *local, *domain, *resource;
	} cases[] = {
		{ "example.org", NULL, "example.org", NULL },
		{ "a@b", "a", "b", NULL },
		{ "b/r", NULL, "b", "r" },
		{ "Romeo@Montague.Example./Balcony 1", "romeo",
		  "montague.example", "Balcony 1" },
		/* RFC 7622 3.1: the first '/', then the first '@' */
		{ "a@b/c@d/e", "a", "b", "c@d/e" },
		{ "b/c@d", NULL, "b", "c@d" },
		{ "a@b//", "a", "b", "/" },
		{ "a.b-c_d~!#$%^*()+=[]{}|\\;?,`@b", "a.b-c_d~!#$%^*()+=[]{}|\\;?,`",
		  "b", NULL },
		{ "a@192.0.2.1/x", "a", "192.0.2.1", "x" },
		{ "a@[2001:DB8::0:1]", "a", "[2001:db8::1]", NULL },
		{ "fu\xc3\x9f@Stra\xc3\x9f" "e.example", "fu\xc3\x9f",
		  "stra\xc3\x9f" "e.example", NULL },
		{ "a@xn--strae-oqa.example/x", "a", "stra\xc3\x9f" "e.example",
		  "x" },
		/* fullwidth letters; a composed and a decomposed umlaut */
		{ "\xef\xbc\xa1\xef\xbd\x82@b", "ab", "b", NULL },
		{ "u\xcc\x88@b/u\xcc\x88", "\xc3\xbc", "b", "\xc3\xbc" },
		/* EM SPACE in a resource */
		{ "b/a\xe2\x80\x83z", NULL, "b", "a z" },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		struct jid *j = jid_parse(cases[i].in);
		struct jid *again;

		if (!j)
			fail_msg("refused: %s", cases[i].in);
		assert_true(str_equal(jid_local(j), cases[i].local));
		assert_string_equal(jid_domain(j), cases[i].domain);
		assert_true(str_equal(jid_resource(j), cases[i].resource));
		again = jid_parse(jid_text(j));
		assert_true(jid_equal(j, again));
		jid_free(&again);
		again = jid_new(cases[i].local, cases[i].domain,
				cases[i].resource);
		assert_true(jid_equal(j, again));
		jid_free(&again);
		jid_free(&j);
	}
}

static void refuses_the_malformed(void **state)
{
	static const char *const cases[] = {
		"", "@", "/", "@b", "a@", "a@b/", "b/", "a@/r", "a@b@c", ".",
		"a@.", "a@b..c", "a@.b", "a@b..", "a b@c", "a\"@b", "a&b@c",
		"a'b@c", "a:b@c", "a<b@c", "a>b@c", "a@b c", "a@b:5269",
		"a@b\xc3", "a\xc3@b", "a@b/\xff", "a\n@b", "a@b/\t", "a@b/\x7f",
		"\xef\xbc\xa0@b",         /* fullwidth '@' becomes one */
		"a@\xe2\x84\x80.example", /* becomes "a/c" */
		"a@b/\xc2\xad",           /* SOFT HYPHEN */
		"a@b/\xe2\x80\xae",       /* RIGHT-TO-LEFT OVERRIDE */
		"\xe2\x99\x9a@b",         /* a symbol as user name */
		"\xd7\x90q@b",             /* breaks the Bidi Rule */
		"a@xn--a.example", "a@\xe2\x98\x95.example", "a@[::1",
		"a@[1.2.3.4]", "a@[]", "a@[fe80::1%eth0]",
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		struct jid *j = jid_parse(cases[i]);

		if (j)
			fail_msg("taken: %s", cases[i]);
	}
	assert_null(jid_new("a", "", NULL));
	assert_null(jid_new("", "b", NULL));
	assert_null(jid_new("a", "b", ""));
	assert_null(jid_new("a@b", "c", NULL));
	assert_null(jid_new(NULL, "b/c", NULL));
}

/* A part of len bytes of the letter, in one of three places. */
static struct jid *sized(size_t len, char c, int place)
{
	char *part = mem_alloc(len + 1);
	struct jid *j;

	memset(part, c, len);
	part[len] = '\0';
	if (place == 1)
		for (size_t i = 60; i < len - 1; i += 60)
			part[i] = '.';
	j = jid_new(place == 0 ? part : "a", place == 1 ? part : "b",
		    place == 2 ? part : "c");
	mem_free(&part);
	return j;
}

static void parts_are_bounded(void **state)
{
	(void)state;
	for (int place = 0; place < 3; place++) {
		struct jid *j = sized(1023, 'x', place);
		struct jid *copy = jid_copy(j);

		assert_non_null(j);
		assert_true(jid_equal(j, copy));
		assert_string_equal(jid_bare(j), jid_bare(copy));
		assert_true(str_equal(jid_local(j), jid_local(copy)));
		jid_free(&j);
		jid_free(&copy);
		assert_null(sized(1024, 'x', place));
		assert_null(sized(100000, 'x', place));
	}
}

static void every_view_of_it(void **state)
{
	struct jid *full = jid_parse("A@B/C"), *bare = jid_parse("a@b");
	struct jid *j;

	(void)state;
	assert_string_equal(jid_text(full), "a@b/C");
	assert_string_equal(jid_bare(full), "a@b");
	assert_string_equal(jid_bare(bare), "a@b");
	assert_false(jid_is_bare(full));
	assert_true(jid_is_bare(bare));
	j = jid_to_bare(full);
	assert_true(jid_equal(j, bare));
	assert_null(jid_resource(j));
	jid_free(&j);
	j = jid_with_resource(full, "u\xcc\x88");
	assert_string_equal(jid_text(j), "a@b/\xc3\xbc");
	assert_string_equal(jid_bare(j), "a@b");
	assert_string_equal(jid_local(j), "a");
	jid_free(&j);
	assert_null(jid_with_resource(full, ""));
	assert_null(jid_with_resource(full, "\n"));
	jid_free(&full);
	jid_free(&bare);
	assert_null(full);
	jid_free(&full);
}

static void compares(void **state)
{
	struct jid *a = jid_parse("a@b/c"), *b = jid_parse("a@b/d");
	struct jid *c = jid_parse("a@bb"), *j = NULL;

	(void)state;
	assert_false(jid_equal(a, b));
	assert_true(jid_equal_bare(a, b));
	assert_false(jid_equal_bare(a, c));
	assert_true(jid_equal(NULL, NULL));
	assert_true(jid_equal_bare(NULL, NULL));
	assert_false(jid_equal(a, NULL));
	assert_false(jid_equal_bare(NULL, a));
	jid_set(&j, a);
	assert_true(jid_equal(j, a));
	jid_set(&j, j);
	assert_true(jid_equal(j, a));
	jid_set(&j, NULL);
	assert_null(j);
	assert_null(jid_copy(NULL));
	jid_free(&a);
	jid_free(&b);
	jid_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses_to_normal_form),
		cmocka_unit_test(refuses_the_malformed),
		cmocka_unit_test(parts_are_bounded),
		cmocka_unit_test(every_view_of_it),
		cmocka_unit_test(compares),
	};

	return cmocka_run_group_tests_name("jid", tests, NULL, NULL);
}
