/* SPDX-License-Identifier: MIT */
#include "s2s/inbound_part.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "s2s/policy.h"
#include "s2s/report.h"
#include "s2s/spoof.h"
#include "s2s/stream.h"
#include "s2s/tally.h"
#include "xml/elem.h"

const char *inbound_label(const struct inbound *in)
{
	return in->remote ? in->remote : stream_peer(in->stream);
}

void inbound_end(struct inbound *in)
{
	in->state = INBOUND_ENDED;
	timer_stop(in->timer);
}

void inbound_fail(struct inbound *in, enum stream_cond cond, const char *text)
{
	inbound_end(in);
	stream_fail(in->stream, cond, text);
}

void inbound_fail_as_spoof(struct inbound *in, const char *claimed)
{
	spoof_note(in->stream, inbound_label(in), claimed);
	inbound_fail(in, STREAM_COND_INVALID_FROM, NULL);
}

/* ---- events ---- */

static void on_elem(void *owner, struct elem *owned)
{
	struct inbound *in = owner;

	if (inbound_take_stanza(in, owned))
		return;
	if (intake_is_stanza(owned))
		inbound_fail(in, STREAM_COND_NOT_AUTHORIZED, NULL);
	else if (!inbound_take_dialback(in, owned) &&
		 !inbound_take_starttls(in, owned) &&
		 !inbound_take_login(in, owned) &&
		 !inbound_take_bidi(in, owned) &&
		 !inbound_take_management(in, owned))
		inbound_fail(in, STREAM_COND_UNSUPPORTED_STANZA_TYPE, NULL);
	elem_free(&owned);
}

static void on_ending(void *owner, enum stream_end why, enum stream_cond cond,
		      const char *text)
{
	struct inbound *in = owner;

	(void)cond;
	if (in->state == INBOUND_ENDED)
		return;
	if (why == STREAM_END_PEER || in->state < INBOUND_SECURE)
		log_debug(LOG_S2S, "%s: stream in from %s ended: %s",
			  inbound_label(in), stream_peer(in->stream), text);
	else
		log_info(LOG_S2S, "%s: stream in from %s ended: %s",
			 inbound_label(in), stream_peer(in->stream), text);
	inbound_end(in);
}

static void tell_unseated(struct inbound *in)
{
	const char *local;
	const char *remote;
	enum s2s_proof proof;

	for (size_t i = 0; trust_get(&in->trust, i, &local, &remote, &proof);
	     i++)
		in->events->on_unseated(in->owner, in->number, local, remote);
}

static void on_closed(void *owner)
{
	struct inbound *in = owner;

	counter_add(&tally.streams_in, -1);
	inbound_close_outlets(in);
	tell_unseated(in);
	in->events->on_closed(in->owner, in->number,
			      !trust_is_empty(&in->trust));
	trust_fini(&in->trust);
	claimant_fini(&in->claimant);
	timer_free(&in->timer);
	mem_free(&in->local);
	mem_free(&in->remote);
	mem_free(&in);
}

static const struct stream_events stream_events = {
	.on_header = inbound_take_header,
	.on_elem = on_elem,
	.on_secure = inbound_take_tls,
	.on_drained = inbound_take_drained,
	.on_ending = on_ending,
	.on_closed = on_closed,
};

/* Who came only to verify a key with us is not at fault for staying. */
static void on_deadline(void *owner)
{
	struct inbound *in = owner;

	if (in->claimant.was_asked) {
		inbound_end(in);
		stream_close(in->stream);
	} else {
		inbound_fail(in, STREAM_COND_CONNECTION_TIMEOUT, NULL);
	}
}

/* ---- life ---- */

