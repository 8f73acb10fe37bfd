/* SPDX-License-Identifier: MIT */
/*
 * The whole matrix: every role and affiliation, every action, every kind of
 * room. What is expected is told here a second time, as the prose of XEP-0045
 * tells it, so that a slip in the tables shows.
 */
#include "muc/privilege.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "muc/room.h"

#define R(name) ROLE_##name
#define A(name) AFFILIATION_##name
#define V(name) VERDICT_##name

#define EACH_ROLE(r) for (enum role r = R(NONE); r < ROLE_COUNT; r++)
#define EACH_AFFILIATION(a) \
	for (enum affiliation a = A(OUTCAST); a < AFFILIATION_COUNT; a++)

/* ---- roles ---- */

/* #kick: by moderators, not of those above. #grantvoice, #revokevoice: by
 * moderators; never from admins, nor from equals or those above. #grantmod,
 * #revokemod: by admins; who is one by affiliation stays one. */
static enum verdict expect_role(struct standing actor, struct standing target,
				enum role wanted)
{
	bool is_moderator = actor.role == R(MODERATOR);
	bool is_admin = actor.affiliation >= A(ADMIN);
	bool is_of_admin = target.affiliation >= A(ADMIN);

	if (target.role == R(NONE))
		return V(FORBIDDEN);
	if (wanted == R(NONE) && !is_moderator)
		return V(FORBIDDEN);
	if (wanted == R(NONE))
		return target.affiliation > actor.affiliation ? V(NOT_ALLOWED)
							      : V(YES);
	if (wanted == R(MODERATOR))
		return is_admin ? V(YES) : V(FORBIDDEN);
	if (target.role == R(MODERATOR) && !is_admin)
		return V(FORBIDDEN);
	if (target.role == R(MODERATOR))
		return is_of_admin ? V(NOT_ALLOWED) : V(YES);
	if (!is_moderator)
		return V(FORBIDDEN);
	if (wanted == R(VISITOR) && target.role == R(PARTICIPANT) &&
	    (is_of_admin || target.affiliation >= actor.affiliation))
		return V(NOT_ALLOWED);
	return V(YES);
}

static void check_roles_of(struct standing actor)
{
	EACH_ROLE(from)
		EACH_AFFILIATION(of)
			EACH_ROLE(to) {
				struct standing target = { from, of };

				assert_int_equal(
					privilege_judge_role(actor, target,
							     to),
					expect_role(actor, target, to));
			}
}

static void matrix_of_roles(void **state)
{
	(void)state;
	EACH_ROLE(r)
		EACH_AFFILIATION(a)
			check_roles_of((struct standing){ r, a });
}

/* ---- affiliations ---- */

/* #affil-change: admins ban and pardon, make and unmake members; what touches
 * an admin or owner is the owners'. #ban: not of those above. */
static enum verdict expect_affiliation(enum affiliation actor,
				       enum affiliation target,
				       enum affiliation wanted)
{
	bool touches_rulers = target >= A(ADMIN) || wanted >= A(ADMIN);

	if (actor < A(ADMIN))
		return V(FORBIDDEN);
	if (actor == A(OWNER) || !touches_rulers)
		return V(YES);
	return wanted == A(OUTCAST) ? V(NOT_ALLOWED) : V(FORBIDDEN);
}

static void matrix_of_affiliations(void **state)
{
	(void)state;
	EACH_AFFILIATION(actor)
		EACH_AFFILIATION(target)
			EACH_AFFILIATION(wanted)
				assert_int_equal(
					privilege_judge_affiliation(
						actor, target, wanted),
					expect_affiliation(actor, target,
							   wanted));
}

/* ---- lists ---- */

/* CVE-2021-37601: every list, every reader, with and without anonymity. */
static void matrix_of_lists(void **state)
{
	static const int least[2][AFFILIATION_COUNT] = {
		{ A(ADMIN), AFFILIATION_COUNT, A(ADMIN), A(OWNER), A(OWNER) },
		{ A(ADMIN), AFFILIATION_COUNT, A(MEMBER), A(MEMBER),
		  A(MEMBER) },
	};
	(void)state;

	for (int open = 0; open < 2; open++)
		EACH_AFFILIATION(reader)
			EACH_AFFILIATION(list)
				assert_int_equal(privilege_may_read_list(
							 reader, list, open),
						 (int)reader >=
							 least[open][list]);
}

