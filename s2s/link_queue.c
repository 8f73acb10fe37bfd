/* SPDX-License-Identifier: MIT */
/*
 * link_queue: what waits to be sent on a link: how it comes, how it goes, and
 * when it is given up, because nothing is reached or too much waits.
 */
#include "s2s/link_part.h"

#include "base/log.h"
#include "s2s/outbound.h"
#include "s2s/policy.h"
#include "s2s/tally.h"
#include "xmpp/envelope.h"

/* ---- giving up ---- */

static void give_back_queue(struct link *l, enum cond_name why)
{
	struct envelope *e;

	while ((e = backlog_take(&l->backlog))) {
		counter_add(&tally.undelivered, 1);
		l->events->on_undelivered(l->owner, e, why);
	}
}

static void lose(struct link *l, enum cond_name why)
{
	backlog_disarm(&l->backlog);
	if (!l->is_lost) {
		l->is_lost = true;
		log_warn(LOG_S2S,
			 "%s: given up: %s, %zu envelopes "
			 "undelivered",
			 l->remote, cond_element(why), l->backlog.queue.count);
		counter_add(&tally.lost, 1);
		l->events->on_lost(l->owner, l->local, l->remote);
	}
	give_back_queue(l, why);
}

static void on_grace(void *owner)
{
	struct link *l = owner;

	if (!link_is_open(l) && !outq_is_empty(&l->backlog.queue))
		lose(l, l->why);
}

void link_arm_grace(struct link *l)
{
	if (link_is_open(l))
		return;
	backlog_arm(&l->backlog);
	if (!outq_is_empty(&l->backlog.queue))
		link_way_wanted(l);
}

void link_forbid(struct link *l)
{
	counter_add(&tally.forbidden, 1);
	lose(l, COND_REMOTE_SERVER_NOT_FOUND);
	inquiry_fail(&l->inquiry, COND_REMOTE_SERVER_NOT_FOUND);
}

static void overflow(struct link *l)
{
	lose(l, COND_RESOURCE_CONSTRAINT);
	if (l->state == LINK_READY) {
		link_drain(l, LINK_NEXT_FAIL);
		outbound_fail(l->stream, STREAM_COND_RESOURCE_CONSTRAINT);
	} else if (link_is_fed(l)) {
		l->events->on_release(l->owner, l->local, l->remote,
				      l->feed.stream, true);
	}
}

void link_fail_stuck(struct link *l)
{
	log_warn(LOG_S2S, "%s: takes nothing any more, %zu bytes wait",
		 l->remote,
		 l->backlog.queue.bytes + outbound_queued(l->stream));
	link_set_fault(l, "takes nothing any more");
	backlog_cut(&l->backlog);
	l->cause = COND_REMOTE_SERVER_TIMEOUT;
	link_drain(l, LINK_NEXT_FAIL);
	outbound_fail(l->stream, STREAM_COND_RESOURCE_CONSTRAINT);
	link_way_broke(l);
	link_arm_grace(l);
}

/* ---- bounds ---- */

/* Only while the stream is open: to open one the peer may have to ask us. */
void link_weigh(struct link *l)
{
	bool is_heavy =
		link_is_open(l) && backlog_is_heavy(&l->backlog, l->is_heavy);

	if (is_heavy == l->is_heavy)
		return;
	l->is_heavy = is_heavy;
	if (l->stream)
		outbound_hold(l->stream, is_heavy);
	l->events->on_heavy(l->owner, l->remote, is_heavy);
}

/* In the middle of its first attempt a link is as good as open: what waits is
 * the traffic of milliseconds. */
static bool is_over_bounds(const struct link *l)
{
	bool is_hopeful = l->failures == 0 && l->state != LINK_IDLE &&
			  l->state != LINK_BACKING_OFF;

	return backlog_is_over(&l->backlog, link_is_open(l) || is_hopeful);
}

/* ---- in and out ---- */

void link_add(struct link *l, struct envelope *owned)
{
	if (!policy_allows(l->place->policy, l->remote)) {
		backlog_add(&l->backlog, owned, false);
		link_forbid(l);
		return;
	}
	if (l->is_leaving || (l->is_lost && l->state == LINK_BACKING_OFF)) {
		counter_add(&tally.dropped, 1);
		envelope_free(&owned);
		return;
	}
	backlog_add(&l->backlog, owned, link_is_open(l));
	if (is_over_bounds(l)) {
		overflow(l);
		return;
	}
	if (link_is_fed(l))
		return;
	link_arm_grace(l);
	if (l->state == LINK_IDLE)
		link_begin(l);
	else if (l->state == LINK_VERIFYING)
		link_assert_if_wanted(l);
	else if (l->state == LINK_BACKING_OFF && l->backlog.queue.count == 1)
		link_recut_rest(l);
}

bool link_touch(struct link *l)
{
	bool was = l->is_touched;

	l->is_touched = true;
	return !was;
}

void link_pump(struct link *l)
{
	l->is_touched = false;
	if (link_is_fed(l))
		link_pump_feed(l);
	if (l->state != LINK_READY)
		return;
	if (backlog_pump(&l->backlog, l->stream, l->remote))
		l->used_at = link_now(l);
	link_weigh(l);
	if (l->is_leaving && outq_is_empty(&l->backlog.queue)) {
		link_drain(l, LINK_NEXT_IDLE);
		outbound_close(l->stream);
	}
}

void link_flush(struct link *l)
{
	if (l->state == LINK_READY)
		outbound_flush(l->stream);
}

void link_init_queue(struct link *l)
{
	backlog_init(&l->backlog, l->place, on_grace, l);
}
