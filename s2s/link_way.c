/* SPDX-License-Identifier: MIT */
/*
 * link_way: whether remote can be reached at this moment, for those who have to
 * tell people soon: long before the grace is over, and without anything given
 * up. A link that nobody needs says nothing.
 */
#include "s2s/link_part.h"

#include "base/log.h"
#include "loop/timer.h"
#include "s2s/outbound.h"

#define PATIENCE     3000 /* ms until a new stream is open */
#define ACK_PATIENCE 5000 /* ms until what was sent is acknowledged */

static void tell(struct link *l, enum s2s_way way)
{
	l->way = way;
	if (l->events->on_way)
		l->events->on_way(l->owner, l->local, l->remote, way);
}

static void tell_down(struct link *l)
{
	timer_stop(l->patience);
	if (l->way == S2S_WAY_DOWN || l->is_leaving)
		return;
	log_info(LOG_S2S, "%s: cannot be reached at present", l->remote);
	tell(l, S2S_WAY_DOWN);
}

void link_way_expired(void *owner)
{
	struct link *l = owner;

	if (!l->is_attended || link_is_open(l))
		return;
	/* nobody tries to reach it: nothing is known */
	if (l->state == LINK_IDLE && outq_is_empty(&l->backlog.queue))
		l->way = S2S_WAY_UP;
	else
		tell_down(l);
}

/* A stream that was closed by a side that did not need it is not missed. */
void link_way_broke(struct link *l)
{
	if (!l->is_attended || l->is_leaving || l->way != S2S_WAY_UP)
		return;
	tell(l, S2S_WAY_BROKEN);
	timer_start(l->patience, PATIENCE);
}

void link_way_failed(struct link *l)
{
	if (l->is_attended)
		tell_down(l);
}

/* Something waits for a stream. */
void link_way_wanted(struct link *l)
{
	if (l->is_attended && l->way == S2S_WAY_UP &&
	    !timer_is_running(l->patience))
		timer_start(l->patience, PATIENCE);
}

void link_way_open(struct link *l)
{
	enum s2s_way was = l->way;

	timer_stop(l->patience);
	l->acked_at = link_now(l);
	l->way = S2S_WAY_UP;
	if (was == S2S_WAY_DOWN)
		tell(l, S2S_WAY_UP);
}

void link_way_acked(struct link *l)
{
	if (l->state == LINK_READY)
		link_way_open(l);
}

/* An open stream leads nowhere when what was sent is not acknowledged: by the
 * peer (XEP-0198), or even by its kernel. */
static bool is_stuck(const struct link *l, int64_t now)
{
	return now - l->acked_at >= ACK_PATIENCE ||
	       outbound_is_stalled(l->stream);
}

void link_way_tick(struct link *l, int64_t now)
{
	if (l->state != LINK_READY)
		return;
	if (!outbound_has_acks(l->stream) || !outbound_unacked(l->stream))
		l->acked_at = now;
	if (is_stuck(l, now))
		link_way_failed(l);
	else if (l->way == S2S_WAY_DOWN)
		link_way_open(l);
}
