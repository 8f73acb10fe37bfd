/* SPDX-License-Identifier: MIT */
/*
 * minutes_people: lists of people in the minutes, by name; and who said that
 * they are there, or are not: one entry for a person, which what they say later
 * completes.
 *
 * Pure. Thread: any; the owner's.
 */
#pragma once

#include "base/base.h"

struct map;
struct record_note;

struct minutes_person {
	char *name;  /* owned */
	char *about; /* owned, or NULL: what they want to say, or where
			    * they are from */
};

struct minutes_people {
	struct minutes_person *items; /* owned */
	size_t count;
};

void minutes_people_fini(struct minutes_people *p);
/** -1: nobody. */
int minutes_people_find(const struct minutes_people *p, const char *name);
/** Adds whom it has not yet. about: NULL leaves it as it was. */
void minutes_people_put(struct minutes_people *p, const char *name,
			const char *about);
void minutes_people_put_first(struct minutes_people *p, const char *name);
void minutes_people_rename(struct minutes_people *p, const char *from,
			   const char *to);
void minutes_people_drop(struct minutes_people *p, const char *name);

/** Whose word it was. */
struct attending {
	struct minutes_people *people; /* borrowed */
	struct map *own;   /* owned; bare JID -> struct own_entry */
	struct map *nicks; /* borrowed; nick -> owned bare JID */
};

/** nicks: filled by attending_note_nick(), in the order of the notes. */
void attending_init(struct attending *a, struct minutes_people *people,
		    struct map *nicks);
void attending_fini(struct attending *a);
/** Somebody came, or is called otherwise. */
void attending_note_nick(struct map *nicks, const struct record_note *n);
/** "present+" or "regrets+". */
void attending_take(struct attending *a, const struct record_note *n);