struct inbound *inbound_open(const struct place *place, int owned_fd,
			     uint64_t number,
			     const struct inbound_events *events, void *owner)
{
	struct inbound *in = mem_new(struct inbound);

	in->place = place;
	in->stream =
		stream_open(place, owned_fd, STREAM_SERVER, &stream_events, in);
	if (!in->stream) {
		mem_free(&in);
		return NULL;
	}
	in->number = number;
	in->events = events;
	in->owner = owner;
	in->state = INBOUND_HEADER;
	in->opened_at = loop_now(place->loop);
	trust_init(&in->trust);
	inbound_init_claimant(in);
	outlet_list_init(&in->outlets);
	inbound_init_intake(in);
	in->timer = timer_new(place->loop, on_deadline, in);
	timer_start(in->timer, place->settings->header_timeout);
	counter_add(&tally.streams_in, 1);
	return in;
}

void inbound_finish(struct inbound *in)
{
	if (in->state != INBOUND_OPEN || in->is_bidi || in->ack.is_on)
		return;
	in->is_finishing = true;
	stream_finish(in->stream);
}

bool inbound_is_finishing(const struct inbound *in)
{
	return in->is_finishing && in->state == INBOUND_OPEN;
}

void inbound_close(struct inbound *in)
{
	in->is_leaving = true;
	if (in->state == INBOUND_OPEN && !outlet_list_is_empty(&in->outlets))
		return;
	/* what was taken must not be sent once more */
	if (in->state == INBOUND_OPEN && in->ack.is_on)
		stream_give(in->stream, ack_answer_new(&in->ack));
	inbound_end(in);
	stream_close(in->stream);
}

void inbound_abort(struct inbound *in)
{
	inbound_end(in);
	stream_abort(in->stream);
}

/* ---- what others decide ---- */

static bool is_allowed(const struct inbound *in)
{
	const struct policy *policy = in->place->policy;
	const char *local;
	const char *remote;
	enum s2s_proof proof;

	for (size_t i = 0; trust_get(&in->trust, i, &local, &remote, &proof);
	     i++) {
		if (!policy_allows(policy, remote) ||
		    (proof != S2S_PROOF_CERTIFICATE &&
		     policy_needs_valid(policy, remote)))
			return false;
	}
	return !in->remote || policy_allows(policy, in->remote);
}

void inbound_review(struct inbound *in)
{
	if (in->state == INBOUND_ENDED || is_allowed(in))
		return;
	log_info(LOG_S2S, "%s: the new policy forbids its stream",
		 inbound_label(in));
	counter_add(&tally.forbidden, 1);
	inbound_fail(in, STREAM_COND_POLICY_VIOLATION, NULL);
}

void inbound_expel(struct inbound *in)
{
	log_info(LOG_S2S, "%s: stream in from %s ended: there are newer ones",
		 inbound_label(in), stream_peer(in->stream));
	counter_add(&tally.expelled, 1);
	inbound_fail(in, STREAM_COND_POLICY_VIOLATION, "too many streams");
}

/* ---- what it tells of itself ---- */

static const char *state_text(enum inbound_state state)
{
	switch (state) {
	case INBOUND_HEADER:
	case INBOUND_PLAIN:
	case INBOUND_TLS:
	case INBOUND_SECURE_HEADER:
	case INBOUND_AUTH_HEADER:
		return "negotiating";
	case INBOUND_SECURE:
		return "unproven";
	case INBOUND_OPEN:
		return "open";
	case INBOUND_ENDED:
		break;
	}
	return "closing";
}

static struct report_row *add_row(const struct inbound *in, struct report *r,
				  const char *local, const char *remote)
{
	struct report_row *row = report_add(r);

	stream_report(in->stream, row);
	row->state = state_text(in->state);
	row->local = str_dup(local);
	row->remote = str_dup(remote);
	row->since = loop_now(in->place->loop) - in->opened_at;
	return row;
}

void inbound_report(const struct inbound *in, struct report *r)
{
	const char *local;
	const char *remote;
	enum s2s_proof proof;

	if (trust_is_empty(&in->trust))
		(void)add_row(in, r, in->local, in->remote);
	for (size_t i = 0; trust_get(&in->trust, i, &local, &remote, &proof);
	     i++)
		add_row(in, r, local, remote)->proof = s2s_proof_text(proof);
}
