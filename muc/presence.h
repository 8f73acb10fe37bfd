/* SPDX-License-Identifier: MIT */
/*
 * presence: builds what a room says of its occupants and sends it. Others get
 * one of two frozen forms, with the real JID or without; the occupant's own
 * clients get theirs with status 110.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"
#include "muc/role.h"

struct elem;
struct jid;
struct occupant;
struct room;
struct session;
struct stanza;

#define PRESENCE_CODES 6

/** What stands in <x muc#user/> beside affiliation, role and JID. */
struct presence_note {
	unsigned codes[PRESENCE_CODES]; /* 110 excepted; 0 = none */
	const char *new_nick;           /* with 303, or NULL */
	const char *reason;             /* or NULL */
	const char *actor;              /* nick of who did it, or NULL */
	const struct elem *destroy;     /* the room ends: as asked, or NULL */
};

/** What a client's presence may say in the room, as an owned tree without
 *  addresses and id; the stanza is stripped by it. */
struct elem *presence_read(const struct room *r, struct stanza *stanza);
char *presence_write(const struct elem *payload); /* owned text */
/** The text as a tree again, owned; an empty one of NULL. */
struct elem *presence_parse(const char *text);
/** Its priority (RFC 6121 4.7.2.3); 0 if it has none. */
int presence_priority(const struct elem *payload);
/** The same of payload text; NULL text gives 0. */
int presence_read_priority(const char *payload);
/** Who comes in is shown several times from the same text: the tree of the one
 *  that was looked at last. Embedded in the site; zeroed = there is none. */
struct presence_memo {
	char *text;           /* owned */
	struct elem *payload; /* owned */
};
void presence_memo_fini(struct presence_memo *m);
/** presence_parse() by way of the memo; borrowed until the next. */
const struct elem *presence_recall(const struct room *r, const char *text);
/** Takes the payload that was written as text. */
void presence_memo_give(struct presence_memo *m, const char *text,
			struct elem *owned);
/** Take up a session's new payload. True when others see a difference; they are
 *  not told here. */
bool presence_take(struct room *r, struct session *s, struct stanza *stanza);

/** All other occupants to one session. */
void presence_show_roster(struct room *r, const struct session *to);
/** Do the others know of the occupant although they should not, or the other
 *  way round? Roles may be kept from them (muc#roomconfig_presencebroadcast). */
bool presence_is_stale(const struct room *r, const struct occupant *o);
/** The occupant's news wait until presence_show_late() finds that a share is
 *  left for them (room_limits). */
void presence_put_off(struct room *r, struct occupant *o);
void presence_show_late(struct room *r);
/** Somebody who was shown before a restart. */
void presence_restore(const struct room *r, struct occupant *o);
/** The occupant to all others and, with 110, to its own sessions but one. */
void presence_show(struct room *r, struct occupant *o,
		   const struct session *but);
/** The same with a note, to all: a change of role or affiliation. */
void presence_show_change(struct room *r, struct occupant *o,
			  const struct presence_note *note);
/** The occupant to one of its own sessions, with 110. id may be NULL. */
void presence_show_self(struct room *r, struct occupant *o,
			const struct session *to, const char *id,
			const struct presence_note *note);
/** One occupant to one session of another. */
void presence_show_one(struct room *r, struct occupant *o,
		       const struct session *to);

/** The occupant, real JID real, is unavailable (role: none, or the old one with
 *  303), to all others in the roster. payload may be NULL. */
void presence_show_gone(struct room *r, const struct occupant *o,
			const struct jid *real, enum role role,
			const struct presence_note *note,
			const struct elem *payload);
/** The same to one of its own sessions, with 110. */
void presence_show_gone_self(struct room *r, const struct occupant *o,
			     const struct session *to, enum role role,
			     const struct presence_note *note,
			     const struct elem *payload);
/** "You are not in the room" to somebody who is not (#enter-gc). */
struct elem *presence_new_kick(const struct jid *from);
