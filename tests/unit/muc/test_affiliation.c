/* SPDX-License-Identifier: MIT */
#include "muc/affiliation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "jid/jid.h"

static enum affiliation get(const struct affiliation_list *l, const char *text)
{
	struct jid *jid = jid_parse(text);
	enum affiliation a = affiliation_list_get(l, jid);

	jid_free(&jid);
	return a;
}

static void affiliation_of_bare_jid_beats_domain(void **state)
{
	struct affiliation_list l;
	(void)state;

	affiliation_list_init(&l);
	assert_int_equal(get(&l, "a@x.example/r"), AFFILIATION_NONE);
	affiliation_list_set(&l, "x.example", AFFILIATION_OUTCAST, NULL, "spam");
	affiliation_list_set(&l, "a@x.example", AFFILIATION_MEMBER, "A", NULL);
	assert_int_equal(get(&l, "a@x.example/r"), AFFILIATION_MEMBER);
	assert_int_equal(get(&l, "b@x.example/r"), AFFILIATION_OUTCAST);
	assert_int_equal(get(&l, "b@y.example"), AFFILIATION_NONE);
	affiliation_list_set(&l, "a@x.example", AFFILIATION_NONE, NULL, NULL);
	assert_int_equal(get(&l, "a@x.example"), AFFILIATION_OUTCAST);
	assert_null(affiliation_list_find(&l, "a@x.example"));
	affiliation_list_fini(&l);
}

/* Only bans are by domain (XEP-0045 #ban). */
static void affiliation_of_domain_is_never_a_grant(void **state)
{
	struct affiliation_list l;
	(void)state;

	affiliation_list_init(&l);
	affiliation_list_set(&l, "x.example", AFFILIATION_OWNER, NULL, NULL);
	assert_int_equal(get(&l, "a@x.example"), AFFILIATION_NONE);
	affiliation_list_fini(&l);
}

static void affiliation_nick_is_one_persons(void **state)
{
	struct jid *a = jid_parse("a@x.example/r"), *b = jid_parse("b@x.example");
	struct affiliation_list l;
	(void)state;

	affiliation_list_init(&l);
	assert_true(affiliation_list_leaves(&l, "ann", b));
	affiliation_list_set(&l, "a@x.example", AFFILIATION_MEMBER, "Ann", NULL);
	assert_string_equal(affiliation_list_find_nick(&l, "ann"),
			    "a@x.example");
	assert_true(affiliation_list_leaves(&l, "ann", a));
	assert_false(affiliation_list_leaves(&l, "ann", b));
	/* somebody else's, as of a damaged store, is left out */
	affiliation_list_set(&l, "b@x.example", AFFILIATION_ADMIN, "ANN", NULL);
	assert_null(affiliation_list_find(&l, "b@x.example")->nick);
	/* set anew from its own entry */
	affiliation_list_set(&l, "a@x.example", AFFILIATION_OWNER,
			     affiliation_list_find(&l, "a@x.example")->nick,
			     NULL);
	assert_string_equal(affiliation_list_find(&l, "a@x.example")->nick,
			    "Ann");
	assert_int_equal(affiliation_list_count(&l), 2);
	assert_int_equal(affiliation_list_count_of(&l, AFFILIATION_OWNER), 1);
	affiliation_list_set(&l, "a@x.example", AFFILIATION_NONE, NULL, NULL);
	assert_true(affiliation_list_leaves(&l, "ann", b));
	affiliation_list_fini(&l);
	jid_free(&a);
	jid_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(affiliation_of_bare_jid_beats_domain),
		cmocka_unit_test(affiliation_of_domain_is_never_a_grant),
		cmocka_unit_test(affiliation_nick_is_one_persons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
