/* SPDX-License-Identifier: MIT */
/*
 * muc_meeting: what a meeting does in a room. All act on a room by its bare JID,
 * gather what the room sends, and are flushed by whoever runs: an observer's
 * caller, or muc_meeting_flush().
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"
#include "base/rand.h"
#include "muc/observer.h"

struct muc;
struct record;

/** The room says a line, for the record. replaces: stanza-id of a line of its own
 *  that this corrects (XEP-0308; its "id" attribute is remembered), or NULL.
 *  False: no such room, or the store is behind. id_out may be NULL. */
bool muc_meeting_say(struct muc *m, const char *room, const char *text,
		     const char *replaces, char id_out[RAND_ID_SIZE]);
/** The room tells one nick something, and nobody else; no part of the record. */
bool muc_meeting_tell(struct muc *m, const char *room, const char *nick,
		      const char *text);
/** The room sets its own subject, for the record; NULL: as it was before the
 *  last prefix. */
bool muc_meeting_set_subject(struct muc *m, const char *room,
			     const char *subject);
const char *muc_meeting_subject(const struct muc *m, const char *room);
/** A direct invitation (XEP-0249) to a bare JID; counted like others. */
bool muc_meeting_invite(struct muc *m, const char *room, const char *jid,
			const char *reason);
/** Who is in the room. */
void muc_meeting_people(const struct muc *m, const char *room,
			void (*fn)(void *owner,
				   const struct observed_person *who),
			void *owner);
/** Who is registered with the room: bare JIDs with a reserved nick. */
void muc_meeting_registered(const struct muc *m, const char *room,
			    void (*fn)(void *owner, const char *jid,
				       const char *nick),
			    void *owner);
/** By nick, in any spelling that is the same nick; false: nobody. Borrowed until
 *  the next call into muc. */
bool muc_meeting_find(const struct muc *m, const char *room, const char *nick,
		      struct observed_person *who_out);
/** Keep a record of a meeting; taken. Gates the room's order like a line. */
void muc_meeting_keep(struct muc *m, const char *room, struct record *owned);
bool muc_meeting_may_keep(const struct muc *m);
void muc_meeting_flush(struct muc *m, const char *room);
