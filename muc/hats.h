/* SPDX-License-Identifier: MIT */
/*
 * hats: giving people hats in a room and taking them off again, by command
 * (XEP-0317). Whether who asks may do so is the caller's to decide:
 * hats_gives_rank() tells of a hat what comes with it.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"
#include "muc/affiliation.h"

struct muc;

enum hats_result {
	HATS_DONE,
	HATS_SAME, /* worn already, or not worn: nothing changed */
	HATS_NO_ROOM,
	HATS_NO_HAT,    /* the room knows no such hat */
	HATS_BAD_JID,   /* no bare JID of a person */
	HATS_BAD_HAT,   /* no fit URI, title or hue, or one of the house's */
	HATS_FULL,      /* too many hats, or wearers */
	HATS_NOBODY,    /* nobody of that nick is there */
	HATS_NOT_YOURS, /* not worn by who would pass it on, or it gives rank */
	HATS_BEHIND,    /* the store is behind: ask again */
};
/** A word ("not-found", ...) and a sentence for people. */
const char *hats_result_word(enum hats_result r);
const char *hats_result_text(enum hats_result r);

/** A hat of the room, or one that somebody wears. Borrowed during the call. */
struct hat_view {
	const char *uri;
	const char *name; /* short ("scribe"); NULL: not of the house */
	const char *title;
	const char *hue; /* degrees as text, or NULL */
	const char *jid; /* the wearer; NULL: the hat itself */
	bool of_roster;  /* it came of the list of the group's leaders */
};
typedef void (*hat_view_fn)(void *owner, const struct hat_view *view);

/** hat: URI, or the short name of one of the house ("chair", "scribe", ...).
 *  room, jid: bare JIDs as typed. by: bare JID of who did it, or "control",
 *  "roster". A hat that gives a rank makes its wearer that, when less. */
enum hats_result muc_hat_give(struct muc *m, const char *room, const char *jid,
			      const char *hat, const char *by);
enum hats_result muc_hat_take(struct muc *m, const char *room, const char *jid,
			      const char *hat, const char *by);
/** Whoever wears a hat that gives no rank hands it to an occupant. from: their
 *  bare JID. */
enum hats_result muc_hat_pass(struct muc *m, const char *room, const char *from,
			      const char *nick, const char *hat);
/** Define a hat of this room, or change its title and hue (or NULL). */
enum hats_result muc_hat_make(struct muc *m, const char *room, const char *uri,
			      const char *title, const char *hue,
			      const char *by);
/** Nobody wears it any more; those of the house stay. */
enum hats_result muc_hat_destroy(struct muc *m, const char *room,
				 const char *hat, const char *by);
/** The hats that may be given in the room; false: no such room. */
bool muc_hats_each(struct muc *m, const char *room, hat_view_fn fn,
		   void *owner);
/** Those that are given, with their wearers. */
bool muc_hats_worn(struct muc *m, const char *room, hat_view_fn fn,
		   void *owner);
/** The least that the wearer of the hat is to the room: NONE, or ADMIN. */
enum affiliation hats_gives_rank(const char *hat);
