/* SPDX-License-Identifier: MIT */
/*
 * admin_plan: what one muc#admin request asks for, read and judged item by item
 * before anything is done (XEP-0045 #kick to #modifyadmin).
 *
 * Thread: conference loop. Owner: the act's stack.
 */
#pragma once

#include "base/base.h"
#include "muc/privilege.h"

struct act;
struct map;
struct rank_change;

struct admin_plan {
	const struct act *act;       /* borrowed */
	struct standing actor;
	struct rank_change *changes; /* owned array */
	size_t count;
	struct map *seen;            /* owned; nobody is changed twice */
};

void admin_plan_init(struct admin_plan *p, const struct act *a);
void admin_plan_fini(struct admin_plan *p);
/** False, and refused, when one of the items is not good. */
bool admin_plan_read(struct admin_plan *p);
