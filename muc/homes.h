/* SPDX-License-Identifier: MIT */
/*
 * homes: the domains whose people are in our rooms. The links are told which
 * these are, so that a way to them is kept; and one that was silent for long is
 * asked for a sign of life (XEP-0199), so that a server which vanished without a
 * word is noticed. Silence alone removes nobody: what cannot be delivered does.
 *
 * Thread: conference loop. Owner: embedded in struct site.
 */
#pragma once

#include "base/base.h"

struct home;
struct map;
struct site;
struct stanza;

struct homes {
	struct map *homes;    /* owned; "remote local" -> struct home */
	int64_t ping_after;   /* ms of silence; 0 = never */
	int64_t ping_timeout; /* ms for the answer */
};

void homes_init(struct homes *h, int64_t ping_after, int64_t ping_timeout);
void homes_fini(struct homes *h);

/** A session of remote is in a room of local, or is no more. Its home is borrowed
 *  for as long. */
struct home *homes_enter(struct homes *h, const char *local,
			 const char *remote, int64_t now);
void homes_leave(struct homes *h, const char *local, const char *remote);
/** Does remote take care that what is said of an account in directed presence
 *  is its own word (XEP-0489 #spoofing)? False while that is not known. */
bool homes_is_vouching(const struct homes *h, const char *local,
		       const char *remote);
/** Ask it, if that is not known and was not asked just now. */
void homes_ask_voucher(struct homes *h, struct site *site, const char *local,
		       const char *remote);
/** Is this the answer? Then it is known from now on. */
bool homes_take_voucher(struct homes *h, const struct stanza *s);
/** When anything came from there, ms; 0: nobody of it is in a room. */
int64_t homes_heard(const struct homes *h, const char *local,
		    const char *remote);
/** Its stream broke: ask it now, so that a new one is tried. */
void homes_doubt(struct homes *h, struct site *site, const char *local,
		 const char *remote);
/** Anything came from there. */
void home_hear(struct home *home, int64_t now);
void homes_hear(struct homes *h, const char *local, const char *remote,
		int64_t now);
/** Tell the links what has changed, and ask who is due. */
void homes_tick(struct homes *h, struct site *site);
