/* SPDX-License-Identifier: MIT */
/*
 * leave: going out of a room (XEP-0045 #exit), or being taken out of it.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"
#include "base/list.h"

struct act;
struct occupant;
struct presence_note;
struct room;
struct session;

/** Out of the roster, not yet freed. Their presences are sent when all who go
 *  together are out, so that they are not told of each other. */
struct leave_party {
	struct list sessions;
	struct list occupants;
};

void leave_party_init(struct leave_party *party);
bool leave_party_is_empty(const struct leave_party *party);
/** Take out an occupant with all sessions; what is sent from now on waits for
 *  the records of it. */
void leave_take_out(struct room *r, struct occupant *o,
		    struct leave_party *party);
/** Tell them and the others, and free them. Twice is harmless. */
void leave_see_off(struct room *r, struct leave_party *party,
		   const struct presence_note *note);

/** An occupant's unavailable presence. */
void leave_exit(struct act *a);
/** Take out one session, which is freed. */
void leave_remove(struct room *r, struct session *s,
		  const struct presence_note *note);
/** Take out at most max sessions of a remote domain that was lost at that time,
 *  and not heard of since; returns how many. */
size_t leave_remove_lost(struct room *r, const char *domain, int64_t at,
			 size_t max, const struct presence_note *note);
/** Take out all sessions of a remote domain, NULL = all; returns how many. */
size_t leave_remove_domain(struct room *r, const char *domain,
			   const struct presence_note *note);
/** A temporary room ends with its last occupant (XEP-0045 #exit), and so does
 *  one whose maker went before it was configured. */
void leave_check_empty(struct room *r);
