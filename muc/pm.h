/* SPDX-License-Identifier: MIT */
/*
 * pm: private messages between occupants (XEP-0045 #privatemessage). Never kept.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"
#include "xmpp/cond.h"

struct act;
struct jid;
struct room;

/** A message to an occupant's address. */
void pm_send(struct act *a);
/** An error came to an occupant's address: when it answers a private message
 *  its sender is told. False: it answers something else. */
bool pm_forward_error(struct act *a);
/** A private message of that id could not be sent on to that address. */
void pm_undelivered(struct room *r, const char *id, const struct jid *to,
		    enum cond_name why);
