/* SPDX-License-Identifier: MIT */
/*
 * leaders: who leads the group that meets in a room, as a list says it, and who
 * of the people with an address in chat they are. The hats of its leaders follow
 * the list; but a name and a mail address prove nothing about a JID, so that a
 * claim counts only when a chair or an operator has confirmed it - or when the
 * list names the JID itself ("xmpp:ann@example.org").
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"
#include "muc/hats.h"

struct muc;
struct room;

enum {
	LEADERS_MAX = 60,        /* of a room */
	LEADERS_CLAIMS_MAX = 60, /* not yet confirmed ones and confirmed */
	LEADERS_CLAIMS_EACH = 3, /* of one person */
};

enum leaders_result {
	LEADERS_DONE,
	LEADERS_SAME,
	LEADERS_NO_ROOM,
	LEADERS_BAD_JID,
	LEADERS_NOBODY, /* the list has no such address */
	LEADERS_NO_CLAIM,
	LEADERS_FULL,
	LEADERS_BEHIND,
};
/** A word ("not-found", ...; NULL of DONE) and a sentence for people. */
const char *leaders_result_word(enum leaders_result r);
const char *leaders_result_text(enum leaders_result r);

/** The list is now this: lines of "role TAB name TAB address", or NULL. What is
 *  no such line is left out. Hats come and go with it. */
enum leaders_result muc_leaders_set(struct muc *m, const char *room,
				    const char *lines);
/** jid says to be who has that address in the list. */
enum leaders_result muc_leaders_claim(struct muc *m, const char *room,
				      const char *jid, const char *address);
/** by knows that it is true. Also without a claim. */
enum leaders_result muc_leaders_confirm(struct muc *m, const char *room,
					const char *jid, const char *address,
					const char *by);
/** It is not, or no more: claim and confirmation end, and what came of them. */
enum leaders_result muc_leaders_deny(struct muc *m, const char *room,
				     const char *jid, const char *address,
				     const char *by);

/** Borrowed during the call. */
struct leader_view {
	const char *role;
	const char *name;
	const char *address;
	const char *jid;       /* or NULL: nobody claims to be them */
	const char *confirmed; /* by whom; NULL: a claim; "roster": listed so */
};
typedef void (*leader_view_fn)(void *owner, const struct leader_view *view);
bool muc_leaders_each(struct muc *m, const char *room, leader_view_fn fn,
		      void *owner);

/** Somebody registered with this address: a claim, if the list has it. True: it
 *  is new; the caller keeps the room. */
bool leaders_note(struct room *r, const char *jid, const char *address);
