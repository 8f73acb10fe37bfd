/* SPDX-License-Identifier: MIT */
#include "muc/privilege.h"

/** The lowest that carries it; the last of the order + 1 = none does. */
struct rule {
	enum role role;
	enum affiliation affiliation;
};

#define BY_ROLE(least) { (least), AFFILIATION_COUNT }
#define BY_AFFILIATION(least) { ROLE_COUNT, (least) }

static const struct rule rules[PRIVILEGE_COUNT] = {
	[PRIVILEGE_SEND_PM] = BY_ROLE(ROLE_VISITOR),
	[PRIVILEGE_SPEAK] = BY_ROLE(ROLE_PARTICIPANT),
	[PRIVILEGE_SET_SUBJECT] = BY_ROLE(ROLE_MODERATOR),
	[PRIVILEGE_SEE_JIDS] = BY_ROLE(ROLE_MODERATOR),
	[PRIVILEGE_KICK] = BY_ROLE(ROLE_MODERATOR),
	[PRIVILEGE_VOICE] = BY_ROLE(ROLE_MODERATOR),
	[PRIVILEGE_EXCEED_MAX_USERS] = BY_AFFILIATION(AFFILIATION_ADMIN),
	[PRIVILEGE_MAKE_MODERATOR] = BY_AFFILIATION(AFFILIATION_ADMIN),
	[PRIVILEGE_BAN] = BY_AFFILIATION(AFFILIATION_ADMIN),
	[PRIVILEGE_MAKE_MEMBER] = BY_AFFILIATION(AFFILIATION_ADMIN),
	[PRIVILEGE_MAKE_ADMIN] = BY_AFFILIATION(AFFILIATION_OWNER),
	[PRIVILEGE_CONFIGURE] = BY_AFFILIATION(AFFILIATION_OWNER),
};

bool privilege_is_given(enum privilege p, enum role role, enum affiliation a)
{
	require(p < PRIVILEGE_COUNT);
	return role >= rules[p].role || a >= rules[p].affiliation;
}
