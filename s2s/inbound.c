/* SPDX-License-Identifier: MIT */
#include "s2s/inbound.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/quota.h"
#include "base/str.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "net/addr.h"
#include "s2s/features.h"
#include "s2s/inbound_part.h"
#include "s2s/sasl.h"
#include "s2s/spoof.h"
#include "s2s/stream.h"
#include "s2s/tally.h"
#include "xml/elem.h"
#include "xmpp/ns.h"

#define MAX_LOGINS 3 /* failed ones */

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

/* Somebody claims a domain that is not theirs to claim. */
static void fail_as_spoof(struct inbound *in, const char *claimed)
{
	spoof_note(in->stream, inbound_label(in), claimed);
	inbound_fail(in, STREAM_COND_INVALID_FROM, NULL);
}

/* ---- header ---- */

/* A restart may not change who talks to whom (CVE-2018-10847). */
static bool fits_before(const char *before, const char *now)
{
	return !before || !now || str_equal(before, now);
}

static const char *local_of(const struct inbound *in,
			    const struct stream_header *header)
{
	const struct s2s_settings *settings = in->place->settings;

	if (header->to)
		return header->to;
	/* old servers name nobody; only one can be meant */
	if (in->state == INBOUND_HEADER && settings->domain_count == 1)
		return settings->domains[0];
	return NULL;
}

static bool check_header(struct inbound *in, const char *local,
			 const struct stream_header *header)
{
	if (!local || !fits_before(in->local, local) ||
	    !fits_before(in->remote, header->from))
		inbound_fail(in, STREAM_COND_IMPROPER_ADDRESSING, NULL);
	else if (!place_is_ours(in->place, local))
		inbound_fail(in, STREAM_COND_HOST_UNKNOWN, NULL);
	else if (header->from && place_is_ours(in->place, header->from))
		fail_as_spoof(in, header->from);
	else if (header->version == 0)
		inbound_fail(in, STREAM_COND_POLICY_VIOLATION, "TLS is required");
	else if (header->from &&
		 !claimant_is_allowed(&in->claimant, header->from))
		inbound_fail(in, STREAM_COND_POLICY_VIOLATION, NULL);
	else
		return true;
	return false;
}

/* Rule R13. Nothing is proven yet: the name counts for itself at each
 * network, or anybody could use it up. */
static bool check_quota(struct inbound *in, const struct stream_header *header)
{
	char network[ADDR_TEXT_SIZE];
	char *name;
	bool may;

	if (in->remote || !header->from)
		return true;
	addr_print_network(stream_peer_addr(in->stream), 64, network);
	name = str_format("%s %s", header->from, network);
	may = quota_take(in->place->claims, name, loop_now(in->place->loop));
	mem_free(&name);
	if (may)
		return true;
	counter_add(&tally.refused_often, 1);
	inbound_fail(in, STREAM_COND_POLICY_VIOLATION, "too many new streams");
	return false;
}

static void offer(struct inbound *in, unsigned features)
{
	const struct s2s_settings *settings = in->place->settings;
	const struct limits limits = {
		.max_bytes = stream_is_secure(in->stream)
				     ? settings->max_stanza
				     : settings->max_stanza_unauthenticated,
		.idle = settings->idle_in,
	};
	struct elem *e = features_new(features);

	limits_add(e, &limits);
	stream_give(in->stream, e);
}

static void take_plain_header(struct inbound *in)
{
	in->state = INBOUND_PLAIN;
	timer_start(in->timer, in->place->settings->header_timeout);
	offer(in, FEATURE_STARTTLS | FEATURE_TLS_REQUIRED | FEATURE_DIALBACK |
			  FEATURE_DIALBACK_ERRORS);
}

/* EXTERNAL is offered only if it will succeed: there are servers that give up
 * when it fails, instead of going on to dialback. */
static void take_secure_header(struct inbound *in)
{
	unsigned features = FEATURE_DIALBACK | FEATURE_DIALBACK_ERRORS;

	in->state = INBOUND_SECURE;
	log_info(LOG_S2S, "%s: stream in from %s, %s, %s", inbound_label(in),
		 stream_peer(in->stream), stream_cipher(in->stream),
		 in->remote ? cert_verdict_text(in->verdict) : "names nobody");
	if (in->verdict == CERT_VALID)
		features |= FEATURE_MECHANISMS | FEATURE_EXTERNAL;
	if (in->place->settings->bidi)
		features |= FEATURE_BIDI;
	offer(in, features);
}

static void authorise(struct inbound *in, const char *local, const char *remote,
		      enum s2s_proof proof, bool is_first);

/* The stream that SASL began anew. What it proved holds for the names that it
 * was proven for: check_header() saw to it that they are the same. */
