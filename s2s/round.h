/* SPDX-License-Identifier: MIT */
/*
 * round: one try to reach a remote domain - its addresses by DNS, then
 * connections to them (s2s/route), until the link is content with one or none is
 * left.
 *
 * Owner: embedded in the link. Thread: the link's loop's.
 */
#pragma once

#include "base/base.h"
#include "s2s/route.h"
#include "xmpp/cond.h"

struct dial;
struct place;
struct target_search;

struct round_events {
	/** Takes the connected socket; at: to where. */
	void (*on_connected)(void *owner, int owned_fd,
			     const struct route_place *at);
	/** No address is left. why: COND_REMOTE_SERVER_NOT_FOUND when DNS says
	 *  that there is no server, COND_REMOTE_SERVER_TIMEOUT else. text may be NULL. */
	void (*on_exhausted)(void *owner, enum cond_name why, const char *text);
};

enum round_state {
	ROUND_RESTING, /* not begun, or a connection is the link's */
	ROUND_RESOLVING,
	ROUND_CONNECTING,
};

struct round {
	const struct place *place; /* borrowed */
	const struct round_events *events;
	void *owner;
	enum round_state state;
	struct target_search *search; /* RESOLVING */
	struct dial *dial;            /* CONNECTING */
	struct route route;           /* what is left to be tried */
	struct addr at;               /* of the last connection */
	size_t last;                  /* its place in the route */
	bool repeats;                 /* round_repeat() was called */
};

void round_init(struct round *r, const struct place *place,
		const struct round_events *events, void *owner);
/** Only while it rests. */
void round_fini(struct round *r);
/** Begin anew. domain in A-labels. No answer before this has returned. */
void round_begin(struct round *r, const char *domain);
/** The last connection was no good: that is remembered for other rounds, too.
 *  Go on with what is left. May answer on_exhausted before it returns. */
void round_go_on(struct round *r);
/** The last connection is good. */
void round_succeed(struct round *r);
/** Let round_go_on() call the same place once more: it did not fail. */
void round_repeat(struct round *r);
/** No answer comes any more. */
void round_cancel(struct round *r);
