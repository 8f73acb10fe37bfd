/* SPDX-License-Identifier: MIT */
/*
 * inbound_open: a stream to us, once it is open: their stanzas, what we may send
 * on it (XEP-0288), and what is acknowledged (XEP-0198).
 */
#include "s2s/inbound_part.h"

#include "base/buf.h"
#include "base/log.h"
#include "base/str.h"
#include "s2s/stream.h"
#include "s2s/tally.h"
#include "xml/elem.h"
#include "xmpp/ns.h"

#define DEAD_AFTER 120000 /* ms without progress: of a bidirectional stream */

/* ---- what they send ---- */

static void on_stanza(void *owner, struct stanza *owned, enum s2s_proof proof)
{
	struct inbound *in = owner;

	in->events->on_stanza(in->owner, owned, proof);
}

static void on_reply(void *owner, struct envelope *owned)
{
	struct inbound *in = owner;

	in->events->on_reply(in->owner, owned);
}

static void on_fault(void *owner, enum stream_cond cond)
{
	inbound_fail(owner, cond, NULL);
}

static void on_spoof(void *owner, const char *from)
{
	inbound_fail_as_spoof(owner, from);
}

static const struct intake_events intake_events = {
	.on_stanza = on_stanza,
	.on_reply = on_reply,
	.on_spoof = on_spoof,
	.on_fault = on_fault,
};

void inbound_init_intake(struct inbound *in)
{
	intake_init(&in->intake, in->place, &in->trust, &intake_events, in);
}

bool inbound_take_stanza(struct inbound *in, struct elem *e)
{
	if (in->state != INBOUND_OPEN || !intake_is_stanza(e))
		return false;
	ack_count_handled(&in->ack);
	intake_take(&in->intake, e);
	return true;
}

static void settle_pause(struct inbound *in)
{
	stream_pause(in->stream, in->is_paused || in->is_held);
}

void inbound_pause(struct inbound *in, bool on)
{
	in->is_paused = on;
	settle_pause(in);
}

void inbound_hold(struct inbound *in, const char *remote, bool on)
{
	if (in->is_held == on || !trust_has_remote(&in->trust, remote))
		return;
	if (on)
		counter_add(&tally.held, 1);
	log_debug(LOG_S2S, "%s: %s", inbound_label(in),
		  on ? "held back: too much waits for it" : "read again");
	in->is_held = on;
	settle_pause(in);
}

/* ---- both ways: XEP-0288 ---- */

/* Before they prove anything, and once. */
bool inbound_take_bidi(struct inbound *in, const struct elem *e)
{
	if (in->state != INBOUND_SECURE || in->is_bidi ||
	    !in->place->settings->bidi || !elem_is(e, "bidi", NS_BIDI))
		return false;
	in->is_bidi = true;
	limits_read(e, &in->limits);
	return true;
}

void inbound_give(struct inbound *in, const char *local, const char *remote,
		  uint32_t serial, const struct buf *data, size_t stanzas)
{
	struct outlet *o = outlet_find(&in->outlets, local, remote);

	if (in->state != INBOUND_OPEN || !o)
		return;
	o->serial = serial;
	o->taken = stream_taken(in->stream);
	o->is_waiting = true;
	stream_write(in->stream, buf_data(data), data->len);
	ack_count_sent(&in->ack, stanzas);
}

void inbound_take_drained(void *owner)
{
	struct inbound *in = owner;
	struct outlet *o;

	list_each(o, &in->outlets.outlets, node) {
		if (!o->is_waiting)
			continue;
		o->is_waiting = false;
		in->events->on_fed(in->owner, in->number, o->local, o->remote,
				   o->serial);
	}
}

void inbound_release(struct inbound *in, const char *local, const char *remote,
		     bool is_broken)
{
	struct outlet *o = outlet_find(&in->outlets, local, remote);

	if (is_broken) {
		if (in->state != INBOUND_ENDED)
			inbound_fail(in, STREAM_COND_RESOURCE_CONSTRAINT, NULL);
		return;
	}
	outlet_free(&o);
	if (in->is_leaving)
		inbound_close(in);
}

/* The links learn of it only now: nothing may overtake what is on its way. */
void inbound_close_outlets(struct inbound *in)
{
	struct outlet *o;
	bool is_untouched;

	while ((o = outlet_take(&in->outlets))) {
		is_untouched =
			o->is_waiting && stream_taken(in->stream) == o->taken;
		in->events->on_unfed(in->owner, in->number, o->local, o->remote,
				     is_untouched ? 0 : o->serial);
		outlet_free(&o);
	}
}

/* ---- acknowledgements: XEP-0198 ---- */

static void enable_acks(struct inbound *in)
{
	struct elem *e;

	if (in->ack.is_on) {
		e = elem_new("failed", NS_SM);
		elem_add(e, "unexpected-request", NS_STANZA_ERROR);
		stream_give(in->stream, e);
		return;
	}
	counter_add(&tally.managed_in, 1);
	ack_begin(&in->ack);
	stream_give(in->stream, elem_new("enabled", NS_SM));
}

static void take_ack(struct inbound *in, const struct elem *e)
{
	uint32_t newly;

	switch (ack_take(&in->ack, e, &newly)) {
	case ACK_OK:
		break;
	case ACK_TOO_HIGH:
		inbound_end(in);
		stream_fail_with(in->stream, STREAM_COND_UNDEFINED_CONDITION,
				 NULL, ack_too_high_new(&in->ack, e));
		break;
	case ACK_BAD:
		inbound_fail(in, STREAM_COND_BAD_FORMAT, NULL);
		break;
	}
}

bool inbound_take_management(struct inbound *in, const struct elem *e)
{
	if (in->state != INBOUND_OPEN || !str_equal(elem_ns(e), NS_SM) ||
	    !in->place->settings->stream_management)
		return false;
	if (str_equal(elem_name(e), "enable"))
		enable_acks(in);
	else if (!in->ack.is_on)
		return false;
	else if (str_equal(elem_name(e), "r"))
		stream_give(in->stream, ack_answer_new(&in->ack));
	else if (str_equal(elem_name(e), "a"))
		take_ack(in, e);
	else
		return false;
	return true;
}

/* ---- now and then ---- */

static bool is_stuck(const struct inbound *in, int64_t now)
{
	return stream_queued(in->stream) > 0 &&
	       now - stream_progress_at(in->stream) >= DEAD_AFTER;
}

void inbound_tick(struct inbound *in, int64_t now)
{
	const struct s2s_settings *settings = in->place->settings;

	if (in->state != INBOUND_OPEN)
		return;
	if (is_stuck(in, now)) {
		log_warn(LOG_S2S, "%s: takes nothing any more on its stream",
			 inbound_label(in));
		inbound_fail(in, STREAM_COND_RESOURCE_CONSTRAINT, NULL);
	} else if (now - stream_read_at(in->stream) >= settings->idle_in) {
		log_info(LOG_S2S, "%s: stream in from %s ended: idle",
			 inbound_label(in), stream_peer(in->stream));
		inbound_end(in);
		stream_close(in->stream);
	} else if (now - stream_wrote_at(in->stream) >=
		   limits_keepalive(&in->limits, settings->keepalive)) {
		stream_keep_alive(in->stream);
	}
}
