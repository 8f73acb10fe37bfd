/* SPDX-License-Identifier: MIT */
/*
 * decline: what comes back of an invitation (XEP-0045 #invite-mediated) - a
 * polite no, or an error.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"
#include "xmpp/cond.h"

struct act;
struct jid;
struct room;
struct stanza;

bool decline_is_one(const struct stanza *s);
/** An invitee's <decline/>. */
void decline_run(struct act *a);
/** An error that came to the room itself. */
void decline_bounced(struct act *a);
/** The message of that id to to did not get through. */
void decline_undelivered(struct room *r, const char *id, const struct jid *to,
			 enum cond_name why);
