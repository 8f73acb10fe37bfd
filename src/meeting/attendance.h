/* SPDX-License-Identifier: MIT */
/*
 * attendance: who was at a session, and how long (M9): for its chairs alone,
 * made of the notes about who came and went and what people said of themselves.
 *
 * Pure. Thread: any; the owner's.
 */
#pragma once

#include "base/base.h"
#include "store/record.h"

struct attendee {
	char *jid;         /* owned; bare JID; NULL: was only named */
	char *nick;        /* owned; the last one, or NULL */
	char *name;        /* owned; what they call themselves, or NULL */
	char *affiliation; /* owned, or NULL */
	bool by_nick;      /* that name is only a nick */
	int64_t came;      /* ms; the first time, or when they were named */
	int64_t went;      /* ms; the last time */
	int64_t since;     /* ms; is there since then; 0: is not there */
	int64_t time;      /* ms in the room */
};

struct map;

struct attendance {
	struct attendee *items; /* owned; in order of coming */
	size_t count;
	struct map *void_lines; /* owned; stanza-id -> when it was taken back */
};

void attendance_init(struct attendance *a);
void attendance_fini(struct attendance *a);
/** A note of the session; the others are ignored. at: ms since epoch. What was
 *  taken back is to be told before the rest. */
void attendance_take(struct attendance *a, const struct record_note *n,
		     int64_t at);
/** The session ended then, or it is so late now: who is there has been until
 *  then. */
void attendance_end(struct attendance *a, int64_t at);
