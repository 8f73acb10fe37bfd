/* SPDX-License-Identifier: MIT */
/*
 * link_feed: the streams of theirs that a link may send through (XEP-0288).
 */
#include "s2s/link_part.h"

#include "base/buf.h"
#include "base/log.h"

static void release(struct link *l, uint64_t stream)
{
	if (stream)
		l->events->on_release(l->owner, l->local, l->remote, stream,
				      false);
}

void link_release_feed(struct link *l)
{
	struct feed feed = l->feed;

	l->feed = (struct feed){ 0 };
	release(l, feed.stream);
	release(l, feed.spare);
	l->events->on_quiet(l->owner);
}

/* One portion is under way at a time. */
void link_pump_feed(struct link *l)
{
	struct feed_portion portion = { .stream = l->feed.stream };
	struct buf data;

	buf_init(&data);
	portion.data = &data;
	if (!l->feed.is_under_way &&
	    backlog_fill(&l->backlog, &portion, l->feed.max_bytes, l->remote)) {
		portion.serial = ++l->feed.serial;
		l->feed.is_under_way = true;
		l->used_at = link_now(l);
		l->events->on_portion(l->owner, l->local, l->remote, &portion);
	}
	buf_fini(&data);
	link_weigh(l);
	if (l->is_leaving && outq_is_empty(&l->backlog.queue))
		link_release_feed(l);
}

void link_feed(struct link *l, uint64_t stream, size_t max_bytes)
{
	if (l->is_leaving || !policy_allows(l->place->policy, l->remote)) {
		release(l, stream);
		return;
	}
	release(l, feed_add(&l->feed, stream, max_bytes));
	l->is_lost = false;
	l->failures = 0;
	if (!link_is_fed(l))
		return;
	log_info(LOG_S2S, "%s: reached from %s on its own stream", l->remote,
		 l->local);
	backlog_disarm(&l->backlog);
	link_way_open(l);
	if (l->state == LINK_REACHING && inquiry_is_empty(&l->inquiry)) {
		round_cancel(&l->round);
		link_settle_idle(l);
	} else if (l->state == LINK_BACKING_OFF) {
		link_settle_idle(l);
	}
	link_pump(l);
}

void link_take_fed(struct link *l, uint64_t stream, uint32_t serial)
{
	if (!feed_take_drained(&l->feed, stream, serial))
		return;
	backlog_release(&l->backlog, l->backlog.queue.kept);
	link_pump(l);
}

static void go_another_way(struct link *l)
{
	if (link_is_fed(l)) {
		link_pump(l);
		return;
	}
	if (l->state == LINK_IDLE)
		link_settle_idle(l);
	else if (l->state == LINK_VERIFYING)
		link_assert_if_wanted(l);
	else if (l->state == LINK_BACKING_OFF)
		link_recut_rest(l);
	link_arm_grace(l);
}

void link_unfeed(struct link *l, uint64_t stream, uint32_t serial)
{
	bool was_fed = link_is_fed(l) && l->feed.stream == stream;

	switch (feed_remove(&l->feed, stream, serial)) {
	case FEED_GAP_SENT:
		backlog_release(&l->backlog, l->backlog.queue.kept);
		break;
	case FEED_GAP_UNSENT:
		outq_rewind(&l->backlog.queue, false);
		break;
	case FEED_GAP_NONE:
		break;
	}
	if (!was_fed)
		return;
	link_weigh(l);
	backlog_cut(&l->backlog);
	if (!link_is_fed(l))
		link_way_broke(l);
	go_another_way(l);
}
