/* SPDX-License-Identifier: MIT */
/*
 * persist: a room to records and back.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"
#include "store/record.h"

struct elem;
struct frozen;
struct occupant;
struct jid;
struct record;
struct record_hat;
struct record_affiliation;
struct record_room;
struct record_session;
struct retraction;
struct room;
struct session;

void persist_room(struct room *r);
void persist_room_gone(struct room *r);
void persist_affiliation(struct room *r, const char *key);
/** A hat of somebody; title NULL: taken off. */
void persist_hat(struct room *r, const char *jid, const char *uri,
		 const char *title, const char *by);
/** gates: what the room sends from now on waits for it. */
void persist_session(struct room *r, const struct session *s, bool gates);
void persist_session_gone(struct room *r, const struct session *s,
			  bool gates);
/** A line as it goes out, without "to", as a tree and frozen. from: NULL = the
 *  room itself. */
void persist_message(struct room *r, const struct elem *message,
		     const struct frozen *f, const char *stanza_id,
		     const struct session *from, bool is_subject, int64_t at);

/** A line was taken back; tombstone: what stands for it. by: their real JID. */
void persist_retraction(struct room *r, const struct retraction *retraction,
			const struct elem *tombstone, const struct jid *by);

/** For the log, and told to the observer: somebody came, went, changed. real:
 *  their JID, since who went has no session left; other: a new nick, or NULL. */
void persist_presence(struct room *r, const struct occupant *o,
		      const struct jid *real, enum record_move move, const char *other,
		      const char *reason);
/** For the log: people of that domain could not be heard since then. */
void persist_gap(struct room *r, const char *domain, int64_t since);

void persist_restore_room(struct room *r, const struct record_room *record);
void persist_restore_affiliation(struct room *r,
				 const struct record_affiliation *record);
void persist_restore_hat(struct room *r, const struct record_hat *record);
void persist_restore_session(struct room *r,
			     const struct record_session *record);
