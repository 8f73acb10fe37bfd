/* SPDX-License-Identifier: MIT */
/*
 * hat_list: who wears which hats in a room, by bare JID, whether they are there
 * or not.
 *
 * Thread: conference loop. Owner: embedded in struct room.
 */
#pragma once

#include "base/base.h"
#include "muc/affiliation.h"

enum {
	HAT_LIST_PERSON_MAX = 8, /* hats of one person */
	HAT_LIST_MAX = 1000,     /* of a room */
};

/** Who gives hats by the group's roster: "by" in the records. */
#define HAT_LIST_ROSTER "roster"

struct elem;
struct map;

/** One hat on one head. */
struct hat_worn {
	char *uri;      /* owned */
	char *title;    /* owned; as it was when it was given */
	bool of_roster; /* it goes when the roster says so */
};

struct hat_wearer {
	struct hat_worn worn[HAT_LIST_PERSON_MAX];
	size_t count;
};

struct hat_list {
	struct map *wearers; /* owned; bare JID -> struct hat_wearer; NULL while
			      * empty */
	size_t count;        /* hats worn */
};

void hat_list_init(struct hat_list *l);
void hat_list_fini(struct hat_list *l);

/** Borrowed, or NULL: they wear nothing. */
const struct hat_wearer *hat_list_find(const struct hat_list *l,
				       const char *jid);
bool hat_list_wears(const struct hat_list *l, const char *jid, const char *uri);
bool hat_list_is_full(const struct hat_list *l, const char *jid);
/** Put it on, or change its title; not when it is full. */
void hat_list_put(struct hat_list *l, const char *jid, const char *uri,
		  const char *title, bool of_roster);
/** Does a hat of theirs let them speak where newcomers may not? */
bool hat_list_gives_voice(const struct hat_list *l, const char *jid);
/** What is the most that their hats make of them? */
enum affiliation hat_list_rank(const struct hat_list *l, const char *jid);
/** Append <hats/> to a presence, if they wear any. own: the room's hats. */
void hat_list_add(const struct hat_list *l, const char *own, const char *jid,
		  struct elem *presence);
/** Lines of "URI TAB title", owned; NULL: none. */
char *hat_list_print(const struct hat_list *l, const char *jid);
/** Is the hat of the house with that short name among those that were so
 *  printed (or NULL)? */
bool hat_list_printed_has(const char *printed, const char *name);
/** False: it was not worn. */
bool hat_list_take(struct hat_list *l, const char *jid, const char *uri);
