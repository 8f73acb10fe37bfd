/* SPDX-License-Identifier: MIT */
/*
 * group: a working group as a list of groups has it, and what its room is called
 * and says of it.
 *
 * Thread: any; pure.
 */
#pragma once

#include "base/base.h"
#include "store/record.h"

/** State of a group that retired because it was in the list no more. */
#define GROUP_MISSING "missing"

/** The group of a list, as it is kept. */
struct group {
	struct record_group kept;
	bool is_done; /* the import has dealt with it */
};

void group_fini(struct group *g);
/** to is empty. */
void group_copy_kept(struct record_group *to, const struct record_group *from);
void group_fini_kept(struct record_group *g);
bool group_is_same_kept(const struct record_group *a,
			const struct record_group *b);
/** Is the key a list's own number, or made of the acronym? */
bool group_has_number(const struct record_group *g);
/** Is the group at its end, as its state says? */
bool group_is_closed(const struct record_group *g);
/** The room's description, owned; or NULL: there is nothing to say. */
char *group_describe(const struct record_group *g);
