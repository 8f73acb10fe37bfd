/* SPDX-License-Identifier: MIT */
/*
 * link_part: what the files of a link share: link.c (its life, and what others
 * decide), link_queue.c (what waits to be sent), link_ask.c (what waits to be
 * verified), link_attempt.c (how remote is reached), link_stream.c (its own
 * stream), link_feed.c (the streams of theirs that it may use), link_way.c
 * (whether remote can be reached now) and link_report.c (what it tells of
 * itself). Nobody else includes it.
 *
 * Thread: its loop's.
 */
#pragma once

#include "base/base.h"
#include "base/throttle.h"
#include "loop/loop.h"
#include "s2s/backlog.h"
#include "s2s/fare.h"
#include "s2s/feed.h"
#include "s2s/inquiry.h"
#include "s2s/link.h"
#include "s2s/place.h"
#include "s2s/round.h"

struct outbound;
struct route_place;
struct timer;

enum link_state {
	LINK_IDLE,
	LINK_REACHING,    /* DNS and TCP: a round */
	LINK_NEGOTIATING, /* a stream not yet of use, or our domain asserted */
	LINK_VERIFYING,   /* a stream over TLS, so far only for db:verify */
	LINK_READY,       /* stanzas flow */
	LINK_DRAINING,    /* the stream closes; then comes `next` */
	LINK_BACKING_OFF,
};

/* What comes when the old stream is closed: never two at a time, or the order
 * of a room's messages would be anybody's guess. */
enum link_next {
	LINK_NEXT_IDLE,   /* begin again only if something waits */
	LINK_NEXT_TARGET, /* try the next address */
	LINK_NEXT_FAIL,   /* the round failed */
};

struct link {
	const struct place *place; /* borrowed */
	const struct link_events *events;
	void *owner;
	char *local;        /* owned; ours */
	char *remote;       /* owned */
	char *local_ascii;  /* owned; A-labels */
	char *remote_ascii; /* owned, or NULL: no name that DNS could have */
	enum link_state state;
	enum link_next next;
	struct backlog backlog;
	struct inquiry inquiry;
	struct fare fare;
	struct feed feed;
	struct round round;
	struct outbound *stream; /* NEGOTIATING, VERIFYING, READY, DRAINING */
	struct timer *deadline;  /* of the attempt, or of the back-off */
	unsigned failures;       /* rounds in a row */
	enum cond_name cause;    /* why this round is going to fail */
	enum cond_name why;      /* the last one failed */
	int64_t failed_at;
	int64_t rest_until; /* of BACKING_OFF */
	int64_t opened_at;
	int64_t used_at;
	char *fault; /* owned; the last one, in words, or NULL */
	int64_t fault_at;
	int64_t changed_at;      /* when state was entered */
	struct timer *patience;  /* with a way that is not open */
	enum s2s_way way;        /* as it was told last; UP at first */
	int64_t acked_at;        /* when all that was sent was, or some more */
	bool is_asserted;        /* our domain, on the stream that there is */
	bool is_attended;        /* its people are in rooms */
	bool is_lost;            /* told on_lost, not reached since */
	bool is_heavy;           /* told on_heavy */
	bool is_touched;         /* link_touch() */
	bool is_leaving;         /* link_close() */
	struct throttle retries; /* rounds that only questions asked for */
};

static inline int64_t link_now(const struct link *l)
{
	return loop_now(l->place->loop);
}

/** It sends through their stream, unless one of ours is open, or about to be:
 *  all goes one way, and another only when the one is closed. */
static inline bool link_is_fed(const struct link *l)
{
	return l->feed.stream && !l->is_asserted;
}

/** One way or the other. */
static inline bool link_is_open(const struct link *l)
{
	return l->state == LINK_READY || link_is_fed(l);
}

/* ---- link.c ---- */

void link_enter(struct link *l, enum link_state state);
/** The stream is being closed. */
void link_drain(struct link *l, enum link_next next);
/** Something waits that a stream of ours is needed for. */
bool link_is_wanted(const struct link *l);

/* ---- link_queue.c ---- */

void link_init_queue(struct link *l);
/** While it is not open, what waits does so within the grace. */
void link_arm_grace(struct link *l);
/** Tells when much waits, or no more. */
void link_weigh(struct link *l);
/** Nothing goes there, and nobody there is in a room of ours. */
void link_forbid(struct link *l);
/** The open stream makes no progress. */
void link_fail_stuck(struct link *l);

/* ---- link_ask.c ---- */

void link_init_asking(struct link *l);
/** On the stream that there is, as far as it takes them. */
void link_send_questions(struct link *l);

/* ---- link_attempt.c ---- */

void link_init_attempts(struct link *l);
/** Begin a round, if it may. */
void link_begin(struct link *l);
/** On with the next address. */
void link_reach_next(struct link *l);
/** The round has failed, and rests. */
void link_fail_round(struct link *l);
/** Rest so many ms. */
void link_back_off(struct link *l, int64_t rest);
/** Something waits now that did not when the rest began. */
void link_recut_rest(struct link *l);
/** Nothing is under way: begin if something waits. */
void link_settle_idle(struct link *l);

/* ---- link_stream.c ---- */

/** False: the socket is of no use. */
HW_MUST_USE bool link_open_stream(struct link *l, int owned_fd,
				  const struct route_place *at);
/** Assert our domain on the stream that there is, if something waits. */
void link_assert_if_wanted(struct link *l);
/** By the certificate that was shown. */
bool link_may_trust(const struct link *l);
/** When we were not believed, and no question is under way any more. */
void link_close_when_answered(struct link *l);

/* ---- link_way.c ---- */

void link_way_expired(void *owner);
/** An open stream was lost. */
void link_way_broke(struct link *l);
/** A round failed. */
void link_way_failed(struct link *l);
/** Something waits, and no stream is open. */
void link_way_wanted(struct link *l);
void link_way_open(struct link *l);
void link_way_acked(struct link *l);
void link_way_tick(struct link *l, int64_t now);

/* ---- link_feed.c ---- */

/** Give their stream the next portion, if it has none. */
void link_pump_feed(struct link *l);
/** Use no stream of theirs any more. */
void link_release_feed(struct link *l);

/* ---- link_report.c ---- */

/** What went wrong, for the operator who looks later. */
void link_set_fault(struct link *l, const char *text);
