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
#include "muc/occupant_id.h"

struct jid;
struct muc;
struct record;

/** The room says a line, for the record. replaces: stanza-id of an earlier one of
 *  these that it corrects (XEP-0308), or NULL. False: no such room, or the store
 *  is behind. id_out, the line's stanza-id, may be NULL. */
bool muc_meeting_say(struct muc *m, const char *room, const char *text,
		     const char *replaces, char id_out[RAND_ID_SIZE]);
/** The room tells one nick something, and nobody else; no part of the record. */
bool muc_meeting_tell(struct muc *m, const char *room, const char *nick,
		      const char *text);
/** The room sets its own subject, for the record; "" = to nothing. False: as
 *  above. */
bool muc_meeting_set_subject(struct muc *m, const char *room,
			     const char *subject);
/** Borrowed, or NULL. */
const char *muc_meeting_subject(const struct muc *m, const char *room);
/** Who is in the room. */
void muc_meeting_people(const struct muc *m, const char *room,
			void (*fn)(void *owner,
				   const struct observed_person *who),
			void *owner);
/** By nick, in any spelling that is the same nick; false: nobody. Without hats;
 *  borrowed until the next call into muc. */
bool muc_meeting_find(const struct muc *m, const char *room, const char *nick,
		      struct observed_person *who_out);
/** Somebody whom the room knows: a member or more, or by a reserved nick. Borrowed
 *  until the next call into muc. */
struct muc_known {
	const char *nick; /* that they have there, or reserved; or NULL */
	int64_t left;     /* ms since epoch; last in the room; 0: not since a
			   * start */
	char id[OCCUPANT_ID_SIZE]; /* that they have in the record */
};
/** False: it does not know them, or they read too much (archive.user_pages). */
bool muc_meeting_knows(struct muc *m, const char *room, const struct jid *jid,
		       struct muc_known *who_out);
/** Have they registered with the room, and said that they read the Note Well?
 *  jid: bare. */
bool muc_meeting_knows_note_well(const struct muc *m, const char *room,
				 const char *jid);
bool muc_meeting_is_room(const struct muc *m, const char *room);
/** Is what is said there shown on the web? */
bool muc_meeting_is_public(const struct muc *m, const char *room);
/** Where the log of the room is on the web, with a slash at its end; owned, or
 *  NULL. */
char *muc_meeting_log_url(const struct muc *m, const char *room);
/** Keep a record of a meeting; taken. What the room sends from now on waits for
 *  it. */
void muc_meeting_keep(struct muc *m, const char *room, struct record *owned);
bool muc_meeting_may_keep(const struct muc *m);
/** ms since epoch. */
int64_t muc_meeting_now(const struct muc *m);
void muc_meeting_flush(struct muc *m, const char *room);
