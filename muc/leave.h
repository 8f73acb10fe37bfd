/* SPDX-License-Identifier: MIT */
/*
 * leave: going out of a room (XEP-0045 #exit), or being taken out of it.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct act;
struct occupant;
struct presence_note;
struct room;
struct session;

/** An occupant's unavailable presence. */
void leave_exit(struct act *a);
/** Take out one session, which is freed. */
void leave_remove(struct room *r, struct session *s,
		  const struct presence_note *note);
/** Take out an occupant with all its sessions; both are freed. */
void leave_remove_occupant(struct room *r, struct occupant *o,
			   const struct presence_note *note);
/** Take out all sessions of a remote domain, NULL = all; returns how many. */
size_t leave_remove_domain(struct room *r, const char *domain,
			   const struct presence_note *note);
/** A temporary room ends with its last occupant (XEP-0045 #exit), and so does
 *  one whose maker went before it was configured. */
void leave_check_empty(struct room *r);
