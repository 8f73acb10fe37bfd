/* SPDX-License-Identifier: MIT */
/*
 * privilege: who may do what - the tables of XEP-0045 #roles-priv and
 * #affil-priv as data. What is not in a table nobody may.
 */
#pragma once

#include "base/base.h"
#include "muc/affiliation.h"
#include "muc/role.h"

enum privilege {
	/* by role */
	PRIVILEGE_SEND_PM,
	PRIVILEGE_SPEAK,
	PRIVILEGE_SET_SUBJECT,
	PRIVILEGE_SEE_JIDS,  /* in a semi-anonymous room */
	PRIVILEGE_KICK,
	PRIVILEGE_VOICE,     /* grant and revoke */
	/* by affiliation */
	PRIVILEGE_EXCEED_MAX_USERS,
	PRIVILEGE_MAKE_MODERATOR,
	PRIVILEGE_BAN,
	PRIVILEGE_MAKE_MEMBER,
	PRIVILEGE_MAKE_ADMIN,
	PRIVILEGE_CONFIGURE,
	PRIVILEGE_COUNT,
};

/** Does this role, or this affiliation, carry the privilege? */
bool privilege_is_given(enum privilege p, enum role role, enum affiliation a);
