/* SPDX-License-Identifier: MIT */
/*
 * privilege: who may do what, and to whom - the tables of XEP-0045 #roles-priv,
 * #roles-change, #affil-priv and #affil-change as data. What is not in a table
 * nobody may.
 */
#pragma once

#include "base/base.h"
#include "muc/affiliation.h"
#include "muc/role.h"

enum privilege {
	PRIVILEGE_OF_NOBODY,
	/* by role */
	PRIVILEGE_SEND_PM,
	PRIVILEGE_INVITE,
	PRIVILEGE_SPEAK,
	PRIVILEGE_SET_SUBJECT,
	PRIVILEGE_SEE_JIDS,  /* in a semi-anonymous room */
	PRIVILEGE_KICK,
	PRIVILEGE_VOICE,     /* grant and revoke */
	PRIVILEGE_MODERATE,  /* XEP-0425 */
	/* by affiliation */
	PRIVILEGE_REGISTER,  /* with an open room */
	PRIVILEGE_BE_INSIDE, /* a members-only room */
	PRIVILEGE_EXCEED_MAX_USERS,
	PRIVILEGE_MAKE_MODERATOR,
	PRIVILEGE_BAN,
	PRIVILEGE_MAKE_MEMBER,
	PRIVILEGE_MAKE_ADMIN, /* and owner */
	PRIVILEGE_CONFIGURE,
	PRIVILEGE_COUNT,
};

/** What somebody is in a room and to it. */
struct standing {
	enum role role;
	enum affiliation affiliation;
};

enum verdict {
	VERDICT_FORBIDDEN,   /* who lacks the privilege */
	VERDICT_NOT_ALLOWED, /* who has it, but not over this person */
	VERDICT_YES,
};

/** Does this role, or this affiliation, carry the privilege? */
bool privilege_is_given(enum privilege p, enum role role, enum affiliation a);

/** May actor give an occupant who is target that role? */
enum verdict privilege_judge_role(struct standing actor,
				  struct standing target, enum role wanted);
/** May actor make somebody who is target what is wanted? */
enum verdict privilege_judge_affiliation(enum affiliation actor,
					 enum affiliation target,
					 enum affiliation wanted);
/** May reader have the list of those with that role, or affiliation? */
bool privilege_may_read_roles(struct standing reader, enum role list);
bool privilege_may_read_list(enum affiliation reader, enum affiliation list,
			     bool shows_jids);
