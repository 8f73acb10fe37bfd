/* SPDX-License-Identifier: MIT */
#include "s2s/link.h"

#include <inttypes.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/idna.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "s2s/backlog.h"
#include "s2s/backoff.h"
#include "s2s/inquiry.h"
#include "s2s/link_part.h"
#include "s2s/outbound.h"
#include "s2s/place.h"
#include "s2s/round.h"
#include "s2s/share.h"
#include "s2s/tally.h"
#include "xmpp/envelope.h"

#define VERIFY_LINGER 10000 /* ms that a stream only for verifying stays */
#define SHORT_LIFE 5000     /* ms: an open stream that ends sooner failed */
#define LOST_MEMORY 3600000 /* ms that a lost link is remembered */
#define NO_EXTERNAL \
	3600000 /* ms that EXTERNAL is not tried where it ended a
			      * stream */

static const struct outbound_events outbound_events;
static void begin(struct link *l);
static void fail_round(struct link *l);
static void close_when_answered(struct link *l);

static void enter(struct link *l, enum link_state state)
{
	if (l->state != state)
		l->changed_at = link_now(l);
	l->state = state;
	if (l->is_counted && state != LINK_REACHING &&
	    state != LINK_NEGOTIATING) {
		l->is_counted = false;
		counter_add(&tally.verifying, -1);
		share_give_back(l->place->verifies, l->payer);
	}
}

static void note_over_share(struct link *l)
{
	if (l->is_over_share)
		return;
	l->is_over_share = true;
	log_debug(LOG_S2S, "%s: waits, whoever wants it verified has enough",
		  l->remote);
	counter_add(&tally.over_share, 1);
}

/* Rule R3: a claim costs its maker little, and us a dial. One network's claims to
 * servers that do not answer leave room for those of others. */
static bool may_begin(struct link *l)
{
	struct share *verifies = l->place->verifies;

	if (!outq_is_empty(&l->backlog.queue))
		return true;
	if (!share_take(verifies, l->payer)) {
		note_over_share(l);
		return false;
	}
	/* counted first: other loops do the same at this moment */
	counter_add(&tally.verifying, 1);
	l->is_counted = counter_get(&tally.verifying) <=
			(int64_t)l->place->settings->max_verifying;
	if (!l->is_counted) {
		counter_add(&tally.verifying, -1);
		share_give_back(verifies, l->payer);
	}
	return l->is_counted;
}

/* Of all who wait for the same dial one pays for it: who can. */
static void choose_payer(struct link *l, const struct addr *by)
{
	if (!l->is_counted &&
	    (inquiry_is_empty(&l->inquiry) ||
	     !share_has_room(l->place->verifies, l->payer)))
		l->payer = share_slot(by);
}

/* For the operator who looks later. */
static void set_fault(struct link *l, const char *text)
{
	str_set(&l->fault, text);
	l->fault_at = link_now(l);
}

bool link_is_fed(const struct link *l)
{
	return l->feed.stream && !l->is_asserted;
}

bool link_is_open(const struct link *l)
{
	return l->state == LINK_READY || link_is_fed(l);
}

static bool is_wanted(const struct link *l)
{
	return !l->is_leaving &&
	       ((!outq_is_empty(&l->backlog.queue) && !link_is_fed(l)) ||
		!inquiry_is_empty(&l->inquiry));
}

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

/* ---- questions ---- */

static void on_answer(void *owner, uint64_t asker, enum packet_type verdict,
		      enum cond_name cond)
{
	struct link *l = owner;

	l->events->on_answer(l->owner, asker, l->local, l->remote, verdict,
			     cond);
}

static void on_expired(void *owner)
{
	close_when_answered(owner);
}

static const struct inquiry_events inquiry_events = {
	.on_answer = on_answer,
	.on_expired = on_expired,
};

static void send_questions(struct link *l)
{
	if (inquiry_send(&l->inquiry, l->stream, l->local, l->remote))
		l->used_at = link_now(l);
}

/* ---- back-off ---- */

