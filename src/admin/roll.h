/* SPDX-License-Identifier: MIT */
/*
 * roll: which groups have rooms here because a list said so. Rooms that are
 * not in it were made by people.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct roll;
struct muc;
struct record;
struct record_group;

/** muc is borrowed: what changes is kept through it. */
struct roll *roll_new(struct muc *muc);
void roll_free(struct roll **r);
/** A RECORD_GROUP that the store kept; borrowed. */
void roll_restore(struct roll *r, const struct record *record);

/** Borrowed until the next change; NULL: there is none. The record's room is the
 *  group's, alive or retired. */
const struct record *roll_find(const struct roll *r, const char *key);
const struct record *roll_find_acronym(const struct roll *r,
				       const char *acronym);
const struct record *roll_find_room(const struct roll *r, const char *room);
typedef void (*roll_fn)(void *owner, const struct record *record);
/** fn changes nothing. */
void roll_each(const struct roll *r, roll_fn fn, void *owner);

/** The group has this room from now on; copies. */
void roll_put(struct roll *r, const char *room,
	      const struct record_group *group);
void roll_drop(struct roll *r, const char *key);
/** The room was retired, or deleted, by hand. */
void roll_note_retired(struct roll *r, const char *room, const char *successor);
void roll_note_deleted(struct roll *r, const char *room);
