/* SPDX-License-Identifier: MIT */
#include "muc/privilege.h"

/** The lowest that carries it, plus one; 0 = none does. */
struct rule {
	int role;
	int affiliation;
};

#define BY_ROLE(least) { (int)(least) + 1, 0 }
#define BY_AFFILIATION(least) { 0, (int)(least) + 1 }

static const struct rule rules[PRIVILEGE_COUNT] = {
	[PRIVILEGE_SEND_PM] = BY_ROLE(ROLE_VISITOR),
	[PRIVILEGE_INVITE] = BY_ROLE(ROLE_VISITOR),
	[PRIVILEGE_SPEAK] = BY_ROLE(ROLE_PARTICIPANT),
	[PRIVILEGE_SET_SUBJECT] = BY_ROLE(ROLE_MODERATOR),
	[PRIVILEGE_SEE_JIDS] = BY_ROLE(ROLE_MODERATOR),
	[PRIVILEGE_KICK] = BY_ROLE(ROLE_MODERATOR),
	[PRIVILEGE_VOICE] = BY_ROLE(ROLE_MODERATOR),
	[PRIVILEGE_MODERATE] = BY_ROLE(ROLE_MODERATOR),
	[PRIVILEGE_REGISTER] = BY_AFFILIATION(AFFILIATION_NONE),
	[PRIVILEGE_BE_INSIDE] = BY_AFFILIATION(AFFILIATION_MEMBER),
	[PRIVILEGE_EXCEED_MAX_USERS] = BY_AFFILIATION(AFFILIATION_ADMIN),
	[PRIVILEGE_MAKE_MODERATOR] = BY_AFFILIATION(AFFILIATION_ADMIN),
	[PRIVILEGE_BAN] = BY_AFFILIATION(AFFILIATION_ADMIN),
	[PRIVILEGE_MAKE_MEMBER] = BY_AFFILIATION(AFFILIATION_ADMIN),
	[PRIVILEGE_MAKE_ADMIN] = BY_AFFILIATION(AFFILIATION_OWNER),
	[PRIVILEGE_CONFIGURE] = BY_AFFILIATION(AFFILIATION_OWNER),
};

bool privilege_is_given(enum privilege p, enum role role, enum affiliation a)
{
	const struct rule *rule = &rules[p];

	require(p < PRIVILEGE_COUNT);
	return (rule->role && (int)role + 1 >= rule->role) ||
	       (rule->affiliation && (int)a + 1 >= rule->affiliation);
}

/* ---- over whom ---- */

/* Whom a change cannot touch although its maker has the privilege. */
enum shield {
	SHIELD_NOBODY,
	SHIELD_HIGHER,     /* #kick: who stands above */
	SHIELD_PEERS,      /* #revokevoice: who stands beside, too; admins */
	SHIELD_ADMINS,     /* #revokemod: admins and owners */
};

struct role_rule {
	enum privilege needs;
	enum shield shield;
};

#define KICK(shield) { PRIVILEGE_KICK, SHIELD_##shield }
#define VOICE(shield) { PRIVILEGE_VOICE, SHIELD_##shield }
#define RAISE { PRIVILEGE_MAKE_MODERATOR, SHIELD_NOBODY }
#define LOWER { PRIVILEGE_MAKE_MODERATOR, SHIELD_ADMINS }

/* #roles-change; from, to. Nobody is brought in by another. */
static const struct role_rule role_rules[ROLE_COUNT][ROLE_COUNT] = {
	[ROLE_VISITOR] = {
		[ROLE_NONE] = KICK(HIGHER),
		[ROLE_VISITOR] = VOICE(NOBODY),
		[ROLE_PARTICIPANT] = VOICE(NOBODY),
		[ROLE_MODERATOR] = RAISE,
	},
	[ROLE_PARTICIPANT] = {
		[ROLE_NONE] = KICK(HIGHER),
		[ROLE_VISITOR] = VOICE(PEERS),
		[ROLE_PARTICIPANT] = VOICE(NOBODY),
		[ROLE_MODERATOR] = RAISE,
	},
	[ROLE_MODERATOR] = {
		[ROLE_NONE] = KICK(HIGHER),
		[ROLE_VISITOR] = LOWER,
		[ROLE_PARTICIPANT] = LOWER,
		[ROLE_MODERATOR] = RAISE,
	},
};

