/* SPDX-License-Identifier: MIT */
#include "s2s/outbound.h"

#include <string.h>

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "dialback/initiator.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "net/creds.h"
#include "s2s/ack.h"
#include "s2s/anchor.h"
#include "s2s/features.h"
#include "s2s/intake.h"
#include "s2s/limits.h"
#include "s2s/place.h"
#include "s2s/report.h"
#include "s2s/route.h"
#include "s2s/sasl.h"
#include "s2s/stream.h"
#include "s2s/tally.h"
#include "s2s/trust.h"
#include "s2s/witness.h"
#include "xml/elem.h"
#include "xmpp/ns.h"

#define MAX_UNSOLICITED 3

enum outbound_state {
	OUTBOUND_HEADER,          /* header sent */
	OUTBOUND_FEATURES,        /* theirs came */
	OUTBOUND_PROCEED,         /* <starttls/> sent */
	OUTBOUND_TLS,             /* handshake */
	OUTBOUND_ANCHOR,          /* TLS is there, its TLSA records are not */
	OUTBOUND_SECURE_HEADER,   /* header sent again */
	OUTBOUND_SECURE_FEATURES, /* theirs came */
	OUTBOUND_SECURE,          /* may verify and assert */
	OUTBOUND_AUTH,            /* <auth/> sent */
	OUTBOUND_AUTH_HEADER,     /* it succeeded; header sent a third time */
	OUTBOUND_AUTH_FEATURES,   /* theirs came */
	OUTBOUND_ASKED,           /* db:result sent */
	OUTBOUND_OPEN,
	OUTBOUND_ENDED,
};

struct outbound {
	const struct place *place; /* borrowed */
	const struct outbound_events *events;
	void *owner;
	struct stream *stream;
	enum outbound_state state;
	struct outbound_names names;
	char *id;             /* owned; of their latest header */
	struct limits limits; /* theirs */
	struct initiator initiator;
	struct anchor anchor;
	struct timer *timer; /* deadline of a step before SECURE */
	unsigned features;   /* of the latest, over TLS */
	bool has_tried_external;
	enum s2s_proof proof; /* by which we were believed, when OPEN */
	unsigned unsolicited;
	struct ack ack;
	bool has_acks;  /* <enabled/> came */
	bool is_asked;  /* <r/> was sent, <a/> did not come */
	bool has_asked; /* ... and it has left us */
	int64_t asked_at;
	uint64_t taken; /* stream_taken() before what was written
				   * since the last drain */
	bool is_bidi;   /* they may send stanzas, too */
	bool is_paused;
	bool is_held;
	struct trust trust; /* the pair that they may carry then */
	struct intake intake;
};

static void end(struct outbound *o)
{
	o->state = OUTBOUND_ENDED;
	timer_stop(o->timer);
}

/* We end it ourselves, and the link must know. */
static void fail(struct outbound *o, enum stream_cond cond, const char *text)
{
	end(o);
	stream_fail(o->stream, cond, NULL);
	o->events->on_ending(o->owner, OUTBOUND_END_LOST, text);
}

/* Each step before the stream is of use has a deadline: a server that accepts
 * and stays silent must not use up the whole attempt. */
static void step(struct outbound *o, enum outbound_state next)
{
	o->state = next;
	if (next == OUTBOUND_TLS || next >= OUTBOUND_SECURE)
		timer_stop(o->timer); /* TLS has its own, then the link */
	else
		timer_start(o->timer, o->place->settings->header_timeout);
}

static void on_deadline(void *owner)
{
	fail(owner, STREAM_COND_CONNECTION_TIMEOUT, "no answer in time");
}

/* ---- negotiation ---- */

static enum outbound_state features_after(enum outbound_state header)
{
	switch (header) {
	case OUTBOUND_HEADER:
		return OUTBOUND_FEATURES;
	case OUTBOUND_SECURE_HEADER:
		return OUTBOUND_SECURE_FEATURES;
	case OUTBOUND_AUTH_HEADER:
		return OUTBOUND_AUTH_FEATURES;
	default:
		require(false); /* a header comes once, after ours */
	}
}

