/* SPDX-License-Identifier: MIT */
/*
 * observe: tells the observer (muc_env.observer), if there is one.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"
#include "muc/observer.h"
#include "store/record.h"

struct act;
struct elem;
struct jid;
struct occupant;
struct room;

/** Somebody's message went to all; id: its stanza-id, NULL = in passing. */
void observe_message(const struct act *a, const struct elem *message,
		     const char *id, int64_t at);
void observe_move(struct room *r, const struct occupant *o,
		  const struct jid *real, enum record_move move,
		  const char *other);
void observe_voice(const struct act *a);
void observe_retracted(const struct room *r, const char *id);
void observe_gone(const struct room *r);

bool observe_is_in_session(const struct room *r);
/** jid: bare. */
bool observe_knows_note_well(const struct room *r, const char *jid);

/** The strings are borrowed; hats are the caller's to free. real: their JID. */
struct observed_person observe_person(const struct room *r,
				      const struct occupant *o,
				      const struct jid *real,
				      bool by_certificate);
