/* SPDX-License-Identifier: MIT */
/*
 * inbound_part: what the files of a stream to us share: inbound.c (its life, and
 * who takes what comes), inbound_secure.c (until TLS is there, and each header),
 * inbound_prove.c (until they have proven who they are) and inbound_open.c
 * (stanzas flow). Nobody else includes it.
 *
 * Thread: its loop's.
 */
#pragma once

#include "base/base.h"
#include "s2s/ack.h"
#include "s2s/claimant.h"
#include "s2s/inbound.h"
#include "s2s/intake.h"
#include "s2s/limits.h"
#include "s2s/outlet.h"
#include "s2s/place.h"
#include "s2s/trust.h"

struct elem;
struct stream;
struct stream_header;
struct timer;

enum inbound_state {
	INBOUND_HEADER,        /* waiting for the first header */
	INBOUND_PLAIN,         /* STARTTLS offered */
	INBOUND_TLS,           /* handshake */
	INBOUND_SECURE_HEADER, /* waiting for the header over TLS */
	INBOUND_SECURE,        /* dialback offered; no pair authorised */
	INBOUND_AUTH_HEADER,   /* SASL succeeded; waiting for the next header */
	INBOUND_OPEN,          /* at least one pair authorised */
	INBOUND_ENDED,
};

struct inbound {
	const struct place *place; /* borrowed */
	const struct inbound_events *events;
	void *owner;
	uint64_t number;
	struct stream *stream;
	enum inbound_state state;
	char *local;  /* owned; of the header: ours */
	char *remote; /* owned; of the header, or NULL */
	struct trust trust;
	struct claimant claimant;
	struct intake intake;
	struct timer *timer;       /* deadline of the state */
	enum cert_verdict verdict; /* on their chain for remote; of the last
				    * header */
	unsigned logins;           /* failed */
	unsigned unsolicited;
	struct ack ack;
	bool is_bidi;         /* we may send stanzas, too */
	struct limits limits; /* theirs, for that */
	struct outlet_list outlets;
	bool is_finishing;
	bool is_leaving; /* closes when the outlets are gone */
	bool is_paused;  /* the conference is full */
	bool is_held;    /* too much waits for its domain */
	int64_t opened_at;
};

/* ---- inbound.c ---- */

/** Who that is, for a log line. */
const char *inbound_label(const struct inbound *in);
/** The owner has ended the stream, or is about to. */
void inbound_end(struct inbound *in);
void inbound_fail(struct inbound *in, enum stream_cond cond, const char *text);
/** Somebody claims a domain that is not theirs to claim. */
void inbound_fail_as_spoof(struct inbound *in, const char *claimed);

/* ---- inbound_secure.c ---- */

/** Of struct stream_events. */
void inbound_take_header(void *owner, const struct stream_header *header);
void inbound_take_tls(void *owner);
/** False: it is none, or not to be expected here; as the next ones. */
bool inbound_take_starttls(struct inbound *in, const struct elem *e);

/* ---- inbound_prove.c ---- */

void inbound_init_claimant(struct inbound *in);
bool inbound_take_login(struct inbound *in, const struct elem *e);
bool inbound_take_dialback(struct inbound *in, const struct elem *e);
/** The pair is proven; is_first: it was the first. */
void inbound_authorise(struct inbound *in, const char *local,
		       const char *remote, enum s2s_proof proof, bool is_first);

/* ---- inbound_open.c ---- */

void inbound_init_intake(struct inbound *in);
/** Takes the element, if it is a stanza and may come here. */
bool inbound_take_stanza(struct inbound *in, struct elem *e);
bool inbound_take_bidi(struct inbound *in, const struct elem *e);
bool inbound_take_management(struct inbound *in, const struct elem *e);
/** Of struct stream_events. */
void inbound_take_drained(void *owner);
/** Links may send nothing through it any more. */
void inbound_close_outlets(struct inbound *in);