static void on_header(void *owner, const struct stream_header *header)
{
	struct outbound *o = owner;

	if (header->version == 0) {
		fail(o, STREAM_COND_UNSUPPORTED_VERSION,
		     "does not speak XMPP 1.0");
	} else if (!header->id) {
		fail(o, STREAM_COND_BAD_FORMAT, "stream without an id");
	} else if (header->from && place_is_ours(o->place, header->from)) {
		fail(o, STREAM_COND_INVALID_FROM, "that is us");
	} else {
		str_set(&o->id, header->id);
		step(o, features_after(o->state));
	}
}

/* Asked for even where it is not offered: what strips the offer gets no plain
 * text either. */
static void ask_tls(struct outbound *o)
{
	stream_give(o->stream, elem_new("starttls", NS_TLS));
	step(o, OUTBOUND_PROCEED);
}

/* The pair that was asserted, the other way round (XEP-0288 2.2). Who they are we
 * know from their certificate, or from where DNS led us. */
static void let_speak(struct outbound *o)
{
	enum s2s_proof proof = outbound_verdict(o) == CERT_VALID
				       ? S2S_PROOF_CERTIFICATE
				       : S2S_PROOF_DIALBACK;

	if (!o->is_bidi ||
	    !trust_add(&o->trust, o->names.local, o->names.remote, proof))
		return;
	stream_set_max_stanza(o->stream, o->place->settings->max_stanza);
	counter_add(&tally.bidi_out, 1);
}

static void open_up(struct outbound *o, enum s2s_proof proof)
{
	o->proof = proof;
	step(o, OUTBOUND_OPEN);
	let_speak(o);
	o->events->on_open(o->owner, proof);
}

/* Nothing waits for the answer: both count from here. */
static void enable_acks(struct outbound *o)
{
	struct elem *e;

	if (!(o->features & FEATURE_SM) ||
	    !o->place->settings->stream_management)
		return;
	e = elem_new("enable", NS_SM);
	ack_begin(&o->ack);
	stream_give(o->stream, e);
}

static void take_features(struct outbound *o, const struct elem *e)
{
	char *text;

	o->features = features_read(e);
	text = features_text(o->features);
	log_debug(LOG_S2S, "%s: offers %s", o->names.remote, text);
	mem_free(&text);
	o->limits = (struct limits){ 0 }; /* of these features, not of others */
	limits_read(e, &o->limits);
	if (o->state == OUTBOUND_FEATURES) {
		ask_tls(o);
	} else if (o->state == OUTBOUND_AUTH_FEATURES) {
		counter_add(&tally.external_out, 1);
		enable_acks(o);
		open_up(o, S2S_PROOF_CERTIFICATE);
	} else {
		step(o, OUTBOUND_SECURE);
		o->events->on_secure(o->owner);
	}
}

static void start_tls(struct outbound *o)
{
	if (stream_start_tls(o->stream, o->names.local_ascii,
			     o->names.remote_ascii)) {
		step(o, OUTBOUND_TLS);
	} else {
		end(o);
		o->events->on_ending(o->owner, OUTBOUND_END_LOST,
				     "clear text behind its go-ahead for TLS");
	}
}

/* Whoever this is, it is not whom DNSSEC says that we called: not a word. */
static void fail_anchor(struct outbound *o, const char *text)
{
	log_warn(LOG_TLS, "%s: %s: %s", o->names.remote, stream_peer(o->stream),
		 text);
	end(o);
	stream_abort(o->stream);
	o->events->on_ending(o->owner, OUTBOUND_END_LOST, text);
}

