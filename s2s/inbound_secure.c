/* SPDX-License-Identifier: MIT */
/*
 * inbound_secure: the first steps of a stream to us: headers, what is offered to
 * them, and STARTTLS.
 */
#include "s2s/inbound_part.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/quota.h"
#include "base/str.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "net/addr.h"
#include "s2s/features.h"
#include "s2s/stream.h"
#include "s2s/tally.h"
#include "xml/elem.h"
#include "xmpp/ns.h"

/* ---- is it a good one? ---- */

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
		inbound_fail_as_spoof(in, header->from);
	else if (header->version == 0)
		inbound_fail(in, STREAM_COND_POLICY_VIOLATION,
			     "TLS is required");
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

/* ---- what follows ---- */

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
	inbound_authorise(in, in->local, in->remote, S2S_PROOF_CERTIFICATE,
			  true);
}

void inbound_take_header(void *owner, const struct stream_header *header)
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

/* ---- TLS ---- */

static void start_tls(struct inbound *in)
{
	stream_give(in->stream, elem_new("proceed", NS_TLS));
	timer_stop(in->timer); /* TLS has its own */
	if (stream_start_tls(in->stream, NULL, NULL))
		in->state = INBOUND_TLS;
	else
		inbound_end(in);
}

void inbound_take_tls(void *owner)
{
	struct inbound *in = owner;

	/* from TLS, or directly from HEADER */
	in->state = INBOUND_SECURE_HEADER;
	timer_start(in->timer, in->place->settings->auth_timeout);
}

bool inbound_take_starttls(struct inbound *in, const struct elem *e)
{
	if (in->state != INBOUND_PLAIN || !elem_is(e, "starttls", NS_TLS))
		return false;
	start_tls(in);
	return true;
}
