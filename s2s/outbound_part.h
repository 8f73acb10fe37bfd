/* SPDX-License-Identifier: MIT */
/*
 * outbound_part: what the files of a stream that we open share: outbound.c (its
 * life, and who takes what comes), outbound_secure.c (until TLS and features are
 * there), outbound_prove.c (until we are believed) and outbound_open.c (stanzas
 * flow). Nobody else includes it.
 *
 * Thread: its loop's.
 */
#pragma once

#include "base/base.h"
#include "dialback/initiator.h"
#include "s2s/ack.h"
#include "s2s/anchor.h"
#include "s2s/intake.h"
#include "s2s/limits.h"
#include "s2s/outbound.h"
#include "s2s/place.h"
#include "s2s/trust.h"

struct elem;
struct stream;
struct stream_header;
struct timer;

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
	char *id;                /* owned; of their latest header */
	struct limits limits;    /* theirs */
	struct initiator initiator;
	struct anchor anchor;
	struct timer *timer;     /* deadline of a step before SECURE */
	unsigned features;       /* of the latest, over TLS */
	bool has_tried_external;
	enum s2s_proof proof;    /* by which we were believed, when OPEN */
	unsigned unsolicited;
	struct ack ack;
	bool has_acks;           /* <enabled/> came */
	bool is_asked;           /* <r/> was sent, <a/> did not come */
	bool has_asked;          /* ... and it has left us */
	int64_t asked_at;        /* ms, monotonic */
	uint64_t taken;          /* stream_taken() before what was written
				  * since the last drain */
	bool is_bidi;            /* they may send stanzas, too */
	bool is_paused;          /* the conference is full */
	bool is_held;            /* too much waits for them */
	struct trust trust;      /* the pair that they may carry then */
	struct intake intake;
};

/* ---- outbound.c ---- */

void outbound_step(struct outbound *o, enum outbound_state next);
/** It has ended; what comes of it now goes to nobody. */
void outbound_stop(struct outbound *o);
/** That it has, to the link. */
void outbound_tell_lost(struct outbound *o, const char *text);
/** We end it ourselves: all of that, with a stream error. */
void outbound_give_up(struct outbound *o, enum stream_cond cond,
		      const char *text);

/* ---- outbound_secure.c ---- */

/** Of struct stream_events, and of struct anchor. */
void outbound_take_header(void *owner, const struct stream_header *header);
void outbound_take_tls(void *owner);
void outbound_take_anchor(void *owner);
void outbound_start_tls(struct outbound *o);
/** False: not to be expected here. */
bool outbound_take_greeting(struct outbound *o, const struct elem *e);

/* ---- outbound_prove.c ---- */

/** The features behind SASL came. */
void outbound_end_login(struct outbound *o);
/** The same as outbound_take_greeting(). */
bool outbound_take_login(struct outbound *o, const struct elem *e);
bool outbound_take_dialback(struct outbound *o, const struct elem *e);

/* ---- outbound_open.c ---- */

void outbound_init_intake(struct outbound *o);
void outbound_enable_acks(struct outbound *o);
bool outbound_take_management(struct outbound *o, const struct elem *e);
/** Takes the element, if it is a stanza and may come here. */
bool outbound_take_stanza(struct outbound *o, struct elem *e);
/** Of struct stream_events. */
void outbound_take_drained(void *owner);
