/* SPDX-License-Identifier: MIT */
/*
 * outbound: the negotiation when we call: STARTTLS always, then the stream may
 * carry db:verify, and once our domain was asserted and believed (by SASL EXTERNAL
 * or by dialback), stanzas.
 * States: doc/protocol/stream.md.
 *
 * Thread: its loop's. Owner: its link. Two-phase close; gone after on_closed.
 */
#pragma once

#include "base/base.h"
#include "dialback/packet.h"
#include "net/cert.h"
#include "s2s/s2s.h"

struct elem;
struct envelope;
struct limits;
struct outbound;
struct place;
struct report_row;
struct route_place;
struct stanza;

/** Why a stream ended by itself. */
enum outbound_end {
	OUTBOUND_END_LOST,
	OUTBOUND_END_UNKNOWN,     /* they do not host that domain */
	OUTBOUND_END_DISBELIEVED, /* they do not take us for who we are */
	OUTBOUND_END_EXTERNAL,    /* they hung up on EXTERNAL, which they had
				   * offered: another stream may do without */
};

struct outbound_events {
	/** TLS and features are there: verify or assert. */
	void (*on_secure)(void *owner);
	/** Our assertion was believed: stanzas may be written. */
	void (*on_open)(void *owner, enum s2s_proof proof);
	/** It was not: PACKET_INVALID, or PACKET_ERROR with cond. The stream
	 *  may still be used to verify. */
	void (*on_refused)(void *owner, enum packet_type verdict,
			   enum cond_name cond);
	/** A typed db:verify came. False: not asked. */
	bool (*on_verified)(void *owner, const struct packet *answer);
	void (*on_drained)(void *owner);
	/** So many of those not acknowledged were. */
	void (*on_acked)(void *owner, uint32_t stanzas);
	/** What came the other way (XEP-0288); as of struct intake. */
	void (*on_stanza)(void *owner, struct stanza *owned,
			  enum s2s_proof proof);
	void (*on_reply)(void *owner, struct envelope *owned);
	void (*on_ending)(void *owner, enum outbound_end end, const char *text);
	void (*on_closed)(void *owner);
};

/** Takes the connected socket; NULL when it is dead already. Domains are in
 *  normal form, and as A-labels. */
struct outbound_names {
	const char *local; /* borrowed until on_closed, as the others */
	const char *remote;
	const char *local_ascii;
	const char *remote_ascii;
};
/** at: where the socket leads; TLS comes first (XEP-0368) or STARTTLS. */
struct outbound *outbound_open(const struct place *place, int owned_fd,
			       const struct outbound_names *names,
			       const struct route_place *at,
			       const struct outbound_events *events,
			       void *owner);

/** Assert our domain; once, when secure. */
void outbound_assert(struct outbound *o);
bool outbound_may_assert(const struct outbound *o);
bool outbound_may_verify(const struct outbound *o);
/** Send a db:verify. */
void outbound_give_verify(struct outbound *o, struct elem *owned);
/** So many stanzas, when open. */
void outbound_write(struct outbound *o, const void *data, size_t len,
		    size_t stanzas);
/** Send it now, not at the end of the turn. The caller's last act. */
void outbound_flush(struct outbound *o);
/** They acknowledge what we send, in time (XEP-0198). */
bool outbound_has_acks(const struct outbound *o);
/** As stream_is_stalled(). */
bool outbound_is_stalled(const struct outbound *o);
/** Stanzas that they have not acknowledged. */
uint32_t outbound_unacked(const struct outbound *o);
/** Of what was written since the last on_drained the kernel took nothing; valid
 *  in on_closed, too. */
bool outbound_is_untouched(const struct outbound *o);
/** What the peer takes; nothing, before it has said so. */
const struct limits *outbound_limits(const struct outbound *o);
size_t outbound_queued(const struct outbound *o);
int64_t outbound_progress_at(const struct outbound *o);
/** Now and then: keep-alive. now: ms monotonic. */
void outbound_tick(struct outbound *o, int64_t now);
/** On the certificate that the server showed. */
enum cert_verdict outbound_verdict(const struct outbound *o);
/** Where it goes, with TLS parameters, for a log line; owned. */
char *outbound_describe(const struct outbound *o);
/** Its part of a row: the stream's, and how it was believed. */
void outbound_report(const struct outbound *o, struct report_row *row);

/** Do not read: the conference is full; or, of a stream used both ways, too much
 *  waits for them. */
void outbound_pause(struct outbound *o, bool on);
/** Stop reading it, if they may send stanzas, too. */
void outbound_retire(struct outbound *o);
void outbound_hold(struct outbound *o, bool on);
void outbound_close(struct outbound *o); /* politely */
void outbound_fail(struct outbound *o, enum stream_cond cond);
void outbound_abort(struct outbound *o);