static void judge(struct outbound *o)
{
	switch (anchor_judge(&o->anchor, o->stream, o->names.remote_ascii)) {
	case ANCHOR_MISMATCH:
		fail_anchor(o, "its certificate does not match its TLSA "
			       "records");
		return;
	case ANCHOR_UNKNOWN:
		fail_anchor(o, "its TLSA records cannot be had");
		return;
	case ANCHOR_SILENT:
	case ANCHOR_MATCH:
		break;
	}
	stream_send_header(o->stream, o->names.local, o->names.remote);
	step(o, OUTBOUND_SECURE_HEADER);
}

static void on_secure(void *owner)
{
	struct outbound *o = owner;

	if (o->anchor.state == ANCHOR_ASKING)
		step(o, OUTBOUND_ANCHOR);
	else
		judge(o);
}

static void on_anchor(void *owner)
{
	struct outbound *o = owner;

	if (o->state == OUTBOUND_ANCHOR)
		judge(o);
}

/* ---- asserting our domain ---- */

/* Never unless offered, and not with a certificate that nobody could accept: it
 * would only cost a round trip, and some servers their patience. */
static bool may_try_external(const struct outbound *o)
{
	return (o->features & FEATURE_EXTERNAL) &&
	       !recall_has(o->place->no_external, o->names.remote,
			   loop_now(o->place->loop)) &&
	       creds_may_convince(o->place->creds, o->names.local_ascii);
}

/* Dialback is tried unannounced as well: RFC 3920 had no feature for it. */
static void dial_back(struct outbound *o)
{
	step(o, OUTBOUND_ASKED);
	stream_give(o->stream,
		    initiator_ask(&o->initiator, &o->place->key, o->id));
}

/* Before anything is asserted (XEP-0288 2.2). */
static void ask_for_bidi(struct outbound *o)
{
	const struct s2s_settings *settings = o->place->settings;
	const struct limits limits = {
		.max_bytes = settings->max_stanza,
		.idle = settings->idle_in,
	};
	struct elem *e;

	if (o->is_bidi || !(o->features & FEATURE_BIDI) || !settings->bidi)
		return;
	o->is_bidi = true;
	e = elem_new("bidi", NS_BIDI);
	limits_add(e, &limits);
	stream_give(o->stream, e);
}

void outbound_assert(struct outbound *o)
{
	require(o->state == OUTBOUND_SECURE);
	ask_for_bidi(o);
	if (!may_try_external(o)) {
		dial_back(o);
		return;
	}
	o->has_tried_external = true;
	step(o, OUTBOUND_AUTH);
	stream_give(o->stream, sasl_auth_new(o->names.local));
}

static void take_success(struct outbound *o)
{
	if (!stream_restart(o->stream)) {
		end(o);
		o->events->on_ending(o->owner, OUTBOUND_END_LOST,
				     "did not wait for the new stream");
		return;
	}
	stream_send_header(o->stream, o->names.local, o->names.remote);
	step(o, OUTBOUND_AUTH_HEADER);
}

static void take_failure(struct outbound *o, const struct elem *e)
{
	char *text = sasl_failure_text(e);

	log_info(LOG_S2S,
		 "%s: does not accept our certificate: %s; goes on "
		 "to dialback",
		 o->names.remote, text);
	mem_free(&text);
	dial_back(o);
}

/* ---- dialback ---- */

static void count_unsolicited(struct outbound *o)
{
	log_warn(LOG_DIALBACK, "%s: unsolicited dialback from %s",
		 o->names.remote, stream_peer(o->stream));
	counter_add(&tally.spoofs, 1);
	if (++o->unsolicited >= MAX_UNSOLICITED)
		fail(o, STREAM_COND_POLICY_VIOLATION, "unsolicited dialback");
}

static void take_verdict(struct outbound *o)
{
	if (o->initiator.state == INITIATOR_VALID) {
		open_up(o, S2S_PROOF_DIALBACK);
		return;
	}
	step(o, OUTBOUND_SECURE);
	o->events->on_refused(o->owner,
			      o->initiator.state == INITIATOR_INVALID
				      ? PACKET_INVALID
				      : PACKET_ERROR,
			      o->initiator.cond);
}

