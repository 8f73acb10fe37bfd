/* SPDX-License-Identifier: MIT */
/*
 * outbound_prove: our domain is asserted on a stream that we opened, by SASL
 * EXTERNAL or by dialback, and believed or not; and what else comes by dialback.
 */
#include "s2s/outbound_part.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "loop/loop.h"
#include "net/creds.h"
#include "s2s/features.h"
#include "s2s/recall.h"
#include "s2s/sasl.h"
#include "s2s/spoof.h"
#include "s2s/stream.h"
#include "s2s/tally.h"
#include "s2s/witness.h"
#include "xml/elem.h"
#include "xmpp/ns.h"

/* The pair that was asserted, the other way round (XEP-0288 2.2). Who they are
 * we know from their certificate, or from where DNS led us. */
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
	outbound_step(o, OUTBOUND_OPEN);
	let_speak(o);
	o->events->on_open(o->owner, proof);
}

/* ---- SASL EXTERNAL, or dialback ---- */

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
	outbound_step(o, OUTBOUND_ASKED);
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

bool outbound_may_assert(const struct outbound *o)
{
	return o->state == OUTBOUND_SECURE &&
	       o->initiator.state == INITIATOR_IDLE;
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
	outbound_step(o, OUTBOUND_AUTH);
	stream_give(o->stream, sasl_auth_new(o->names.local));
}

static void take_success(struct outbound *o)
{
	if (!stream_restart(o->stream)) {
		outbound_stop(o);
		outbound_tell_lost(o, "did not wait for the new stream");
		return;
	}
	stream_send_header(o->stream, o->names.local, o->names.remote);
	outbound_step(o, OUTBOUND_AUTH_HEADER);
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

bool outbound_take_login(struct outbound *o, const struct elem *e)
{
	if (o->state != OUTBOUND_AUTH)
		return false;
	if (elem_is(e, "success", NS_SASL))
		take_success(o);
	else if (elem_is(e, "failure", NS_SASL))
		take_failure(o, e);
	else
		return false;
	return true;
}

void outbound_end_login(struct outbound *o)
{
	counter_add(&tally.external_out, 1);
	outbound_enable_acks(o);
	open_up(o, S2S_PROOF_CERTIFICATE);
}

/* ---- dialback ---- */

static void count_unsolicited(struct outbound *o)
{
	if (spoof_note_unsolicited(o->stream, o->names.remote, &o->unsolicited))
		outbound_give_up(o, STREAM_COND_POLICY_VIOLATION,
				 "unsolicited dialback");
}

static void take_verdict(struct outbound *o)
{
	if (o->initiator.state == INITIATOR_VALID) {
		open_up(o, S2S_PROOF_DIALBACK);
		return;
	}
	outbound_step(o, OUTBOUND_SECURE);
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

bool outbound_take_dialback(struct outbound *o, const struct elem *e)
{
	struct packet p;

	if (!str_equal(elem_ns(e), NS_DIALBACK))
		return false;
	switch (packet_read(e, &p)) {
	case PACKET_OK:
		take_packet(o, &p);
		break;
	case PACKET_UNKNOWN:
	case PACKET_BAD_ADDRESS:
		outbound_give_up(o, STREAM_COND_IMPROPER_ADDRESSING,
				 "bad dialback");
		break;
	}
	packet_fini(&p);
	return true;
}
