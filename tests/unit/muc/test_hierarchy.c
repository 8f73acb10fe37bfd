/* SPDX-License-Identifier: MIT */
#include "muc/hierarchy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#define R(name) ROLE_##name
#define A(name) AFFILIATION_##name
#define V(name) VERDICT_##name

static void hierarchy_of_roles(void **state)
{
	static const struct {
		struct standing actor, target;
		enum role wanted;
		enum verdict verdict;
	} rows[] = {
		/* #kick */
		{ { R(PARTICIPANT), A(NONE) }, { R(VISITOR), A(NONE) },
		  R(NONE), V(FORBIDDEN) },
		{ { R(NONE), A(OWNER) }, { R(VISITOR), A(NONE) }, R(NONE),
		  V(FORBIDDEN) },
		{ { R(MODERATOR), A(NONE) }, { R(MODERATOR), A(NONE) },
		  R(NONE), V(YES) },
		{ { R(MODERATOR), A(MEMBER) }, { R(MODERATOR), A(ADMIN) },
		  R(NONE), V(NOT_ALLOWED) },
		{ { R(MODERATOR), A(ADMIN) }, { R(MODERATOR), A(ADMIN) },
		  R(NONE), V(YES) },
		{ { R(MODERATOR), A(ADMIN) }, { R(MODERATOR), A(OWNER) },
		  R(NONE), V(NOT_ALLOWED) },
		/* #grantvoice, #revokevoice */
		{ { R(PARTICIPANT), A(NONE) }, { R(VISITOR), A(NONE) },
		  R(PARTICIPANT), V(FORBIDDEN) },
		{ { R(MODERATOR), A(NONE) }, { R(VISITOR), A(NONE) },
		  R(PARTICIPANT), V(YES) },
		{ { R(MODERATOR), A(NONE) }, { R(PARTICIPANT), A(NONE) },
		  R(VISITOR), V(NOT_ALLOWED) },
		{ { R(MODERATOR), A(MEMBER) }, { R(PARTICIPANT), A(NONE) },
		  R(VISITOR), V(YES) },
		{ { R(MODERATOR), A(OWNER) }, { R(MODERATOR), A(ADMIN) },
		  R(VISITOR), V(NOT_ALLOWED) },
		/* #grantmod, #revokemod */
		{ { R(MODERATOR), A(MEMBER) }, { R(PARTICIPANT), A(NONE) },
		  R(MODERATOR), V(FORBIDDEN) },
		{ { R(MODERATOR), A(ADMIN) }, { R(PARTICIPANT), A(NONE) },
		  R(MODERATOR), V(YES) },
		{ { R(MODERATOR), A(ADMIN) }, { R(MODERATOR), A(MEMBER) },
		  R(PARTICIPANT), V(YES) },
		{ { R(MODERATOR), A(OWNER) }, { R(MODERATOR), A(ADMIN) },
		  R(PARTICIPANT), V(NOT_ALLOWED) },
		{ { R(MODERATOR), A(MEMBER) }, { R(MODERATOR), A(NONE) },
		  R(PARTICIPANT), V(FORBIDDEN) },
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++)
		assert_int_equal(hierarchy_check_role(rows[i].actor,
						      rows[i].target,
						      rows[i].wanted),
				 rows[i].verdict);
}

static void hierarchy_of_affiliations(void **state)
{
	static const struct {
		enum affiliation actor, target, wanted;
		bool is_self, is_last_owner;
		enum verdict verdict;
	} rows[] = {
		{ A(MEMBER), A(NONE), A(OUTCAST), 0, 0, V(FORBIDDEN) },
		{ A(ADMIN), A(NONE), A(OUTCAST), 0, 0, V(YES) },
		{ A(ADMIN), A(MEMBER), A(NONE), 0, 0, V(YES) },
		{ A(ADMIN), A(NONE), A(MEMBER), 0, 0, V(YES) },
		{ A(ADMIN), A(NONE), A(ADMIN), 0, 0, V(FORBIDDEN) },
		{ A(ADMIN), A(ADMIN), A(NONE), 0, 0, V(NOT_ALLOWED) },
		{ A(ADMIN), A(OWNER), A(OUTCAST), 0, 0, V(NOT_ALLOWED) },
		{ A(ADMIN), A(ADMIN), A(OUTCAST), 1, 0, V(CONFLICT) },
		{ A(ADMIN), A(ADMIN), A(NONE), 1, 0, V(YES) },
		{ A(OWNER), A(OWNER), A(OUTCAST), 0, 0, V(YES) },
		{ A(OWNER), A(NONE), A(OWNER), 0, 0, V(YES) },
		{ A(OWNER), A(OWNER), A(ADMIN), 1, 1, V(CONFLICT) },
		{ A(OWNER), A(OWNER), A(ADMIN), 1, 0, V(YES) },
		{ A(OWNER), A(OWNER), A(OWNER), 1, 1, V(YES) },
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++)
		assert_int_equal(hierarchy_check_affiliation(
					 rows[i].actor, rows[i].target,
					 rows[i].wanted, rows[i].is_self,
					 rows[i].is_last_owner),
				 rows[i].verdict);
}

/* CVE-2021-37601: every list, every reader. */
static void hierarchy_of_lists(void **state)
{
	static const enum affiliation least[AFFILIATION_COUNT] = {
		[A(OUTCAST)] = A(ADMIN), [A(NONE)] = AFFILIATION_COUNT,
		[A(MEMBER)] = A(ADMIN),	 [A(ADMIN)] = A(OWNER),
		[A(OWNER)] = A(OWNER),
	};
	struct standing s = { R(MODERATOR), A(NONE) };
	(void)state;

	for (int a = 0; a < AFFILIATION_COUNT; a++)
		for (int l = 0; l < AFFILIATION_COUNT; l++)
			assert_int_equal(hierarchy_may_list_affiliation(
						 (enum affiliation)a,
						 (enum affiliation)l),
					 a >= (int)least[l]);
	assert_true(hierarchy_may_list_role(s, R(PARTICIPANT)));
	assert_false(hierarchy_may_list_role(s, R(MODERATOR)));
	assert_false(hierarchy_may_list_role(s, R(NONE)));
	s.role = R(PARTICIPANT);
	assert_false(hierarchy_may_list_role(s, R(VISITOR)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hierarchy_of_roles),
		cmocka_unit_test(hierarchy_of_affiliations),
		cmocka_unit_test(hierarchy_of_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
