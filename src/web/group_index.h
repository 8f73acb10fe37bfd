/* SPDX-License-Identifier: MIT */
/*
 * group_index: the groups of the operator's list and their rooms, as the pages
 * need them: which area a room belongs to, its charter, its mailing list.
 *
 * Thread: web thread.
 */
#pragma once

#include "base/base.h"

struct reader;
struct record;

struct group_index {
	struct record **groups; /* owned RECORD_GROUPs, by acronym */
	size_t count, cap;
};

/** group_index_fini() in any case. */
HW_MUST_USE int group_index_read(struct group_index *c, struct reader *r);
void group_index_fini(struct group_index *c);
/** The group whose room that is (bare JID); NULL: none. */
const struct record *group_index_find(const struct group_index *c,
				    const char *room);