/* While a queue lives its grace must see at least one more round. */
static int64_t cut_to_grace(const struct link *l, int64_t rest)
{
	if (outq_is_empty(&l->backlog.queue))
		return rest;
	return backoff_cut(rest, backlog_grace_left(&l->backlog));
}

static void back_off(struct link *l, int64_t rest)
{
	enter(l, LINK_BACKING_OFF);
	l->rest_until = link_now(l) + rest;
	timer_start(l->deadline, rest);
}

void link_recut_rest(struct link *l)
{
	int64_t left = l->rest_until - link_now(l);

	back_off(l, cut_to_grace(l, left > 0 ? left : 0));
}

void link_settle_idle(struct link *l)
{
	enter(l, LINK_IDLE);
	timer_stop(l->deadline);
	l->used_at = link_now(l);
	if (is_wanted(l))
		begin(l);
	else
		l->events->on_quiet(l->owner);
}

static void fail_round(struct link *l)
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
	back_off(l, rest);
	link_way_failed(l);
}

/* ---- an attempt ---- */

static void begin(struct link *l)
{
	require(!l->stream && !l->is_leaving);
	if (!may_begin(l))
		return; /* link_tick() tries again */
	l->is_over_share = false;
	enter(l, LINK_REACHING);
	l->cause = COND_REMOTE_SERVER_TIMEOUT;
	timer_start(l->deadline, l->place->settings->negotiate_timeout);
	if (l->remote_ascii) {
		round_begin(&l->round, l->remote_ascii);
		return;
	}
	l->cause = COND_REMOTE_SERVER_NOT_FOUND;
	fail_round(l);
}

static void reach_next(struct link *l)
{
	enter(l, LINK_REACHING);
	round_go_on(&l->round);
}

static void on_connected(void *owner, int owned_fd,
			 const struct route_place *at)
{
	struct link *l = owner;
	const struct outbound_names names = {
		.local = l->local,
		.remote = l->remote,
		.local_ascii = l->local_ascii,
		.remote_ascii = l->remote_ascii,
	};

	enter(l, LINK_NEGOTIATING);
	l->stream = outbound_open(l->place, owned_fd, &names, at,
				  &outbound_events, l);
	if (!l->stream)
		reach_next(l);
}

static void on_exhausted(void *owner, enum cond_name why, const char *text)
{
	struct link *l = owner;

	if (text) {
		set_fault(l, text);
		log_info(LOG_S2S, "%s: no connection: %s", l->remote, text);
	}
	/* what a server said of itself weighs more than its other addresses */
	if (l->cause == COND_REMOTE_SERVER_TIMEOUT)
		l->cause = why;
	fail_round(l);
}

static const struct round_events round_events = {
	.on_connected = on_connected,
	.on_exhausted = on_exhausted,
};

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

static void drain(struct link *l, enum link_next next)
{
	enter(l, LINK_DRAINING);
	link_weigh(l);
	l->next = next;
	if (next != LINK_NEXT_TARGET) /* else the attempt goes on */
		timer_stop(l->deadline);
}

static void on_deadline(void *owner)
{
	struct link *l = owner;

	if (l->state == LINK_BACKING_OFF) {
		link_settle_idle(l);
		return;
	}
	set_fault(l, "no answer in time");
	log_info(LOG_S2S, "%s: gave up the attempt: %s", l->remote, l->fault);
	round_cancel(&l->round);
	if (l->stream) {
		drain(l, LINK_NEXT_FAIL);
		outbound_fail(l->stream, STREAM_COND_CONNECTION_TIMEOUT);
	} else {
		fail_round(l);
	}
}

/* ---- the stream ---- */

void link_assert_if_wanted(struct link *l)
{
	if (outq_is_empty(&l->backlog.queue) || l->feed.stream ||
	    !outbound_may_assert(l->stream))
		return;
	l->is_asserted = true;
	enter(l, LINK_NEGOTIATING);
	timer_start(l->deadline, l->place->settings->negotiate_timeout);
	outbound_assert(l->stream);
}

/* A server that must have a valid certificate, or had one when it proved itself
 * to us, and shows none now, may be somebody else's. */
