/* SPDX-License-Identifier: MIT */
/*
 * catalogue: the groups of the operator's list and their rooms, as the pages need
 * them: which area a room belongs to, its charter, its mailing list.
 *
 * Thread: web thread.
 */
#pragma once

#include "base/base.h"

struct reader;
struct record;

struct catalogue {
	struct record **groups; /* owned RECORD_GROUPs, by acronym */
	size_t count, cap;
};

/** catalogue_fini() in any case. */
HW_MUST_USE int catalogue_read(struct catalogue *c, struct reader *r);
void catalogue_fini(struct catalogue *c);
/** The group whose room that is (bare JID); NULL: none. */
const struct record *catalogue_find(const struct catalogue *c,
				    const char *room);
/** Its acronym, or NULL. */
const char *catalogue_area(const struct catalogue *c, const char *room);
