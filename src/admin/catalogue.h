/* SPDX-License-Identifier: MIT */
/*
 * catalogue: which groups have rooms here because a list said so. Rooms that are
 * not in it were made by people.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct catalogue;
struct muc;
struct record;
struct record_group;

/** muc is borrowed: what changes is kept through it. */
struct catalogue *catalogue_new(struct muc *muc);
void catalogue_free(struct catalogue **c);
/** A RECORD_GROUP that the store kept; borrowed. */
void catalogue_restore(struct catalogue *c, const struct record *record);

/** Borrowed until the next change; NULL: there is none. The record's room is the
 *  group's, alive or retired. */
const struct record *catalogue_find(const struct catalogue *c, const char *key);
const struct record *catalogue_find_acronym(const struct catalogue *c,
					    const char *acronym);
const struct record *catalogue_find_room(const struct catalogue *c,
					 const char *room);
size_t catalogue_count(const struct catalogue *c);
typedef void (*catalogue_fn)(void *owner, const struct record *record);
/** fn changes nothing. */
void catalogue_each(const struct catalogue *c, catalogue_fn fn, void *owner);

/** The group has this room from now on; copies. */
void catalogue_put(struct catalogue *c, const char *room,
		   const struct record_group *group);
void catalogue_drop(struct catalogue *c, const char *key);
/** The room was retired, or deleted, by hand. */
void catalogue_note_retired(struct catalogue *c, const char *room,
			    const char *successor);
void catalogue_note_deleted(struct catalogue *c, const char *room);