static bool may_trust(const struct link *l)
{
	const struct policy *policy = l->place->policy;
	enum cert_verdict verdict = outbound_verdict(l->stream);

	if (verdict == CERT_VALID)
		return true;
	if (policy_needs_valid(policy, l->remote)) {
		log_warn(LOG_S2S, "%s: not used, s2s.require_valid: %s",
			 l->remote, cert_verdict_text(verdict));
		counter_add(&tally.forbidden, 1);
		return false;
	}
	if (!recall_has(l->place->proven, l->remote, link_now(l)))
		return true;
	counter_add(&tally.downgrades, 1);
	log_warn(LOG_S2S,
		 "%s: proved itself by a valid certificate before, "
		 "now its server has a bad one: %s%s",
		 l->remote, cert_verdict_text(verdict),
		 policy_refuses_downgrade(policy) ? "; not used" : "");
	return !policy_refuses_downgrade(policy);
}

static void on_secure(void *owner)
{
	struct link *l = owner;
	char *text = outbound_describe(l->stream);

	log_info(LOG_S2S, "%s: stream out to %s", l->remote, text);
	mem_free(&text);
	if (!may_trust(l)) {
		set_fault(l, cert_verdict_text(outbound_verdict(l->stream)));
		drain(l, LINK_NEXT_TARGET);
		outbound_close(l->stream);
		return;
	}
	timer_stop(l->deadline);
	round_succeed(&l->round);
	enter(l, LINK_VERIFYING);
	l->used_at = link_now(l);
	send_questions(l);
	link_assert_if_wanted(l);
}

static void on_open(void *owner, enum s2s_proof proof)
{
	struct link *l = owner;

	log_info(LOG_S2S, "%s: believes %s by %s", l->remote, l->local,
		 s2s_proof_text(proof));
	timer_stop(l->deadline);
	backlog_disarm(&l->backlog);
	enter(l, LINK_READY);
	l->is_lost = false;
	l->used_at = l->opened_at = link_now(l);
	link_way_open(l);
	send_questions(l); /* those that came during EXTERNAL */
	link_pump(l);
}

/* Questions that are under way on this stream are still worth their answers;
 * who asks may be the very peer that did not believe us just now. */
static void close_when_answered(struct link *l)
{
	if (l->state == LINK_DRAINING && l->next == LINK_NEXT_FAIL &&
	    inquiry_is_empty(&l->inquiry) && outbound_may_verify(l->stream))
		outbound_close(l->stream);
}

static void on_refused(void *owner, enum packet_type verdict,
		       enum cond_name cond)
{
	struct link *l = owner;
	char *text;

	text = str_format("does not believe us to be %s: %s", l->local,
			  verdict == PACKET_INVALID ? "invalid"
						    : cond_element(cond));
	set_fault(l, text);
	log_warn(LOG_S2S, "%s: %s", l->remote, text);
	mem_free(&text);
	counter_add(&tally.disbelieved, 1);
	l->cause = verdict == PACKET_INVALID ? COND_INTERNAL_SERVER_ERROR
					     : COND_REMOTE_SERVER_TIMEOUT;
	drain(l, LINK_NEXT_FAIL);
	close_when_answered(l);
}

static bool on_verified(void *owner, const struct packet *answer)
{
	struct link *l = owner;

	if (!inquiry_take_answer(&l->inquiry, answer, l->local, l->remote))
		return false;
	l->used_at = link_now(l);
	close_when_answered(l);
	return true;
}

static void on_drained(void *owner)
{
	struct link *l = owner;

	backlog_drained(&l->backlog, l->stream);
	link_pump(l);
}

static void on_acked(void *owner, uint32_t stanzas)
{
	struct link *l = owner;

	backlog_acked(&l->backlog, l->stream, stanzas);
	link_way_acked(l);
}

static void on_stanza(void *owner, struct stanza *owned, enum s2s_proof proof)
{
	struct link *l = owner;

	l->used_at = link_now(l);
	l->events->on_stanza(l->owner, owned, proof);
}

static void on_reply(void *owner, struct envelope *owned)
{
	struct link *l = owner;

	l->events->on_reply(l->owner, owned);
}

/* An open stream was lost. A server that lets us in only to shut us out is
 * failing, too. */
