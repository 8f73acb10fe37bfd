/* SPDX-License-Identifier: MIT */
/*
 * invite: calling others into a room through the room (XEP-0045
 * #invite-mediated).
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct act;
struct elem;
struct jid;
struct rank_change;
struct room;
struct stanza;

bool invite_is_asked(const struct stanza *s);
/** An occupant's <invite/>s, all or none. */
void invite_send(struct act *a);
/** #modifymember: who was added to a members-only room is invited by the one who
 *  did it. */
void invite_new_members(struct room *r, const struct jid *by,
			const struct rank_change *changes, size_t count);

/** <invite/> or <decline/> of a message to the room itself, or NULL. */
struct elem *invite_find(const struct stanza *s, const char *name);
/** What the room passes on of either; from may be NULL. */
void invite_copy_words(struct elem *to, const struct elem *from);
