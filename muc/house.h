/* SPDX-License-Identifier: MIT */
/*
 * house: the rooms of all domains in one table, how one comes into it, changes
 * and ends. What the files above one room share; others see muc.h.
 *
 * Thread: conference loop.
 */
#pragma once

#include "muc/losses.h"
#include "muc/muc.h"
#include "muc/site.h"

/* Every domain has a room of this name. */
#define HOUSE_STANDING_ROOM "hallway"

struct act;
struct jid;
struct list;
struct map;
struct room;
struct room_config;

struct muc {
	struct site site;
	enum muc_create create;
	struct map *create_domains; /* owned; domain -> anything */
	size_t max_rooms;
	size_t max_per_creator;
	int64_t keep_tombstones;    /* ms */
	struct map *rooms;          /* owned; bare JID -> struct room */
	struct map *domains;        /* owned; domain -> struct directory */
	struct losses losses;
};

/** A new room, owned by the table; nobody has that address. */
struct room *house_add_room(struct muc *m, const struct jid *jid,
			    int64_t created);
/** Into the directory or out of it, as the room is configured. */
void house_list_room(struct muc *m, struct room *r);
/** Take the room out; what waited for it finds no room, or the tombstone (taken)
 *  if that is not NULL. */
void house_end_room(struct muc *m, struct room *r,
		    struct room_config *tombstone);
/** After anything that may have sent, changed or ended a room. */
void house_finish(struct muc *m, struct room *r);

/** Deliver what waited for a room, whether it is there or not; empties the
 *  line. */
void house_deliver_waiting(struct muc *m, struct list *waiting);
/** The room does what the act's stanza, which has come now, asks of it. */
void house_deliver_to_room(struct act *a);