static bool cut_short(struct link *l)
{
	backlog_cut(&l->backlog);
	if (link_now(l) - l->opened_at < SHORT_LIFE)
		return true;
	l->failures = 0;
	return false;
}

/* Why an attempt came to nothing. */
static void note_ending(struct link *l, enum outbound_end how, const char *text)
{
	switch (how) {
	case OUTBOUND_END_UNKNOWN:
		l->cause = COND_REMOTE_SERVER_NOT_FOUND;
		break;
	case OUTBOUND_END_DISBELIEVED:
		log_warn(LOG_S2S, "%s: does not let us in as %s: %s", l->remote,
			 l->local, text);
		counter_add(&tally.disbelieved, 1);
		break;
	case OUTBOUND_END_EXTERNAL:
		(void)recall_add(l->place->no_external, l->remote,
				 link_now(l) + NO_EXTERNAL, link_now(l));
		round_repeat(&l->round); /* and straight to dialback */
		break;
	case OUTBOUND_END_LOST:
		break;
	}
}

static void on_ending(void *owner, enum outbound_end how, const char *text)
{
	struct link *l = owner;

	note_ending(l, how, text);
	if (l->state != LINK_DRAINING)
		set_fault(l, text);
	switch (l->state) {
	case LINK_READY:
		log_info(LOG_S2S, "%s: stream out ended: %s", l->remote, text);
		drain(l, cut_short(l) ? LINK_NEXT_FAIL : LINK_NEXT_IDLE);
		link_way_broke(l);
		break;
	case LINK_VERIFYING:
		log_debug(LOG_S2S, "%s: stream out ended: %s", l->remote, text);
		drain(l, LINK_NEXT_IDLE);
		break;
	case LINK_NEGOTIATING:
		log_info(LOG_S2S, "%s: stream out failed: %s", l->remote, text);
		drain(l, LINK_NEXT_TARGET);
		break;
	default:
		break; /* we are closing it */
	}
}

static void on_closed(void *owner)
{
	struct link *l = owner;

	if (l->is_asserted)
		backlog_return(&l->backlog, l->stream);
	l->is_asserted = false;
	l->stream = NULL;
	inquiry_forget_sent(&l->inquiry);
	if (l->is_leaving)
		link_settle_idle(l);
	else if (l->next == LINK_NEXT_TARGET)
		reach_next(l);
	else if (l->next == LINK_NEXT_FAIL && (is_wanted(l) || l->is_lost))
		fail_round(l);
	else
		link_settle_idle(l);
	link_arm_grace(l);
	if (link_is_fed(l))
		link_pump(l);
}

static const struct outbound_events outbound_events = {
	.on_secure = on_secure,
	.on_open = on_open,
	.on_refused = on_refused,
	.on_verified = on_verified,
	.on_drained = on_drained,
	.on_acked = on_acked,
	.on_stanza = on_stanza,
	.on_reply = on_reply,
	.on_ending = on_ending,
	.on_closed = on_closed,
};

/* ---- writing ---- */

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
		drain(l, LINK_NEXT_IDLE);
		outbound_close(l->stream);
	}
}

static void fail_stuck(struct link *l)
{
	log_warn(LOG_S2S, "%s: takes nothing any more, %zu bytes wait",
		 l->remote,
		 l->backlog.queue.bytes + outbound_queued(l->stream));
	set_fault(l, "takes nothing any more");
	backlog_cut(&l->backlog);
	l->cause = COND_REMOTE_SERVER_TIMEOUT;
	drain(l, LINK_NEXT_FAIL);
	outbound_fail(l->stream, STREAM_COND_RESOURCE_CONSTRAINT);
	link_way_broke(l);
	link_arm_grace(l);
}

static void overflow(struct link *l)
{
	lose(l, COND_RESOURCE_CONSTRAINT);
	if (l->state == LINK_READY) {
		drain(l, LINK_NEXT_FAIL);
		outbound_fail(l->stream, STREAM_COND_RESOURCE_CONSTRAINT);
	} else if (link_is_fed(l)) {
		l->events->on_release(l->owner, l->local, l->remote,
				      l->feed.stream, true);
	}
}

