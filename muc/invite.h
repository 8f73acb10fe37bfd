/* SPDX-License-Identifier: MIT */
/*
 * invite: calling others into a room through the room (XEP-0045
 * #invite-mediated), and what comes back of it.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"
#include "xmpp/cond.h"

struct act;
struct jid;
struct rank_change;
struct room;
struct stanza;

bool invite_is_asked(const struct stanza *s);
bool invite_is_declined(const struct stanza *s);
/** An occupant's <invite/>s, all or none. */
void invite_send(struct act *a);
/** An invitee's <decline/>. */
void invite_decline(struct act *a);
/** An error that came to the room itself. */
void invite_bounced(struct act *a);
/** The message of that id to to did not get through. */
void invite_undelivered(struct room *r, const char *id, const struct jid *to,
			enum cond_name why);

/** #modifymember: who was added to a members-only room is invited by the one who
 *  did it. */
void invite_new_members(struct room *r, const struct jid *by,
			const struct rank_change *changes, size_t count);
