/* SPDX-License-Identifier: MIT */
#include "s2s/outbound_part.h"

#include "base/mem.h"
#include "base/str.h"
#include "loop/timer.h"
#include "s2s/report.h"
#include "s2s/route.h"
#include "s2s/stream.h"
#include "s2s/tally.h"
#include "xml/elem.h"
#include "xmpp/ns.h"

void outbound_stop(struct outbound *o)
{
	o->state = OUTBOUND_ENDED;
	timer_stop(o->timer);
}

void outbound_tell_lost(struct outbound *o, const char *text)
{
	o->events->on_ending(o->owner, OUTBOUND_END_LOST, text);
}

void outbound_give_up(struct outbound *o, enum stream_cond cond,
		      const char *text)
{
	outbound_stop(o);
	stream_fail(o->stream, cond, NULL);
	outbound_tell_lost(o, text);
}

/* Each step before the stream is of use has a deadline: a server that accepts
 * and stays silent must not use up the whole attempt. */
void outbound_step(struct outbound *o, enum outbound_state next)
{
	o->state = next;
	if (next == OUTBOUND_TLS || next >= OUTBOUND_SECURE)
		timer_stop(o->timer); /* TLS has its own, then the link */
	else
		timer_start(o->timer, o->place->settings->header_timeout);
}

static void on_deadline(void *owner)
{
	outbound_give_up(owner, STREAM_COND_CONNECTION_TIMEOUT,
			 "no answer in time");
}

/* ---- events ---- */

/* Nothing but answers comes on a stream that we opened. */
static void refuse(struct outbound *o, const struct elem *e)
{
	if (str_equal(elem_ns(e), NS_SERVER))
		outbound_give_up(o, STREAM_COND_NOT_AUTHORIZED,
				 "stanza on our stream");
	else
		outbound_give_up(o, STREAM_COND_UNSUPPORTED_STANZA_TYPE,
				 "unexpected element");
}

static void on_elem(void *owner, struct elem *owned)
{
	struct outbound *o = owner;

	if (outbound_take_stanza(o, owned))
		return;
	if (!outbound_take_dialback(o, owned) &&
	    !outbound_take_management(o, owned) &&
	    !outbound_take_greeting(o, owned) && !outbound_take_login(o, owned))
		refuse(o, owned);
	elem_free(&owned);
}

/* Some servers offer EXTERNAL to everybody, and hang up when it fails: at once,
 * or on the dialback that follows. */
static enum outbound_end end_of(const struct outbound *o, enum stream_end why,
				enum stream_cond cond)
{
	if (why == STREAM_END_ERROR &&
	    (cond == STREAM_COND_HOST_UNKNOWN || cond == STREAM_COND_HOST_GONE))
		return OUTBOUND_END_UNKNOWN;
	if (o->has_tried_external && o->state < OUTBOUND_OPEN &&
	    why != STREAM_END_FAULT)
		return OUTBOUND_END_EXTERNAL;
	if (why == STREAM_END_ERROR && o->state < OUTBOUND_OPEN &&
	    (cond == STREAM_COND_NOT_AUTHORIZED ||
	     cond == STREAM_COND_POLICY_VIOLATION))
		return OUTBOUND_END_DISBELIEVED;
	return OUTBOUND_END_LOST;
}

static void on_ending(void *owner, enum stream_end why, enum stream_cond cond,
		      const char *text)
{
	struct outbound *o = owner;
	enum outbound_end how;

	if (o->state == OUTBOUND_ENDED)
		return;
	how = end_of(o, why, cond);
	outbound_stop(o);
	o->events->on_ending(o->owner, how, text);
}

static void on_closed(void *owner)
{
	struct outbound *o = owner;

	counter_add(&tally.streams_out, -1);
	o->events->on_closed(o->owner);
	initiator_fini(&o->initiator);
	trust_fini(&o->trust);
	anchor_fini(&o->anchor);
	timer_free(&o->timer);
	mem_free(&o->id);
	mem_free(&o);
}

static const struct stream_events stream_events = {
	.on_header = outbound_take_header,
	.on_elem = on_elem,
	.on_secure = outbound_take_tls,
	.on_drained = outbound_take_drained,
	.on_ending = on_ending,
	.on_closed = on_closed,
};

/* ---- face ---- */

struct outbound *outbound_open(const struct place *place, int owned_fd,
			       const struct outbound_names *names,
			       const struct route_place *at,
			       const struct outbound_events *events,
			       void *owner)
{
	struct outbound *o = mem_new(struct outbound);

	o->stream =
		stream_open(place, owned_fd, STREAM_CLIENT, &stream_events, o);
	if (!o->stream) {
		mem_free(&o);
		return NULL;
	}
	o->place = place;
	o->events = events;
	o->owner = owner;
	o->names = *names;
	initiator_init(&o->initiator, names->local, names->remote);
	trust_init(&o->trust);
	outbound_init_intake(o);
	o->timer = timer_new(place->loop, on_deadline, o);
	counter_add(&tally.streams_out, 1);
	anchor_init(&o->anchor, place, at, outbound_take_anchor, o);
	if (at->direct_tls) {
		outbound_start_tls(o);
	} else {
		stream_send_header(o->stream, names->local, names->remote);
		outbound_step(o, OUTBOUND_HEADER);
	}
	return o;
}

bool outbound_may_verify(const struct outbound *o)
{
	return o->state == OUTBOUND_SECURE || o->state == OUTBOUND_ASKED ||
	       o->state == OUTBOUND_OPEN;
}

void outbound_give_verify(struct outbound *o, struct elem *owned)
{
	require(outbound_may_verify(o));
	stream_give(o->stream, owned);
}

bool outbound_is_stalled(const struct outbound *o)
{
	return stream_is_stalled(o->stream);
}

const struct limits *outbound_limits(const struct outbound *o)
{
	return &o->limits;
}

size_t outbound_queued(const struct outbound *o)
{
	return stream_queued(o->stream);
}

int64_t outbound_progress_at(const struct outbound *o)
{
	return stream_progress_at(o->stream);
}

enum cert_verdict outbound_verdict(const struct outbound *o)
{
	return anchor_cert_verdict(&o->anchor, o->stream,
				   o->names.remote_ascii);
}

char *outbound_describe(const struct outbound *o)
{
	return str_format(
		"%s, %s, %s", stream_peer(o->stream), stream_cipher(o->stream),
		anchor_cert_text(&o->anchor, o->stream, o->names.remote_ascii));
}

void outbound_report(const struct outbound *o, struct report_row *row)
{
	stream_report(o->stream, row);
	if (o->state == OUTBOUND_OPEN)
		row->proof = s2s_proof_text(o->proof);
}

void outbound_close(struct outbound *o)
{
	/* what was taken must not be sent once more */
	if (o->state == OUTBOUND_OPEN && o->is_bidi && o->ack.is_on)
		stream_give(o->stream, ack_answer_new(&o->ack));
	outbound_stop(o);
	stream_close(o->stream);
}

void outbound_fail(struct outbound *o, enum stream_cond cond)
{
	outbound_stop(o);
	stream_fail(o->stream, cond, NULL);
}

void outbound_abort(struct outbound *o)
{
	outbound_stop(o);
	stream_abort(o->stream);
}