/* Nothing goes there, and nobody there is in a room of ours. */
static void forbid(struct link *l)
{
	counter_add(&tally.forbidden, 1);
	lose(l, COND_REMOTE_SERVER_NOT_FOUND);
	inquiry_fail(&l->inquiry, COND_REMOTE_SERVER_NOT_FOUND);
}

void link_add(struct link *l, struct envelope *owned)
{
	if (!policy_allows(l->place->policy, l->remote)) {
		backlog_add(&l->backlog, owned, false);
		forbid(l);
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
		begin(l);
	else if (l->state == LINK_VERIFYING)
		link_assert_if_wanted(l);
	else if (l->state == LINK_BACKING_OFF && l->backlog.queue.count == 1)
		link_recut_rest(l);
}

/* ---- asking ---- */

void link_ask(struct link *l, uint64_t asker, const struct addr *by,
	      const char *stream_id, const char *key)
{
	int64_t rested = link_now(l) - l->failed_at;

	choose_payer(l, by);
	if (l->state == LINK_BACKING_OFF &&
	    !throttle_take(&l->retries, 1, link_now(l))) {
		counter_add(&tally.unasked, 1);
		l->events->on_answer(l->owner, asker, l->local, l->remote,
				     PACKET_ERROR, l->cause);
		return;
	}
	if (l->is_leaving ||
	    !inquiry_add(&l->inquiry, asker, stream_id, key,
			 link_now(l) + l->place->settings->verify_timeout)) {
		l->events->on_answer(l->owner, asker, l->local, l->remote,
				     PACKET_ERROR, COND_RESOURCE_CONSTRAINT);
		return;
	}
	if (l->stream)
		send_questions(l);
	else if (l->state == LINK_IDLE)
		begin(l);
	else if (l->state == LINK_BACKING_OFF)
		/* who calls us is there, perhaps since a moment ago */
		back_off(l, rested < BACKOFF_MIN ? BACKOFF_MIN - rested : 0);
}

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
	set_fault(l, "did not answer a ping");
	backlog_cut(&l->backlog);
	drain(l, LINK_NEXT_IDLE);
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
		drain(l, LINK_NEXT_IDLE);
		outbound_fail(l->stream, STREAM_COND_POLICY_VIOLATION);
	}
}

void link_review(struct link *l)
{
	if (l->is_leaving)
		return;
	if (!policy_allows(l->place->policy, l->remote)) {
		forbid(l);
		stop(l);
	} else if ((l->state == LINK_READY || l->state == LINK_VERIFYING) &&
		   !may_trust(l)) {
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
	backlog_init(&l->backlog, place, on_grace, l);
	inquiry_init(&l->inquiry, place->loop, &inquiry_events, l);
	round_init(&l->round, place, &round_events, l);
	throttle_init(&l->retries, place->settings->verify_retries / 60.0,
		      place->settings->verify_retries, link_now(l));
	l->deadline = timer_new(place->loop, on_deadline, l);
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
	drain(l, LINK_NEXT_IDLE);
	log_debug(LOG_S2S, "%s: stream out closed, nobody needs it", l->remote);
	outbound_close(l->stream);
}

void link_tick(struct link *l, int64_t now)
{
	int64_t unused = now - l->used_at;

	link_way_tick(l, now);
	if (l->state == LINK_READY &&
	    backlog_is_stuck(&l->backlog, l->stream, now)) {
		fail_stuck(l);
		return;
	}
	if (l->state == LINK_READY)
		outbound_tick(l->stream, now);
	else if (l->state == LINK_IDLE && is_wanted(l))
		begin(l);
	if (is_wanted(l) || l->is_leaving)
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

bool link_is_over(const struct link *l)
{
	if (l->state != LINK_IDLE)
		return false;
	if (l->feed.stream)
		return false;
	if (l->is_leaving)
		return true;
	return !is_wanted(l) && !l->is_attended &&
	       (!l->is_lost || link_now(l) - l->failed_at >= LOST_MEMORY);
}

const char *link_local(const struct link *l)
{
	return l->local;
}

const char *link_remote(const struct link *l)
{
	return l->remote;
}
