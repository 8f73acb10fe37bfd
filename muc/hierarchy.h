/* SPDX-License-Identifier: MIT */
/*
 * hierarchy: may somebody change the role or affiliation of somebody else
 * (XEP-0045 #roles-change, #affil-change), and read the lists of them.
 */
#pragma once

#include "base/base.h"
#include "muc/affiliation.h"
#include "muc/role.h"

struct standing {
	enum role role;
	enum affiliation affiliation;
};

enum verdict {
	VERDICT_YES,
	VERDICT_FORBIDDEN,   /* the actor may not do such things */
	VERDICT_NOT_ALLOWED, /* not to this one */
	VERDICT_CONFLICT,    /* not to themselves */
};

enum verdict hierarchy_check_role(struct standing actor,
				  struct standing target, enum role wanted);
/** is_self: actor and target are one; is_last_owner: no other is left. */
enum verdict hierarchy_check_affiliation(enum affiliation actor,
					 enum affiliation target,
					 enum affiliation wanted, bool is_self,
					 bool is_last_owner);
bool hierarchy_may_list_role(struct standing actor, enum role role);
bool hierarchy_may_list_affiliation(enum affiliation actor,
				    enum affiliation listed);
