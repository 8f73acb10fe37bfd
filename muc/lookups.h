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

struct jid;
struct stanza;

#define LOOKUPS_MAX 100   /* of one room */
#define LOOKUPS_OF_ONE 10 /* of them, of one person */

struct lookups {
	struct list items;
	size_t count;
};

void lookups_init(struct lookups *l);
void lookups_fini(struct lookups *l);
/** May this person ask one more? */
bool lookups_are_full(const struct lookups *l, const struct jid *of);
/** id: of the question. Copies the stanza, and the note: what the request learnt
 *  before, or NULL. */
void lookups_add(struct lookups *l, uint64_t id, const struct stanza *s,
		 bool by_certificate, const char *note);
/** The request that asked it, owned, or NULL; so is the note. */
struct stanza *lookups_take(struct lookups *l, uint64_t id,
			    bool *by_certificate_out, char **note_out);
