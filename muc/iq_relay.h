/* SPDX-License-Identifier: MIT */
/*
 * iq_relay: questions from one occupant to another (XEP-0045 #bizrules-iq) and
 * the ping to oneself, which the room answers (XEP-0410).
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"
#include "xmpp/cond.h"

struct act;
struct jid;
struct room;

/** An iq get or set to an occupant's address. */
void iq_relay_ask(struct act *a);
/** An iq result or error to an occupant's address. */
void iq_relay_answer(struct act *a);
/** The same, but it is too big to go on: the asker gets an error. */
void iq_relay_refuse_answer(struct act *a);
/** A question that went on under this id could not be delivered. */
void iq_relay_undelivered(struct room *r, const char *mapped_id,
			  const struct jid *target, enum cond_name why);
/** Give up what was never answered. */
void iq_relay_tick(struct room *r, int64_t now);
