/* SPDX-License-Identifier: MIT */
/*
 * outbound_open: a stream that we opened, once it is open: stanzas go, they are
 * acknowledged (XEP-0198), and some come the other way (XEP-0288).
 */
#include "s2s/outbound_part.h"

#include "base/str.h"
#include "loop/loop.h"
#include "s2s/features.h"
#include "s2s/spoof.h"
#include "s2s/stream.h"
#include "s2s/tally.h"
#include "xml/elem.h"
#include "xmpp/ns.h"

/* ---- acknowledgements ---- */

/* Nothing waits for the answer: both count from here. */
void outbound_enable_acks(struct outbound *o)
{
	struct elem *e;

	if (!(o->features & FEATURE_SM) ||
	    !o->place->settings->stream_management)
		return;
	e = elem_new("enable", NS_SM);
	ack_begin(&o->ack);
	stream_give(o->stream, e);
}

static void ask_for_ack(struct outbound *o)
{
	if (!o->has_acks || o->is_asked || ack_open(&o->ack) == 0)
		return;
	o->is_asked = true;
	o->has_asked = false;
	o->asked_at = loop_now(o->place->loop);
	stream_give(o->stream, elem_new("r", NS_SM));
}

static void fail_too_high(struct outbound *o, const struct elem *e)
{
	outbound_stop(o);
	stream_fail_with(o->stream, STREAM_COND_UNDEFINED_CONDITION, NULL,
			 ack_too_high_new(&o->ack, e));
	outbound_tell_lost(o, "acknowledges more than was sent");
}

static void take_ack(struct outbound *o, const struct elem *e)
{
	uint32_t newly;

	switch (ack_take(&o->ack, e, &newly)) {
	case ACK_OK:
		o->is_asked = false;
		o->events->on_acked(o->owner, newly);
		if (o->state == OUTBOUND_OPEN)
			ask_for_ack(o);
		break;
	case ACK_TOO_HIGH:
		fail_too_high(o, e);
		break;
	case ACK_BAD:
		outbound_give_up(o, STREAM_COND_BAD_FORMAT,
				 "bad acknowledgement");
		break;
	}
}

bool outbound_take_management(struct outbound *o, const struct elem *e)
{
	if (o->state != OUTBOUND_OPEN || !str_equal(elem_ns(e), NS_SM) ||
	    !o->ack.is_on)
		return false;
	if (str_equal(elem_name(e), "a")) {
		take_ack(o, e);
	} else if (str_equal(elem_name(e), "r")) {
		stream_give(o->stream, ack_answer_new(&o->ack));
	} else if (o->has_acks) {
		return false;
	} else if (str_equal(elem_name(e), "enabled")) {
		o->has_acks = true;
		counter_add(&tally.managed_out, 1);
		ask_for_ack(o);
	} else if (str_equal(elem_name(e), "failed")) {
		ack_end(&o->ack);
	} else {
		return false;
	}
	return true;
}

/* Not when it is us who do not listen. A slow one may take its time for what is
 * before the question. */
static bool is_silent(const struct outbound *o, int64_t now)
{
	return o->is_asked && o->has_asked && !o->is_paused && !o->is_held &&
	       now - o->asked_at >= o->place->settings->ack_timeout;
}

bool outbound_has_acks(const struct outbound *o)
{
	return o->ack.is_on;
}

uint32_t outbound_unacked(const struct outbound *o)
{
	return ack_open(&o->ack);
}

/* ---- what we send ---- */

void outbound_write(struct outbound *o, const void *data, size_t len,
		    size_t stanzas)
{
	require(o->state == OUTBOUND_OPEN);
	if (stream_queued(o->stream) == 0)
		o->taken = stream_taken(o->stream);
	stream_write(o->stream, data, len);
	ack_count_sent(&o->ack, stanzas);
	ask_for_ack(o);
}

void outbound_flush(struct outbound *o)
{
	stream_flush(o->stream);
}

void outbound_take_drained(void *owner)
{
	struct outbound *o = owner;

	if (o->is_asked && !o->has_asked) {
		o->has_asked = true;
		o->asked_at = loop_now(o->place->loop);
	}
	o->taken = stream_taken(o->stream);
	if (o->state == OUTBOUND_OPEN)
		o->events->on_drained(o->owner);
}

bool outbound_is_untouched(const struct outbound *o)
{
	return stream_taken(o->stream) == o->taken;
}

void outbound_tick(struct outbound *o, int64_t now)
{
	if (o->state == OUTBOUND_OPEN && is_silent(o, now)) {
		counter_add(&tally.silent, 1);
		/* it is sent again: may the kernel forget it */
		stream_set_abrupt(o->stream);
		outbound_give_up(o, STREAM_COND_CONNECTION_TIMEOUT,
				 "does not acknowledge what it is sent");
		return;
	}
	if (o->state == OUTBOUND_OPEN &&
	    now - stream_wrote_at(o->stream) >=
		    limits_keepalive(&o->limits, o->place->settings->keepalive))
		stream_keep_alive(o->stream);
}

/* ---- what they send ---- */

static void on_stanza(void *owner, struct stanza *owned, enum s2s_proof proof)
{
	struct outbound *o = owner;

	o->events->on_stanza(o->owner, owned, proof);
}

static void on_reply(void *owner, struct envelope *owned)
{
	struct outbound *o = owner;

	o->events->on_reply(o->owner, owned);
}

static void on_spoof(void *owner, const char *from)
{
	struct outbound *o = owner;

	spoof_note(o->stream, o->names.remote, from);
	outbound_give_up(o, STREAM_COND_INVALID_FROM,
			 "spoke for another domain");
}

static void on_fault(void *owner, enum stream_cond cond)
{
	outbound_give_up(owner, cond, "bad stanza");
}

static const struct intake_events intake_events = {
	.on_stanza = on_stanza,
	.on_reply = on_reply,
	.on_spoof = on_spoof,
	.on_fault = on_fault,
};

void outbound_init_intake(struct outbound *o)
{
	intake_init(&o->intake, o->place, &o->trust, &intake_events, o);
}

bool outbound_take_stanza(struct outbound *o, struct elem *e)
{
	if (!o->is_bidi || o->state != OUTBOUND_OPEN || !intake_is_stanza(e))
		return false;
	ack_count_handled(&o->ack);
	intake_take(&o->intake, e);
	return true;
}

static void settle_pause(struct outbound *o)
{
	/* it counts from when we listen */
	o->asked_at = loop_now(o->place->loop);
	stream_pause(o->stream, o->is_paused || o->is_held);
}

void outbound_pause(struct outbound *o, bool on)
{
	o->is_paused = on;
	settle_pause(o);
}

void outbound_retire(struct outbound *o)
{
	if (o->is_bidi && o->state == OUTBOUND_OPEN)
		outbound_pause(o, true);
}

void outbound_hold(struct outbound *o, bool on)
{
	o->is_held = on && o->is_bidi;
	settle_pause(o);
}
