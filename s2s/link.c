/* SPDX-License-Identifier: MIT */
#include "s2s/link_part.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/idna.h"
#include "loop/timer.h"
#include "s2s/outbound.h"
#include "s2s/policy.h"

#define VERIFY_LINGER 10000   /* ms that a stream only for verifying stays */
#define LOST_MEMORY   3600000 /* ms that a lost link is remembered */

void link_enter(struct link *l, enum link_state state)
{
	if (l->state != state)
		l->changed_at = link_now(l);
	l->state = state;
	if (state != LINK_REACHING && state != LINK_NEGOTIATING)
		fare_give_back(&l->fare);
}

void link_drain(struct link *l, enum link_next next)
{
	link_enter(l, LINK_DRAINING);
	link_weigh(l);
	l->next = next;
	if (next != LINK_NEXT_TARGET) /* else the attempt goes on */
		timer_stop(l->deadline);
}

bool link_is_wanted(const struct link *l)
{
	return !l->is_leaving &&
	       ((!outq_is_empty(&l->backlog.queue) && !link_is_fed(l)) ||
		!inquiry_is_empty(&l->inquiry));
}

bool link_is_over(const struct link *l)
{
	if (l->state != LINK_IDLE)
		return false;
	if (l->feed.stream)
		return false;
	if (l->is_leaving)
		return true;
	return !link_is_wanted(l) && !l->is_attended &&
	       (!l->is_lost || link_now(l) - l->failed_at >= LOST_MEMORY);
}

/* ---- what others decide ---- */

void link_pause(struct link *l, bool on)
{
	if (l->stream)
		outbound_pause(l->stream, on);
}

void link_retire(struct link *l)
{
	if (l->stream)
		outbound_retire(l->stream);
}

void link_attend(struct link *l, bool on)
{
	l->is_attended = on;
	l->used_at = link_now(l);
}

/* A way that leads nowhere is given up, whoever opened it. */
void link_doubt(struct link *l)
{
	if (link_is_fed(l)) {
		log_info(LOG_S2S,
			 "%s: does not answer on its stream, which "
			 "is closed",
			 l->remote);
		l->events->on_release(l->owner, l->local, l->remote,
				      l->feed.stream, true);
		return;
	}
	if (l->state != LINK_READY)
		return;
	log_info(LOG_S2S, "%s: does not answer; its stream is closed",
		 l->remote);
	link_set_fault(l, "did not answer a ping");
	backlog_cut(&l->backlog);
	link_drain(l, LINK_NEXT_IDLE);
	outbound_close(l->stream);
	link_way_broke(l);
}

void link_revive(struct link *l)
{
	l->failures = 0;
	l->is_lost = false;
	if (l->state == LINK_BACKING_OFF)
		link_settle_idle(l);
}

/* What is under way ends as if it had failed, without a next time. */
static void stop(struct link *l)
{
	round_cancel(&l->round);
	if (!l->stream) {
		link_settle_idle(l);
	} else if (l->state != LINK_DRAINING) {
		link_drain(l, LINK_NEXT_IDLE);
		outbound_fail(l->stream, STREAM_COND_POLICY_VIOLATION);
	}
}

void link_review(struct link *l)
{
	if (l->is_leaving)
		return;
	if (!policy_allows(l->place->policy, l->remote)) {
		link_forbid(l);
		stop(l);
	} else if ((l->state == LINK_READY || l->state == LINK_VERIFYING) &&
		   !link_may_trust(l)) {
		stop(l);
	}
}

/* ---- life ---- */

struct link *link_new(const struct place *place, const char *local,
		      const char *remote, const struct link_events *events,
		      void *owner)
{
	struct link *l = mem_new(struct link);

	l->place = place;
	l->events = events;
	l->owner = owner;
	l->local = str_dup(local);
	l->remote = str_dup(remote);
	l->local_ascii = idna_to_ascii(local);
	if (!idna_is_address(remote))
		l->remote_ascii = idna_to_ascii(remote);
	l->state = LINK_IDLE;
	l->cause = l->why = COND_REMOTE_SERVER_TIMEOUT;
	l->changed_at = l->used_at = link_now(l);
	l->fare.place = place;
	link_init_queue(l);
	link_init_asking(l);
	link_init_attempts(l);
	l->patience = timer_new(place->loop, link_way_expired, l);
	return l;
}

void link_free(struct link **l)
{
	struct link *dead = *l;

	if (!dead)
		return;
	require(!dead->stream);
	round_fini(&dead->round);
	backlog_fini(&dead->backlog);
	inquiry_fini(&dead->inquiry);
	timer_free(&dead->deadline);
	timer_free(&dead->patience);
	mem_free(&dead->fault);
	mem_free(&dead->local);
	mem_free(&dead->remote);
	mem_free(&dead->local_ascii);
	mem_free(&dead->remote_ascii);
	mem_free(l);
}

static void close_unused(struct link *l)
{
	link_drain(l, LINK_NEXT_IDLE);
	log_debug(LOG_S2S, "%s: stream out closed, nobody needs it", l->remote);
	outbound_close(l->stream);
}

void link_tick(struct link *l, int64_t now)
{
	int64_t unused = now - l->used_at;

	link_way_tick(l, now);
	if (l->state == LINK_READY &&
	    backlog_is_stuck(&l->backlog, l->stream, now)) {
		link_fail_stuck(l);
		return;
	}
	if (l->state == LINK_READY)
		outbound_tick(l->stream, now);
	else if (l->state == LINK_IDLE && link_is_wanted(l))
		link_begin(l);
	if (link_is_wanted(l) || l->is_leaving)
		return;
	if (l->state == LINK_READY && !l->is_attended &&
	    unused >= l->place->settings->idle_close &&
	    outbound_queued(l->stream) == 0 && l->backlog.queue.kept == 0)
		close_unused(l);
	else if (l->state == LINK_VERIFYING && unused >= VERIFY_LINGER)
		close_unused(l);
	else if (link_is_over(l))
		l->events->on_quiet(l->owner);
}

void link_close(struct link *l)
{
	bool was_ready = l->state == LINK_READY;

	l->is_leaving = true;
	round_cancel(&l->round);
	backlog_disarm(&l->backlog);
	timer_stop(l->deadline);
	timer_stop(l->patience);
	inquiry_fail(&l->inquiry, COND_REMOTE_SERVER_TIMEOUT);
	if (!link_is_fed(l))
		link_release_feed(l);
	if (link_is_open(l))
		link_pump(l);
	else
		backlog_drop(&l->backlog);
	if (was_ready)
		return;
	if (l->state == LINK_VERIFYING)
		close_unused(l);
	else if (l->stream)
		outbound_abort(l->stream);
	else
		link_settle_idle(l);
}

void link_abort(struct link *l)
{
	link_close(l);
	backlog_drop(&l->backlog);
	link_release_feed(l);
	if (l->stream)
		outbound_abort(l->stream);
}

const char *link_local(const struct link *l)
{
	return l->local;
}

const char *link_remote(const struct link *l)
{
	return l->remote;
}
