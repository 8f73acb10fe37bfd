/* SPDX-License-Identifier: MIT */
/*
 * crowd: the load generator's users, the rooms they are in, and what they must
 * see there: every message once, in the room's order.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/** User u is u<u>@d<u % domains>.bench/r, known as n<u> in room r<u / size>. */
void crowd_init(const char *host, int users, int size, int domains);

void crowd_join(int user);
void crowd_leave(int user);
/** XEP-0045 #createroom-instant, by who made the room. */
void crowd_unlock(int user);
/** A line for all in the user's room; bytes: of its body. */
void crowd_say(int user, int bytes);
/** A page of the archive (XEP-0313), from the newest. */
void crowd_ask_archive(int user, int max);

/** A stanza for one of the users (peer_events). */
void crowd_see(int domain, const char *stanza, size_t len);
/** The one before, for somebody else of that domain: to begins with the
 *  address. */
void crowd_see_again(int domain, const char *stanza, size_t len,
		     const char *to);

/** One like it, from and to others. */
void crowd_see_alike(int domain, const char *stanza, size_t len,
		     const char *from, const char *to);
/** All are in: did each see everybody of the room come, once, and nobody go?
 *  Who did not is counted as wrong. */
void crowd_check_presences(void);

struct crowd_counts {
	uint64_t presences;   /* that came */
	uint64_t joined;      /* users who saw themselves come in */
	uint64_t left;        /* ... go */
	uint64_t gone;        /* presences of others who are out */
	uint64_t messages;    /* lines that came */
	uint64_t own;         /* ... to who said them */
	uint64_t wrong;       /* out of order, doubled, lost */
	uint64_t errors;      /* stanzas of type error */
	uint64_t results;     /* of questions */
	uint64_t pages;       /* messages of archive pages */
};
extern struct crowd_counts crowd;

/** Latencies of lines from now on: forgotten, and as ns at that share (0..1) of
 *  all. */
void crowd_forget_latencies(void);
int64_t crowd_latency(double share);
/** Lines of users of this domain do not count for latencies. */
void crowd_ignore_latency_of(int domain);
