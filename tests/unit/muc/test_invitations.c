/* SPDX-License-Identifier: MIT */
#include "muc/invitations.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "jid/jid.h"

struct fixture {
	struct invitations v;
	struct jid *alice, *bob, *eve;
};

static int set_up(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	invitations_init(&f->v);
	f->alice = jid_parse("alice@x/1");
	f->bob = jid_parse("bob@x/1");
	f->eve = jid_parse("eve@y/1");
	*state = f;
	return 0;
}

static int tear_down(void **state)
{
	struct fixture *f = *state;

	invitations_fini(&f->v);
	jid_free(&f->alice);
	jid_free(&f->bob);
	jid_free(&f->eve);
	free(f);
	return 0;
}

static void invitations_count_an_hour(void **state)
{
	struct fixture *f = *state;
	struct jid *other = jid_parse("alice@x/2");

	invitations_add(&f->v, "i", f->alice, f->eve, 1000);
	invitations_add(&f->v, "i", other, f->eve, 2000);
	invitations_add(&f->v, "i", f->bob, f->eve, 2000);
	assert_int_equal(invitations_count_of(&f->v, f->alice, 3000), 2);
	assert_int_equal(invitations_count_of(&f->v, f->alice,
					      1000 + INVITATIONS_HOUR),
			 1);
	jid_free(&other);
}

static void invitations_find_the_pair_while_unanswered(void **state)
{
	struct fixture *f = *state;
	struct invitation *i;

	invitations_add(&f->v, "i1", f->alice, f->eve, 1000);
	assert_null(invitations_find(&f->v, f->alice, f->bob));
	assert_null(invitations_find(&f->v, f->bob, f->eve));
	assert_null(invitations_find_id(&f->v, "i1", f->bob));
	assert_null(invitations_find_id(&f->v, NULL, f->eve));
	i = invitations_find(&f->v, f->alice, f->eve);
	assert_non_null(i);
	assert_ptr_equal(invitations_find_id(&f->v, "i1", f->eve), i);
	i->is_answered = true;
	assert_null(invitations_find(&f->v, f->alice, f->eve));
	assert_null(invitations_find_id(&f->v, "i1", f->eve));
	/* it still counts */
	assert_int_equal(invitations_count_of(&f->v, f->alice, 1001), 1);
}

static void invitations_are_bounded(void **state)
{
	struct fixture *f = *state;

	invitations_add(&f->v, "first", f->alice, f->eve, 1);
	for (int i = 0; i < INVITATIONS_MAX; i++)
		invitations_add(&f->v, "i", f->bob, f->eve, 2);
	assert_int_equal(f->v.count, INVITATIONS_MAX);
	assert_null(invitations_find(&f->v, f->alice, f->eve));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(invitations_count_an_hour),
		TEST(invitations_find_the_pair_while_unanswered),
		TEST(invitations_are_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
