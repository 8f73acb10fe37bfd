/* SPDX-License-Identifier: MIT */
/*
 * inbound_prove: how they prove who they are, by SASL EXTERNAL or by dialback.
 */
#include "s2s/inbound_part.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "loop/timer.h"
#include "s2s/sasl.h"
#include "s2s/spoof.h"
#include "s2s/stream.h"
#include "s2s/tally.h"
#include "xml/elem.h"
#include "xmpp/ns.h"

#define MAX_LOGINS 3 /* failed ones */

void inbound_authorise(struct inbound *in, const char *local,
		       const char *remote, enum s2s_proof proof, bool is_first)
{
	if (is_first) {
		in->state = INBOUND_OPEN;
		timer_stop(in->timer);
		stream_set_max_stanza(in->stream,
				      in->place->settings->max_stanza);
	}
	log_info(LOG_S2S, "%s: verified by %s, may speak to %s", remote,
		 s2s_proof_text(proof), local);
	claimant_note_proof(&in->claimant, remote, proof);
	if (in->is_bidi && !outlet_find(&in->outlets, local, remote)) {
		outlet_add(&in->outlets, local, remote);
		counter_add(&tally.bidi_in, 1);
		in->events->on_feed(in->owner, in->number, local, remote,
				    in->limits.max_bytes);
	}
	in->events->on_authorised(in->owner, in->number, local, remote, proof,
				  is_first);
}

/* ---- SASL ---- */

static enum sasl_fault try_login(const struct inbound *in,
				 const struct elem *auth)
{
	if (in->state == INBOUND_PLAIN)
		return SASL_ENCRYPTION_REQUIRED;
	/* what was not offered is not to be had */
	if (in->verdict != CERT_VALID)
		return SASL_INVALID_MECHANISM;
	return sasl_read_auth(auth, in->remote);
}

/* The stream stays: dialback may follow (XEP-0178). */
static void refuse_login(struct inbound *in, enum sasl_fault fault)
{
	struct elem *failure = sasl_failure_new(fault);
	char *text = sasl_failure_text(failure);

	log_info(LOG_S2S, "%s: SASL failed: %s", inbound_label(in), text);
	mem_free(&text);
	stream_give(in->stream, failure);
	if (++in->logins >= MAX_LOGINS)
		inbound_fail(in, STREAM_COND_POLICY_VIOLATION,
			     "too many attempts");
}

static void take_auth(struct inbound *in, const struct elem *auth)
{
	enum sasl_fault fault = try_login(in, auth);

	if (fault != SASL_OK) {
		refuse_login(in, fault);
		return;
	}
	stream_give(in->stream, elem_new("success", NS_SASL));
	claimant_restart(&in->claimant);
	if (stream_restart(in->stream))
		in->state = INBOUND_AUTH_HEADER;
	else
		inbound_end(in);
}

bool inbound_take_login(struct inbound *in, const struct elem *e)
{
	if (in->state >= INBOUND_OPEN || !elem_is(e, "auth", NS_SASL))
		return false;
	take_auth(in, e);
	return true;
}

/* ---- dialback ---- */

/* We asked nothing on this stream, so no answer belongs here. */
static void count_unsolicited(struct inbound *in)
{
	if (spoof_note_unsolicited(in->stream, inbound_label(in),
				   &in->unsolicited))
		inbound_fail(in, STREAM_COND_POLICY_VIOLATION, NULL);
}

static void take_packet(struct inbound *in, const struct packet *p)
{
	if (p->type != PACKET_REQUEST)
		count_unsolicited(in);
	else if (in->state == INBOUND_PLAIN)
		claimant_refuse(&in->claimant, p, COND_POLICY_VIOLATION);
	else
		claimant_take(&in->claimant, p);
}

bool inbound_take_dialback(struct inbound *in, const struct elem *e)
{
	struct packet p;

	if (!str_equal(elem_ns(e), NS_DIALBACK))
		return false;
	switch (packet_read(e, &p)) {
	case PACKET_OK:
		take_packet(in, &p);
		break;
	case PACKET_UNKNOWN:
		inbound_fail(in, STREAM_COND_UNSUPPORTED_STANZA_TYPE, NULL);
		break;
	case PACKET_BAD_ADDRESS:
		inbound_fail(in, STREAM_COND_IMPROPER_ADDRESSING, NULL);
		break;
	}
	packet_fini(&p);
	return true;
}

static void on_question(void *owner, const char *local, const char *remote,
			const char *key)
{
	struct inbound *in = owner;

	in->events->on_question(in->owner, in->number, local, remote,
				stream_id(in->stream), key);
}

static void on_proof(void *owner, const char *local, const char *remote,
		     enum s2s_proof proof, bool is_first)
{
	inbound_authorise(owner, local, remote, proof, is_first);
}

static void on_spoof(void *owner, const char *from)
{
	inbound_fail_as_spoof(owner, from);
}

static void on_excess(void *owner, const char *text)
{
	inbound_fail(owner, STREAM_COND_POLICY_VIOLATION, text);
}

static void on_disproved(void *owner)
{
	struct inbound *in = owner;

	inbound_end(in);
	stream_close(in->stream);
}

static const struct claimant_events claimant_events = {
	.on_question = on_question,
	.on_proof = on_proof,
	.on_spoof = on_spoof,
	.on_excess = on_excess,
	.on_disproved = on_disproved,
};

void inbound_answer(struct inbound *in, const char *local, const char *remote,
		    enum packet_type verdict, enum cond_name cond)
{
	if (in->state == INBOUND_SECURE || in->state == INBOUND_OPEN)
		claimant_answer(&in->claimant, local, remote, verdict, cond);
}

void inbound_init_claimant(struct inbound *in)
{
	claimant_init(&in->claimant);
	in->claimant.place = in->place;
	in->claimant.stream = in->stream;
	in->claimant.trust = &in->trust;
	in->claimant.verdict = &in->verdict;
	in->claimant.events = &claimant_events;
	in->claimant.owner = in;
}