/* What they ask on a stream that they may use, too. Who else they speak for they
 * shall tell on a stream of their own. */
static void take_request(struct outbound *o, const struct packet *p)
{
	if (p->kind == PACKET_VERIFY)
		stream_give(o->stream, witness_answer(o->place, p));
	else
		stream_give(o->stream,
			    packet_answer_new(p, PACKET_ERROR,
					      COND_POLICY_VIOLATION));
}

static void take_packet(struct outbound *o, const struct packet *p)
{
	if (p->type == PACKET_REQUEST && o->is_bidi &&
	    o->state == OUTBOUND_OPEN)
		take_request(o, p);
	else if (o->state < OUTBOUND_SECURE || p->type == PACKET_REQUEST)
		count_unsolicited(o);
	else if (p->kind == PACKET_RESULT &&
		 initiator_take_answer(&o->initiator, p))
		take_verdict(o);
	else if (p->kind != PACKET_VERIFY ||
		 !o->events->on_verified(o->owner, p))
		count_unsolicited(o);
}

static void take_dialback(struct outbound *o, const struct elem *e)
{
	struct packet p;

	switch (packet_read(e, &p)) {
	case PACKET_OK:
		take_packet(o, &p);
		break;
	case PACKET_UNKNOWN:
	case PACKET_BAD_ADDRESS:
		fail(o, STREAM_COND_IMPROPER_ADDRESSING, "bad dialback");
		break;
	}
	packet_fini(&p);
}

/* ---- acknowledgements ---- */

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
	end(o);
	stream_fail_with(o->stream, STREAM_COND_UNDEFINED_CONDITION, NULL,
			 ack_too_high_new(&o->ack, e));
	o->events->on_ending(o->owner, OUTBOUND_END_LOST,
			     "acknowledges more than was sent");
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
		fail(o, STREAM_COND_BAD_FORMAT, "bad acknowledgement");
		break;
	}
}

