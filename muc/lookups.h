/* SPDX-License-Identifier: MIT */
/*
 * lookups: requests about old lines of a room that wait for the archive. Bounded;
 * what comes to the room meanwhile does not wait for them.
 *
 * Thread: conference loop. Owner: embedded in struct room.
 */
#pragma once

#include "base/base.h"
#include "base/list.h"

struct stanza;

#define LOOKUPS_MAX 100 /* of one room */

struct lookups {
	struct list items;
	size_t count;
};

void lookups_init(struct lookups *l);
void lookups_fini(struct lookups *l);
bool lookups_are_full(const struct lookups *l);
/** id: of the question. Copies the stanza. */
void lookups_add(struct lookups *l, uint64_t id, const struct stanza *s,
		 bool by_certificate);
/** The request that asked it, owned, or NULL. */
struct stanza *lookups_take(struct lookups *l, uint64_t id,
			    bool *by_certificate_out);
