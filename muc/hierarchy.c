/* SPDX-License-Identifier: MIT */
#include "muc/hierarchy.h"

#include "muc/privilege.h"

static bool may(struct standing s, enum privilege p)
{
	return privilege_is_given(p, s.role, s.affiliation);
}

static enum verdict check_kick(struct standing actor, struct standing target)
{
	if (!may(actor, PRIVILEGE_KICK))
		return VERDICT_FORBIDDEN;
	/* #kick: not those above; equals may be */
	return target.affiliation > actor.affiliation ? VERDICT_NOT_ALLOWED
						      : VERDICT_YES;
}

/* #revokevoice: never from admins, nor from equals or those above. */
static bool may_mute(struct standing actor, struct standing target)
{
	return target.affiliation < AFFILIATION_ADMIN &&
	       target.affiliation < actor.affiliation;
}

enum verdict hierarchy_check_role(struct standing actor,
				  struct standing target, enum role wanted)
{
	if (wanted == ROLE_NONE)
		return check_kick(actor, target);
	if (!may(actor, PRIVILEGE_VOICE))
		return VERDICT_FORBIDDEN;
	if (wanted == target.role)
		return VERDICT_YES;
	if (wanted == ROLE_MODERATOR || target.role == ROLE_MODERATOR) {
		if (!may(actor, PRIVILEGE_MAKE_MODERATOR))
			return VERDICT_FORBIDDEN;
		/* #revokemod: who is one by affiliation stays one */
		if (wanted != ROLE_MODERATOR &&
		    target.affiliation >= AFFILIATION_ADMIN)
			return VERDICT_NOT_ALLOWED;
	}
	if (wanted == ROLE_VISITOR && !may_mute(actor, target))
		return VERDICT_NOT_ALLOWED;
	return VERDICT_YES;
}

enum verdict hierarchy_check_affiliation(enum affiliation actor,
					 enum affiliation target,
					 enum affiliation wanted, bool is_self,
					 bool is_last_owner)
{
	struct standing s = { ROLE_NONE, actor };

	if (!may(s, PRIVILEGE_BAN))
		return VERDICT_FORBIDDEN;
	if (wanted >= AFFILIATION_ADMIN && !may(s, PRIVILEGE_MAKE_ADMIN))
		return VERDICT_FORBIDDEN;
	if (is_self && wanted == AFFILIATION_OUTCAST)
		return VERDICT_CONFLICT;
	if (is_self && is_last_owner && wanted < AFFILIATION_OWNER)
		return VERDICT_CONFLICT;
	/* #affil-change: only owners touch admins and owners */
	if (!is_self && target >= AFFILIATION_ADMIN &&
	    actor < AFFILIATION_OWNER)
		return VERDICT_NOT_ALLOWED;
	return VERDICT_YES;
}

bool hierarchy_may_list_role(struct standing actor, enum role role)
{
	if (role == ROLE_MODERATOR)
		return may(actor, PRIVILEGE_MAKE_MODERATOR);
	return role != ROLE_NONE && may(actor, PRIVILEGE_VOICE);
}

bool hierarchy_may_list_affiliation(enum affiliation actor,
				    enum affiliation listed)
{
	static const enum privilege needed[AFFILIATION_COUNT] = {
		[AFFILIATION_OUTCAST] = PRIVILEGE_BAN,
		[AFFILIATION_NONE] = PRIVILEGE_COUNT,
		[AFFILIATION_MEMBER] = PRIVILEGE_MAKE_MEMBER,
		[AFFILIATION_ADMIN] = PRIVILEGE_MAKE_ADMIN,
		[AFFILIATION_OWNER] = PRIVILEGE_MAKE_ADMIN,
	};

	return needed[listed] != PRIVILEGE_COUNT &&
	       privilege_is_given(needed[listed], ROLE_NONE, actor);
}