/* False: not to be expected here. */
static bool take_management(struct outbound *o, const struct elem *e)
{
	if (!o->ack.is_on)
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

/* Not when it is us who do not listen. A slow one may take its time for what is before the question. */
static bool is_silent(const struct outbound *o, int64_t now)
{
	return o->is_asked && o->has_asked && !o->is_paused && !o->is_held &&
	       now - o->asked_at >= o->place->settings->ack_timeout;
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
	char *quoted = str_quote(from, strlen(from), 255);

	log_warn(LOG_S2S, "%s: refused to speak for %s (%s)", o->names.remote,
		 quoted, stream_peer(o->stream));
	mem_free(&quoted);
	counter_add(&tally.spoofs, 1);
	fail(o, STREAM_COND_INVALID_FROM, "spoke for another domain");
}

static void on_fault(void *owner, enum stream_cond cond)
{
	fail(owner, cond, "bad stanza");
}

static const struct intake_events intake_events = {
	.on_stanza = on_stanza,
	.on_reply = on_reply,
	.on_spoof = on_spoof,
	.on_fault = on_fault,
};

/* ---- events ---- */

/* Nothing but answers comes on a stream that we opened. */
static void refuse(struct outbound *o, const struct elem *e)
{
	if (str_equal(elem_ns(e), NS_SERVER))
		fail(o, STREAM_COND_NOT_AUTHORIZED, "stanza on our stream");
	else
		fail(o, STREAM_COND_UNSUPPORTED_STANZA_TYPE,
		     "unexpected element");
}

static void on_elem(void *owner, struct elem *owned)
{
	struct outbound *o = owner;

	if (o->is_bidi && o->state == OUTBOUND_OPEN &&
	    intake_is_stanza(owned)) {
		ack_count_handled(&o->ack);
		intake_take(&o->intake, owned);
		return;
	}
	if (str_equal(elem_ns(owned), NS_DIALBACK)) {
		take_dialback(o, owned);
	} else if (str_equal(elem_ns(owned), NS_SM)) {
		if (o->state != OUTBOUND_OPEN || !take_management(o, owned))
			refuse(o, owned);
	} else if (elem_is(owned, "features", NS_STREAM) &&
		   (o->state == OUTBOUND_FEATURES ||
		    o->state == OUTBOUND_SECURE_FEATURES ||
		    o->state == OUTBOUND_AUTH_FEATURES)) {
		take_features(o, owned);
	} else if (o->state == OUTBOUND_PROCEED &&
		   elem_is(owned, "proceed", NS_TLS)) {
		start_tls(o);
	} else if (o->state == OUTBOUND_PROCEED &&
		   elem_is(owned, "failure", NS_TLS)) {
		fail(o, STREAM_COND_POLICY_VIOLATION, "has no TLS for us");
	} else if (o->state == OUTBOUND_AUTH &&
		   elem_is(owned, "success", NS_SASL)) {
		take_success(o);
	} else if (o->state == OUTBOUND_AUTH &&
		   elem_is(owned, "failure", NS_SASL)) {
		take_failure(o, owned);
	} else {
		refuse(o, owned);
	}
	elem_free(&owned);
}

static void on_drained(void *owner)
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
	end(o);
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
	.on_header = on_header,
	.on_elem = on_elem,
	.on_secure = on_secure,
	.on_drained = on_drained,
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
	o->intake = (struct intake){
		.place = place,
		.trust = &o->trust,
		.events = &intake_events,
		.owner = o,
	};
	o->timer = timer_new(place->loop, on_deadline, o);
	counter_add(&tally.streams_out, 1);
	anchor_init(&o->anchor, place, at, on_anchor, o);
	if (at->direct_tls) {
		start_tls(o);
	} else {
		stream_send_header(o->stream, names->local, names->remote);
		step(o, OUTBOUND_HEADER);
	}
	return o;
}

bool outbound_may_assert(const struct outbound *o)
{
	return o->state == OUTBOUND_SECURE &&
	       o->initiator.state == INITIATOR_IDLE;
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

bool outbound_has_acks(const struct outbound *o)
{
	return o->ack.is_on;
}

bool outbound_is_stalled(const struct outbound *o)
{
	return stream_is_stalled(o->stream);
}

uint32_t outbound_unacked(const struct outbound *o)
{
	return ack_open(&o->ack);
}

bool outbound_is_untouched(const struct outbound *o)
{
	return stream_taken(o->stream) == o->taken;
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

void outbound_tick(struct outbound *o, int64_t now)
{
	if (o->state == OUTBOUND_OPEN && is_silent(o, now)) {
		counter_add(&tally.silent, 1);
		/* it is sent again: may the kernel forget it */
		stream_set_abrupt(o->stream);
		fail(o, STREAM_COND_CONNECTION_TIMEOUT,
		     "does not acknowledge what it is sent");
		return;
	}
	if (o->state == OUTBOUND_OPEN &&
	    now - stream_wrote_at(o->stream) >=
		    limits_keepalive(&o->limits, o->place->settings->keepalive))
		stream_keep_alive(o->stream);
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

static void settle_pause(struct outbound *o)
{
	o->asked_at =
		loop_now(o->place->loop); /* it counts from when we listen */
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

void outbound_close(struct outbound *o)
{
	/* what was taken must not be sent once more */
	if (o->state == OUTBOUND_OPEN && o->is_bidi && o->ack.is_on)
		stream_give(o->stream, ack_answer_new(&o->ack));
	end(o);
	stream_close(o->stream);
}

void outbound_fail(struct outbound *o, enum stream_cond cond)
{
	end(o);
	stream_fail(o->stream, cond, NULL);
}

void outbound_abort(struct outbound *o)
{
	end(o);
	stream_abort(o->stream);
}
