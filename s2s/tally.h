/* SPDX-License-Identifier: MIT */
/*
 * tally: the counters of s2s.
 *
 * Thread: any.
 */
#pragma once

#include "base/counter.h"
#include "dialback/packet.h"
#include "xmpp/cond.h"

/** The plain ones. */
struct tally {
	struct counter streams_in;   /* gauge: open now */
	struct counter streams_out;  /* gauge */
	struct counter stanzas_in;
	struct counter stanzas_out;
	struct counter spoofs;       /* claims of a domain that was not theirs */
	struct counter refused;      /* connections not taken: too many */
	struct counter refused_often; /* connections not taken: too often */
	struct counter turned_away;  /* for want of descriptors */
	struct counter paced;        /* turns that left handshakes waiting */
	struct counter held;         /* times a stream waited for what we send */
	struct counter braked;       /* times a stream was read no further */
	struct counter expelled;     /* streams in: too many of a pair */
	struct counter verifying;    /* gauge: dials only to verify */
	struct counter over_share;   /* of those, that waited for their turn */
	struct counter unasked;      /* claims refused without a dial */
	struct counter hushed;       /* lines kept out of the log */
	struct counter places_refused; /* private, or a port of no XMPP server */
	struct counter dropped;      /* envelopes for lost domains */
	struct counter too_big;      /* stanzas above a peer's limit */
	struct counter superseded;   /* stanzas made needless by later ones */
	struct counter queued;       /* gauge: bytes that queues hold */
	struct counter undelivered;  /* envelopes given back */
	struct counter lost;         /* pairs given up */
	struct counter dane_matches;    /* servers proven by TLSA records */
	struct counter dane_mismatches; /* servers refused because of them */
	struct counter external_in;  /* pairs proven to us by certificate */
	struct counter external_out; /* streams on which ours was accepted */
	struct counter forbidden;    /* refused by the operator's policy */
	struct counter bidi_in;      /* pairs that we may answer on their stream */
	struct counter bidi_out;     /* streams of ours that they may use */
	struct counter managed_in;   /* streams with XEP-0198 */
	struct counter managed_out;
	struct counter resent;       /* stanzas sent a second time */
	struct counter let_go;       /* too many not acknowledged: not kept */
	struct counter silent;       /* streams that stopped to acknowledge */
	struct counter downgrades;   /* had a certificate once, not now */
	struct counter disbelieved;  /* peers that do not believe who we are */
};
extern struct tally tally;

/** Once, at the start of s2s. */
void tally_register(void);
/** Our verdict on somebody's db:result. */
void tally_count_result(enum packet_type verdict);
/** Our answer to somebody's db:verify. */
void tally_count_verify(enum packet_type verdict);
/** A stream error that we sent. */
void tally_count_error(enum stream_cond cond);
