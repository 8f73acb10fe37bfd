/* SPDX-License-Identifier: MIT */
/*
 * link_attempt: the rounds of attempts to reach remote: when one begins, how it
 * goes on from address to address, and how long it rests after it failed.
 */
#include "s2s/link_part.h"

#include <inttypes.h>

#include "base/log.h"
#include "loop/timer.h"
#include "s2s/backoff.h"
#include "s2s/outbound.h"

void link_begin(struct link *l)
{
	require(!l->stream && !l->is_leaving);
	if (!fare_pay(&l->fare, l->remote, !outq_is_empty(&l->backlog.queue)))
		return; /* link_tick() tries again */
	link_enter(l, LINK_REACHING);
	l->cause = COND_REMOTE_SERVER_TIMEOUT;
	timer_start(l->deadline, l->place->settings->negotiate_timeout);
	if (l->remote_ascii) {
		round_begin(&l->round, l->remote_ascii);
		return;
	}
	l->cause = COND_REMOTE_SERVER_NOT_FOUND;
	link_fail_round(l);
}

void link_reach_next(struct link *l)
{
	link_enter(l, LINK_REACHING);
	round_go_on(&l->round);
}

/* ---- back-off ---- */

/* While a queue lives its grace must see at least one more round. */
static int64_t cut_to_grace(const struct link *l, int64_t rest)
{
	if (outq_is_empty(&l->backlog.queue))
		return rest;
	return backoff_cut(rest, backlog_grace_left(&l->backlog));
}

void link_back_off(struct link *l, int64_t rest)
{
	link_enter(l, LINK_BACKING_OFF);
	l->rest_until = link_now(l) + rest;
	timer_start(l->deadline, rest);
}

void link_recut_rest(struct link *l)
{
	int64_t left = l->rest_until - link_now(l);

	link_back_off(l, cut_to_grace(l, left > 0 ? left : 0));
}

void link_settle_idle(struct link *l)
{
	link_enter(l, LINK_IDLE);
	timer_stop(l->deadline);
	l->used_at = link_now(l);
	if (link_is_wanted(l))
		link_begin(l);
	else
		l->events->on_quiet(l->owner);
}

void link_fail_round(struct link *l)
{
	int64_t rest;

	l->failures++;
	l->why = l->cause;
	l->failed_at = link_now(l);
	inquiry_fail(&l->inquiry, l->why);
	if (l->is_lost)
		backlog_drop(&l->backlog);
	rest = cut_to_grace(l, backoff_rest(l->failures));
	log_info(LOG_S2S,
		 "%s: not reached (%s, %u times), next try in %" PRId64 " s",
		 l->remote, cond_element(l->why), l->failures,
		 (rest + 500) / 1000);
	link_back_off(l, rest);
	link_way_failed(l);
}

/* ---- events ---- */

static void on_connected(void *owner, int owned_fd,
			 const struct route_place *at)
{
	struct link *l = owner;

	link_enter(l, LINK_NEGOTIATING);
	if (!link_open_stream(l, owned_fd, at))
		link_reach_next(l);
}

static void on_exhausted(void *owner, enum cond_name why, const char *text)
{
	struct link *l = owner;

	if (text) {
		link_set_fault(l, text);
		log_info(LOG_S2S, "%s: no connection: %s", l->remote, text);
	}
	/* what a server said of itself weighs more than its other addresses */
	if (l->cause == COND_REMOTE_SERVER_TIMEOUT)
		l->cause = why;
	link_fail_round(l);
}

static const struct round_events round_events = {
	.on_connected = on_connected,
	.on_exhausted = on_exhausted,
};

static void on_deadline(void *owner)
{
	struct link *l = owner;

	if (l->state == LINK_BACKING_OFF) {
		link_settle_idle(l);
		return;
	}
	link_set_fault(l, "no answer in time");
	log_info(LOG_S2S, "%s: gave up the attempt: %s", l->remote, l->fault);
	round_cancel(&l->round);
	if (l->stream) {
		link_drain(l, LINK_NEXT_FAIL);
		outbound_fail(l->stream, STREAM_COND_CONNECTION_TIMEOUT);
	} else {
		link_fail_round(l);
	}
}

void link_init_attempts(struct link *l)
{
	round_init(&l->round, l->place, &round_events, l);
	l->deadline = timer_new(l->place->loop, on_deadline, l);
}
