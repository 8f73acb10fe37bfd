/* SPDX-License-Identifier: MIT */
/*
 * link_stream: the one stream of ours that a link has at a time: whether it is
 * to be trusted, when our domain is asserted on it, and what its end means.
 */
#include "s2s/link_part.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "loop/timer.h"
#include "s2s/outbound.h"
#include "s2s/policy.h"
#include "s2s/recall.h"
#include "s2s/tally.h"

#define SHORT_LIFE  5000    /* ms: an open stream that ends sooner failed */
#define NO_EXTERNAL 3600000 /* ms without EXTERNAL where it ended a stream */

void link_assert_if_wanted(struct link *l)
{
	if (outq_is_empty(&l->backlog.queue) || l->feed.stream ||
	    !outbound_may_assert(l->stream))
		return;
	l->is_asserted = true;
	link_enter(l, LINK_NEGOTIATING);
	timer_start(l->deadline, l->place->settings->negotiate_timeout);
	outbound_assert(l->stream);
}

/* A server that must have a valid certificate, or had one when it proved itself
 * to us, and shows none now, may be somebody else's. */
bool link_may_trust(const struct link *l)
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

/* Questions that are under way on this stream are still worth their answers;
 * who asks may be the very peer that did not believe us just now. */
void link_close_when_answered(struct link *l)
{
	if (l->state == LINK_DRAINING && l->next == LINK_NEXT_FAIL &&
	    inquiry_is_empty(&l->inquiry) && outbound_may_verify(l->stream))
		outbound_close(l->stream);
}

/* ---- it becomes of use ---- */

static void on_secure(void *owner)
{
	struct link *l = owner;
	char *text = outbound_describe(l->stream);

	log_info(LOG_S2S, "%s: stream out to %s", l->remote, text);
	mem_free(&text);
	if (!link_may_trust(l)) {
		link_set_fault(
			l, cert_verdict_text(outbound_verdict(l->stream)));
		link_drain(l, LINK_NEXT_TARGET);
		outbound_close(l->stream);
		return;
	}
	timer_stop(l->deadline);
	round_succeed(&l->round);
	link_enter(l, LINK_VERIFYING);
	l->used_at = link_now(l);
	link_send_questions(l);
	link_assert_if_wanted(l);
}

static void on_open(void *owner, enum s2s_proof proof)
{
	struct link *l = owner;

	log_info(LOG_S2S, "%s: believes %s by %s", l->remote, l->local,
		 s2s_proof_text(proof));
	timer_stop(l->deadline);
	backlog_disarm(&l->backlog);
	link_enter(l, LINK_READY);
	l->is_lost = false;
	l->used_at = l->opened_at = link_now(l);
	link_way_open(l);
	link_send_questions(l); /* those that came during EXTERNAL */
	link_pump(l);
}

static void on_refused(void *owner, enum packet_type verdict,
		       enum cond_name cond)
{
	struct link *l = owner;
	char *text;

	text = str_format("does not believe us to be %s: %s", l->local,
			  verdict == PACKET_INVALID ? "invalid"
						    : cond_element(cond));
	link_set_fault(l, text);
	log_warn(LOG_S2S, "%s: %s", l->remote, text);
	mem_free(&text);
	counter_add(&tally.disbelieved, 1);
	l->cause = verdict == PACKET_INVALID ? COND_INTERNAL_SERVER_ERROR
					     : COND_REMOTE_SERVER_TIMEOUT;
	link_drain(l, LINK_NEXT_FAIL);
	link_close_when_answered(l);
}

static bool on_verified(void *owner, const struct packet *answer)
{
	struct link *l = owner;

	if (!inquiry_take_answer(&l->inquiry, answer, l->local, l->remote))
		return false;
	l->used_at = link_now(l);
	link_close_when_answered(l);
	return true;
}

/* ---- it is used ---- */

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

/* ---- it ends ---- */

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
		link_set_fault(l, text);
	switch (l->state) {
	case LINK_READY:
		log_info(LOG_S2S, "%s: stream out ended: %s", l->remote, text);
		link_drain(l, cut_short(l) ? LINK_NEXT_FAIL : LINK_NEXT_IDLE);
		link_way_broke(l);
		break;
	case LINK_VERIFYING:
		log_debug(LOG_S2S, "%s: stream out ended: %s", l->remote, text);
		link_drain(l, LINK_NEXT_IDLE);
		break;
	case LINK_NEGOTIATING:
		log_info(LOG_S2S, "%s: stream out failed: %s", l->remote, text);
		link_drain(l, LINK_NEXT_TARGET);
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
		link_reach_next(l);
	else if (l->next == LINK_NEXT_FAIL && (link_is_wanted(l) || l->is_lost))
		link_fail_round(l);
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

bool link_open_stream(struct link *l, int owned_fd,
		      const struct route_place *at)
{
	const struct outbound_names names = {
		.local = l->local,
		.remote = l->remote,
		.local_ascii = l->local_ascii,
		.remote_ascii = l->remote_ascii,
	};

	l->stream = outbound_open(l->place, owned_fd, &names, at,
				  &outbound_events, l);
	return l->stream;
}
