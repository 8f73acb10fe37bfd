/* SPDX-License-Identifier: MIT */
#include "muc/privilege.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

/* XEP-0045 #roles-priv: the lowest role that may. */
static void privilege_follows_the_role_table(void **state)
{
	static const struct {
		enum privilege p;
		enum role least;
	} rows[] = {
		{ PRIVILEGE_SEND_PM, ROLE_VISITOR },
		{ PRIVILEGE_SPEAK, ROLE_PARTICIPANT },
		{ PRIVILEGE_SET_SUBJECT, ROLE_MODERATOR },
		{ PRIVILEGE_SEE_JIDS, ROLE_MODERATOR },
		{ PRIVILEGE_KICK, ROLE_MODERATOR },
		{ PRIVILEGE_VOICE, ROLE_MODERATOR },
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++)
		for (int r = 0; r < ROLE_COUNT; r++)
			assert_int_equal(
				privilege_is_given(rows[i].p, (enum role)r,
						   AFFILIATION_NONE),
				r >= (int)rows[i].least);
}

/* XEP-0045 #affil-priv */
static void privilege_follows_the_affiliation_table(void **state)
{
	static const struct {
		enum privilege p;
		enum affiliation least;
	} rows[] = {
		{ PRIVILEGE_EXCEED_MAX_USERS, AFFILIATION_ADMIN },
		{ PRIVILEGE_MAKE_MODERATOR, AFFILIATION_ADMIN },
		{ PRIVILEGE_BAN, AFFILIATION_ADMIN },
		{ PRIVILEGE_MAKE_MEMBER, AFFILIATION_ADMIN },
		{ PRIVILEGE_MAKE_ADMIN, AFFILIATION_OWNER },
		{ PRIVILEGE_CONFIGURE, AFFILIATION_OWNER },
	};
	(void)state;

	for (size_t i = 0; i < array_len(rows); i++)
		for (int a = 0; a < AFFILIATION_COUNT; a++)
			assert_int_equal(
				privilege_is_given(rows[i].p, ROLE_MODERATOR,
						   (enum affiliation)a),
				a >= (int)rows[i].least);
}

/* XEP-0045 #roles-default */
static void affiliation_brings_its_role(void **state)
{
	static const enum role open[AFFILIATION_COUNT] = {
		[AFFILIATION_OUTCAST] = ROLE_NONE,
		[AFFILIATION_NONE] = ROLE_PARTICIPANT,
		[AFFILIATION_MEMBER] = ROLE_PARTICIPANT,
		[AFFILIATION_ADMIN] = ROLE_MODERATOR,
		[AFFILIATION_OWNER] = ROLE_MODERATOR,
	};
	(void)state;

	for (int a = 0; a < AFFILIATION_COUNT; a++) {
		enum role moderated = a == AFFILIATION_NONE ? ROLE_VISITOR
							    : open[a];

		assert_int_equal(affiliation_role((enum affiliation)a, false),
				 open[a]);
		assert_int_equal(affiliation_role((enum affiliation)a, true),
				 moderated);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(privilege_follows_the_role_table),
		cmocka_unit_test(privilege_follows_the_affiliation_table),
		cmocka_unit_test(affiliation_brings_its_role),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
