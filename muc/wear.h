/* SPDX-License-Identifier: MIT */
/*
 * wear: putting a hat on somebody's head in a room and taking it off, with all
 * that comes with it - rank, voice, the record, what the others see (XEP-0317
 * #add, #remove). Whether it is allowed was decided before.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct hat;
struct jid;
struct room;

/** by: bare JID, "control" or HAT_LIST_ROSTER. False: nothing changed. */
bool wear_put(struct room *r, const struct jid *jid, const struct hat *hat,
	      const char *by);
bool wear_take(struct room *r, const struct jid *jid, const char *uri,
	       const char *by);
/** Show those again who wear it: its title or hue changed. */
void wear_show(struct room *r, const char *uri);
/** Nobody wears it any more. */
void wear_take_all(struct room *r, const char *uri, const char *by);
