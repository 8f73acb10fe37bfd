/* SPDX-License-Identifier: MIT */
/*
 * link_ask: what waits to be verified by remote's server.
 */
#include "s2s/link_part.h"

#include "s2s/backoff.h"
#include "s2s/tally.h"

static void on_answer(void *owner, uint64_t asker, enum packet_type verdict,
		      enum cond_name cond)
{
	struct link *l = owner;

	l->events->on_answer(l->owner, asker, l->local, l->remote, verdict,
			     cond);
}

static void on_expired(void *owner)
{
	link_close_when_answered(owner);
}

static const struct inquiry_events inquiry_events = {
	.on_answer = on_answer,
	.on_expired = on_expired,
};

void link_send_questions(struct link *l)
{
	if (inquiry_send(&l->inquiry, l->stream, l->local, l->remote))
		l->used_at = link_now(l);
}

void link_ask(struct link *l, uint64_t asker, const struct addr *by,
	      const char *stream_id, const char *key)
{
	int64_t rested = link_now(l) - l->failed_at;

	fare_choose(&l->fare, by, !inquiry_is_empty(&l->inquiry));
	if (l->state == LINK_BACKING_OFF &&
	    !throttle_take(&l->retries, 1, link_now(l))) {
		counter_add(&tally.unasked, 1);
		on_answer(l, asker, PACKET_ERROR, l->cause);
		return;
	}
	if (l->is_leaving ||
	    !inquiry_add(&l->inquiry, asker, stream_id, key,
			 link_now(l) + l->place->settings->verify_timeout)) {
		on_answer(l, asker, PACKET_ERROR, COND_RESOURCE_CONSTRAINT);
		return;
	}
	if (l->stream)
		link_send_questions(l);
	else if (l->state == LINK_IDLE)
		link_begin(l);
	else if (l->state == LINK_BACKING_OFF)
		/* who calls us is there, perhaps since a moment ago */
		link_back_off(l,
			      rested < BACKOFF_MIN ? BACKOFF_MIN - rested : 0);
}

void link_init_asking(struct link *l)
{
	const struct s2s_settings *settings = l->place->settings;

	inquiry_init(&l->inquiry, l->place->loop, &inquiry_events, l);
	throttle_init(&l->retries, settings->verify_retries / 60.0,
		      settings->verify_retries, link_now(l));
}