static void matrix_of_role_lists(void **state)
{
	(void)state;
	EACH_ROLE(r)
		EACH_AFFILIATION(a) {
			struct standing s = { r, a };
			bool is_moderator = r == R(MODERATOR);

			assert_false(privilege_may_read_roles(s, R(NONE)));
			assert_int_equal(privilege_may_read_roles(
						 s, R(VISITOR)),
					 is_moderator);
			assert_int_equal(privilege_may_read_roles(
						 s, R(PARTICIPANT)),
					 is_moderator);
			assert_int_equal(privilege_may_read_roles(
						 s, R(MODERATOR)),
					 a >= A(ADMIN));
		}
}

/* ---- kinds of rooms ---- */

static bool expect_act(const struct room_config *c, struct standing s,
		       enum privilege p)
{
	switch (p) {
	case PRIVILEGE_SEND_PM:
		return s.role >= R(VISITOR) && s.role >= c->pm_from;
	case PRIVILEGE_INVITE:
		if (c->is_members_only)
			return s.role >= R(VISITOR) &&
			       s.affiliation >= A(ADMIN);
		return s.role >= R(VISITOR) &&
		       (c->may_invite || s.role == R(MODERATOR));
	case PRIVILEGE_SPEAK:
		return s.role >= R(PARTICIPANT);
	case PRIVILEGE_SET_SUBJECT:
		return s.role == R(MODERATOR) ||
		       (c->may_change_subject && s.role == R(PARTICIPANT));
	case PRIVILEGE_SEE_JIDS:
		return c->shows_jids || s.role == R(MODERATOR);
	case PRIVILEGE_KICK:
	case PRIVILEGE_VOICE:
	case PRIVILEGE_MODERATE:
		return s.role == R(MODERATOR);
	case PRIVILEGE_REGISTER:
		return s.affiliation >= A(NONE);
	case PRIVILEGE_BE_INSIDE:
		return s.affiliation >= A(MEMBER);
	case PRIVILEGE_EXCEED_MAX_USERS:
	case PRIVILEGE_MAKE_MODERATOR:
	case PRIVILEGE_BAN:
	case PRIVILEGE_MAKE_MEMBER:
		return s.affiliation >= A(ADMIN);
	case PRIVILEGE_MAKE_ADMIN:
	case PRIVILEGE_CONFIGURE:
		return s.affiliation == A(OWNER);
	case PRIVILEGE_OF_NOBODY:
	case PRIVILEGE_COUNT:
		break;
	}
	return false;
}

static void check_room(const struct room *r)
{
	for (enum privilege p = PRIVILEGE_OF_NOBODY; p < PRIVILEGE_COUNT; p++)
		EACH_ROLE(role)
			EACH_AFFILIATION(a) {
				struct standing s = { role, a };
				struct occupant o = { .role = role,
						      .affiliation = a };

				assert_int_equal(room_may(r, &o, p),
						 expect_act(&r->config, s, p));
			}
}

static void matrix_of_rooms(void **state)
{
	static const enum role pm_from[] = { R(VISITOR), R(PARTICIPANT),
					     R(MODERATOR), ROLE_COUNT };
	struct room r = { 0 };
	(void)state;

	for (unsigned kind = 0; kind < 1u << 7; kind++) {
		r.config.is_moderated = kind & 1;
		r.config.is_members_only = kind & 2;
		r.config.shows_jids = kind & 4;
		r.config.may_change_subject = kind & 8;
		r.config.may_invite = kind & 16;
		r.config.pm_from = pm_from[kind >> 5];
		check_room(&r);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(matrix_of_roles),
		cmocka_unit_test(matrix_of_affiliations),
		cmocka_unit_test(matrix_of_lists),
		cmocka_unit_test(matrix_of_role_lists),
		cmocka_unit_test(matrix_of_rooms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
