/* SPDX-License-Identifier: MIT */
/*
 * roster: who is in a room - occupants by nick, sessions by full JID, and the
 * audience of its broadcasts, made anew when somebody came, went or rose.
 *
 * Thread: conference loop. Owner: embedded in struct room.
 */
#pragma once

#include "base/base.h"
#include "base/list.h"
#include "muc/occupant.h"

struct audience;
struct jid;
struct map;
struct nickname;

enum roster_audience {
	ROSTER_ALL,
	ROSTER_MODERATORS, /* who see real JIDs in a semi-anonymous room */
	ROSTER_OTHERS,     /* all but these */
	ROSTER_AUDIENCES,
};

struct roster {
	struct map *by_key;      /* owned; nick key -> occupant */
	struct map *by_jid;      /* owned; full JID -> session */
	struct list occupants;   /* owned, in the order of coming */
	uint32_t last_number;    /* given to an occupant */
	struct audience *audience[ROSTER_AUDIENCES]; /* cached, or NULL */
};

void roster_init(struct roster *r);
void roster_fini(struct roster *r);

size_t roster_occupant_count(const struct roster *r);
size_t roster_session_count(const struct roster *r);
struct occupant *roster_find_key(const struct roster *r, const char *key);
struct session *roster_find_session(const struct roster *r,
				    const struct jid *full);
/** The audience, borrowed until the roster changes. */
struct audience *roster_get_audience(struct roster *r,
				     enum roster_audience which);

/** A new occupant without a session; must be given a role and a session at
 *  once. Key and jid are copied. */
struct occupant *roster_add_occupant(struct roster *r, const char *key,
				     const struct jid *jid);
/** Takes the session. */
void roster_add_session(struct roster *r, struct occupant *o,
			struct session *owned);
/** Take the session out, and with the last one its occupant, which then is
 *  handed out (else NULL); both are the caller's. */
struct occupant *roster_take_session(struct roster *r, struct session *s);
/** Move a session to another occupant; the old one as above. */
struct occupant *roster_move_session(struct roster *r, struct session *s,
				     struct occupant *to);
void roster_rename(struct roster *r, struct occupant *o, const char *key,
		   const struct jid *jid);
void roster_set_role(struct roster *r, struct occupant *o, enum role role);
/** An occupant that was handed out. */
void roster_free_occupant(struct occupant **o);