static bool is_shielded(enum shield shield, enum affiliation actor,
			enum affiliation target)
{
	bool is_admin = target >= AFFILIATION_ADMIN;

	switch (shield) {
	case SHIELD_NOBODY:
		return false;
	case SHIELD_HIGHER:
		return target > actor;
	case SHIELD_PEERS:
		return is_admin || target >= actor;
	case SHIELD_ADMINS:
		return is_admin;
	}
	return true;
}

enum verdict privilege_judge_role(struct standing actor,
				  struct standing target, enum role wanted)
{
	const struct role_rule *rule = &role_rules[target.role][wanted];

	if (!privilege_is_given(rule->needs, actor.role, actor.affiliation))
		return VERDICT_FORBIDDEN;
	return is_shielded(rule->shield, actor.affiliation, target.affiliation)
		       ? VERDICT_NOT_ALLOWED
		       : VERDICT_YES;
}

#define BANS PRIVILEGE_BAN
#define JOINS PRIVILEGE_MAKE_MEMBER
#define RULES PRIVILEGE_MAKE_ADMIN

/* #affil-change; from, to: outcast, none, member, admin, owner. */
static const enum privilege
	affiliation_rules[AFFILIATION_COUNT][AFFILIATION_COUNT] = {
	[AFFILIATION_OUTCAST] = { BANS, BANS, JOINS, RULES, RULES },
	[AFFILIATION_NONE] = { BANS, JOINS, JOINS, RULES, RULES },
	[AFFILIATION_MEMBER] = { BANS, JOINS, JOINS, RULES, RULES },
	[AFFILIATION_ADMIN] = { RULES, RULES, RULES, RULES, RULES },
	[AFFILIATION_OWNER] = { RULES, RULES, RULES, RULES, RULES },
};

enum verdict privilege_judge_affiliation(enum affiliation actor,
					 enum affiliation target,
					 enum affiliation wanted)
{
	enum privilege needs = affiliation_rules[target][wanted];

	if (privilege_is_given(needs, ROLE_NONE, actor))
		return VERDICT_YES;
	/* #ban: of somebody above; else it is somebody else's list */
	if (wanted == AFFILIATION_OUTCAST &&
	    privilege_is_given(PRIVILEGE_BAN, ROLE_NONE, actor))
		return VERDICT_NOT_ALLOWED;
	return VERDICT_FORBIDDEN;
}

/* ---- lists ---- */

static const enum privilege role_lists[ROLE_COUNT] = {
	[ROLE_VISITOR] = PRIVILEGE_VOICE,
	[ROLE_PARTICIPANT] = PRIVILEGE_VOICE,       /* #modifyvoice */
	[ROLE_MODERATOR] = PRIVILEGE_MAKE_MODERATOR, /* #modifymod */
};

bool privilege_may_read_roles(struct standing reader, enum role list)
{
	return privilege_is_given(role_lists[list], reader.role,
				  reader.affiliation);
}

/* #modifyban, #modifymember, #modifyadmin, #modifyowner: where addresses are
 * hidden only those may read a list who may change it. */
static const struct list_rule {
	enum privilege hidden; /* in semi-anonymous rooms */
	enum privilege open;   /* in non-anonymous rooms */
} list_rules[AFFILIATION_COUNT] = {
	[AFFILIATION_OUTCAST] = { PRIVILEGE_BAN, PRIVILEGE_BAN },
	[AFFILIATION_MEMBER] = { PRIVILEGE_MAKE_MEMBER, PRIVILEGE_BE_INSIDE },
	[AFFILIATION_ADMIN] = { PRIVILEGE_MAKE_ADMIN, PRIVILEGE_BE_INSIDE },
	[AFFILIATION_OWNER] = { PRIVILEGE_MAKE_ADMIN, PRIVILEGE_BE_INSIDE },
};

bool privilege_may_read_list(enum affiliation reader, enum affiliation list,
			     bool shows_jids)
{
	const struct list_rule *rule = &list_rules[list];

	return privilege_is_given(shows_jids ? rule->open : rule->hidden,
				  ROLE_NONE, reader);
}