static void take_auth_header(struct inbound *in)
{
	unsigned features = FEATURE_DIALBACK | FEATURE_DIALBACK_ERRORS;

	if (in->verdict != CERT_VALID ||
	    !trust_add(&in->trust, in->local, in->remote,
		       S2S_PROOF_CERTIFICATE)) {
		inbound_fail(in, STREAM_COND_NOT_AUTHORIZED, NULL);
		return;
	}
	if (in->place->settings->stream_management)
		features |= FEATURE_SM;
	offer(in, features);
	authorise(in, in->local, in->remote, S2S_PROOF_CERTIFICATE, true);
}

static void on_header(void *owner, const struct stream_header *header)
{
	struct inbound *in = owner;
	const char *local = local_of(in, header);

	/* as whom they called, also if all that follows is an error */
	if (local && place_is_ours(in->place, local))
		stream_send_header(in->stream, local,
				   header->from ? header->from : in->remote);
	if (!check_header(in, local, header) || !check_quota(in, header))
		return;
	str_set(&in->local, local);
	if (header->from)
		str_set(&in->remote, header->from);
	in->verdict = CERT_NONE;
	if (stream_is_secure(in->stream) && header->from)
		in->verdict = claimant_judge(&in->claimant, header->from);
	if (in->state == INBOUND_HEADER)
		take_plain_header(in);
	else if (in->state == INBOUND_SECURE_HEADER)
		take_secure_header(in);
	else if (in->state == INBOUND_AUTH_HEADER)
		take_auth_header(in);
	else
		require(false);
}

static void on_secure(void *owner)
{
	struct inbound *in = owner;

	in->state =
		INBOUND_SECURE_HEADER; /* from TLS, or directly from HEADER */
	timer_start(in->timer, in->place->settings->auth_timeout);
}

static void start_tls(struct inbound *in)
{
	stream_give(in->stream, elem_new("proceed", NS_TLS));
	timer_stop(in->timer); /* TLS has its own */
	if (stream_start_tls(in->stream, NULL, NULL))
		in->state = INBOUND_TLS;
	else
		inbound_end(in);
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
		inbound_fail(in, STREAM_COND_POLICY_VIOLATION, "too many attempts");
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

static void take_dialback(struct inbound *in, struct elem *owned)
{
	struct packet p;

	switch (packet_read(owned, &p)) {
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
	elem_free(&owned);
}

static void authorise(struct inbound *in, const char *local, const char *remote,
		      enum s2s_proof proof, bool is_first)
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
	authorise(owner, local, remote, proof, is_first);
}

static void on_spoof(void *owner, const char *from)
{
	fail_as_spoof(owner, from);
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

/* ---- stanzas ---- */

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

static const struct intake_events intake_events = {
	.on_stanza = on_stanza,
	.on_reply = on_reply,
	.on_spoof = on_spoof,
	.on_fault = on_fault,
};

static void on_elem(void *owner, struct elem *owned)
{
	struct inbound *in = owner;

	if (str_equal(elem_ns(owned), NS_DIALBACK)) {
		take_dialback(in, owned);
		return;
	}
	if (intake_is_stanza(owned) && in->state == INBOUND_OPEN) {
		ack_count_handled(&in->ack);
		intake_take(&in->intake, owned);
		return;
	}
	if (in->state == INBOUND_PLAIN && elem_is(owned, "starttls", NS_TLS))
		start_tls(in);
	else if (in->state < INBOUND_OPEN && elem_is(owned, "auth", NS_SASL))
		take_auth(in, owned);
	else if (intake_is_stanza(owned))
		inbound_fail(in, STREAM_COND_NOT_AUTHORIZED, NULL);
	else if (!inbound_take_bidi(in, owned) && !inbound_take_management(in, owned))
		inbound_fail(in, STREAM_COND_UNSUPPORTED_STANZA_TYPE, NULL);
	elem_free(&owned);
}

/* ---- life ---- */

static void on_drained(void *owner)
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

static void on_ending(void *owner, enum stream_end why, enum stream_cond cond,
		      const char *text)
{
	struct inbound *in = owner;

	(void)cond;
	if (in->state == INBOUND_ENDED)
		return;
	if (why == STREAM_END_PEER || in->state < INBOUND_SECURE)
		log_debug(LOG_S2S, "%s: stream in from %s ended: %s", inbound_label(in),
			  stream_peer(in->stream), text);
	else
		log_info(LOG_S2S, "%s: stream in from %s ended: %s", inbound_label(in),
			 stream_peer(in->stream), text);
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
	.on_header = on_header,
	.on_elem = on_elem,
	.on_secure = on_secure,
	.on_drained = on_drained,
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
	claimant_init(&in->claimant);
	in->claimant.place = place;
	in->claimant.stream = in->stream;
	in->claimant.trust = &in->trust;
	in->claimant.verdict = &in->verdict;
	in->claimant.events = &claimant_events;
	in->claimant.owner = in;
	outlet_list_init(&in->outlets);
	intake_init(&in->intake, place, &in->trust, &intake_events, in);
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
