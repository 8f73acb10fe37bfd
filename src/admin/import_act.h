/* SPDX-License-Identifier: MIT */
/*
 * import_act: does what the plan of an import decided about a group, and keeps
 * what is known of it from then on.
 *
 * Thread: conference loop.
 */
#pragma once

#include "admin/import_plan.h"
#include "muc/desk.h"

struct muc;
struct roll;

/** On what, and for whom; borrowed. */
struct import_act {
	struct muc *muc;
	struct roll *roll;
	const char *by; /* for the audit */
};

/** g is filled up with what was known. DONE: s->known is gone; SAME: there was
 *  nothing to do. */
enum desk_result import_act_do(const struct import_act *a, struct group *g,
			       const struct import_step *s);
/** The room of s->known ends because no list has its group any more. */
enum desk_result import_act_retire_missing(const struct import_act *a,
					   const struct import_step *s);
