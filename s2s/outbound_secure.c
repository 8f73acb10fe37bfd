/* SPDX-License-Identifier: MIT */
/*
 * outbound_secure: the first steps of a stream that we open, until it is of use:
 * header, STARTTLS or TLS at once, the certificate against TLSA records, header
 * and features over TLS.
 */
#include "s2s/outbound_part.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "s2s/features.h"
#include "s2s/stream.h"
#include "xml/elem.h"
#include "xmpp/ns.h"

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

void outbound_take_header(void *owner, const struct stream_header *header)
{
	struct outbound *o = owner;

	if (header->version == 0) {
		outbound_give_up(o, STREAM_COND_UNSUPPORTED_VERSION,
				 "does not speak XMPP 1.0");
	} else if (!header->id) {
		outbound_give_up(o, STREAM_COND_BAD_FORMAT,
				 "stream without an id");
	} else if (header->from && place_is_ours(o->place, header->from)) {
		outbound_give_up(o, STREAM_COND_INVALID_FROM, "that is us");
	} else {
		str_set(&o->id, header->id);
		outbound_step(o, features_after(o->state));
	}
}

/* ---- features ---- */

/* Asked for even where it is not offered: what strips the offer gets no plain
 * text either. */
static void ask_tls(struct outbound *o)
{
	stream_give(o->stream, elem_new("starttls", NS_TLS));
	outbound_step(o, OUTBOUND_PROCEED);
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
		outbound_end_login(o);
	} else {
		outbound_step(o, OUTBOUND_SECURE);
		o->events->on_secure(o->owner);
	}
}

/* ---- TLS ---- */

void outbound_start_tls(struct outbound *o)
{
	if (stream_start_tls(o->stream, o->names.local_ascii,
			     o->names.remote_ascii)) {
		outbound_step(o, OUTBOUND_TLS);
	} else {
		outbound_stop(o);
		outbound_tell_lost(o, "clear text behind its go-ahead for TLS");
	}
}

/* Whoever this is, it is not whom DNSSEC says that we called: not a word. */
static void fail_anchor(struct outbound *o, const char *text)
{
	log_warn(LOG_TLS, "%s: %s: %s", o->names.remote, stream_peer(o->stream),
		 text);
	outbound_stop(o);
	stream_abort(o->stream);
	outbound_tell_lost(o, text);
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
	outbound_step(o, OUTBOUND_SECURE_HEADER);
}

void outbound_take_tls(void *owner)
{
	struct outbound *o = owner;

	if (o->anchor.state == ANCHOR_ASKING)
		outbound_step(o, OUTBOUND_ANCHOR);
	else
		judge(o);
}

void outbound_take_anchor(void *owner)
{
	struct outbound *o = owner;

	if (o->state == OUTBOUND_ANCHOR)
		judge(o);
}

/* ---- what comes ---- */

static bool awaits_features(const struct outbound *o)
{
	return o->state == OUTBOUND_FEATURES ||
	       o->state == OUTBOUND_SECURE_FEATURES ||
	       o->state == OUTBOUND_AUTH_FEATURES;
}

bool outbound_take_greeting(struct outbound *o, const struct elem *e)
{
	bool has_asked_tls = o->state == OUTBOUND_PROCEED;

	if (awaits_features(o) && elem_is(e, "features", NS_STREAM))
		take_features(o, e);
	else if (has_asked_tls && elem_is(e, "proceed", NS_TLS))
		outbound_start_tls(o);
	else if (has_asked_tls && elem_is(e, "failure", NS_TLS))
		outbound_give_up(o, STREAM_COND_POLICY_VIOLATION,
				 "has no TLS for us");
	else
		return false;
	return true;
}
