/* SPDX-License-Identifier: MIT */
/*
 * stream: one XML stream over one connection, in either direction: header,
 * STARTTLS and restart, elements, errors, keep-alive, a polite end. What the
 * elements mean is its owner's (inbound, outbound). RFC 6120 4.
 *
 * Thread: its loop's. Two-phase close: after stream_close(), stream_fail() or
 * stream_abort() no element comes any more; on_closed is the last word, then the
 * stream is gone. States: doc/protocol/stream.md.
 */
#pragma once

#include "base/base.h"
#include "net/cert.h"
#include "net/dane.h"
#include "s2s/header.h"
#include "xmpp/cond.h"

struct addr;
struct elem;
struct place;
struct report_row;
struct stream;

enum stream_role { STREAM_SERVER, STREAM_CLIENT };

/** Why a stream ended that its owner did not end. */
enum stream_end {
	STREAM_END_PEER,  /* </stream:stream> */
	STREAM_END_ERROR, /* the peer sent <stream:error/>; cond tells */
	STREAM_END_FAULT, /* what came was bad; we sent an error; cond */
	STREAM_END_LOST,  /* the connection or TLS failed */
};

struct stream_events {
	/** The header is borrowed until this returns. */
	void (*on_header)(void *owner, const struct stream_header *header);
	/** Takes the element: a child of the root other than stream:error. */
	void (*on_elem)(void *owner, struct elem *owned);
	/** TLS is up; both sides begin anew with a header. */
	void (*on_secure)(void *owner);
	/** All written bytes have left us. */
	void (*on_drained)(void *owner);
	/** Nothing more will come or go; the stream closes by itself. Not called
	 *  after the owner has ended it. text is for a log line. */
	void (*on_ending)(void *owner, enum stream_end end,
			  enum stream_cond cond, const char *text);
	void (*on_closed)(void *owner);
};

/** Takes the socket; NULL when it is of no use (on_closed is not called).
 *  Reading begins at once. */
struct stream *stream_open(const struct place *place, int owned_fd,
			   enum stream_role role,
			   const struct stream_events *events, void *owner);

/** Send our header. A server's has an id of its own, see stream_id(). */
void stream_send_header(struct stream *s, const char *from, const char *to);
void stream_give(struct stream *s, struct elem *owned); /* send and free */
/** Stanzas as they stand on the wire. */
void stream_write(struct stream *s, const void *data, size_t len);
/** Send now what was written in this turn. The caller's last act: the stream may
 *  end. */
void stream_flush(struct stream *s);
/** Begin the TLS handshake; a client may do so before anything was said (direct
 *  TLS, XEP-0368), a server's stream does so by itself then. False:
 *  bytes came behind the request to start it, and the connection was dropped
 *  (RFC 6120 5.4.3.3). local and sni are A-labels: the domain whose certificate a
 *  client shows, and the peer's; NULL on a server. */
HW_MUST_USE bool stream_start_tls(struct stream *s, const char *local,
				  const char *sni);
/** After SASL (RFC 6120 6.3.2): both sides begin anew with a header, over the
 *  same TLS. False: the peer did not wait for that, and the connection was
 *  dropped. */
HW_MUST_USE bool stream_restart(struct stream *s);
/** Send a stream error and close. text may be NULL. */
void stream_fail_with(struct stream *s, enum stream_cond cond,
		      const char *text, struct elem *owned_detail);
/** The same without anything that stands beside the condition. */
void stream_fail(struct stream *s, enum stream_cond cond, const char *text);
/** </stream:stream>, and nothing of ours behind it; what they still say comes as
 *  before, until theirs. Then, or when they take too long: stream_close(). */
void stream_finish(struct stream *s);
/** </stream:stream>, wait for theirs (5 s), close. */
void stream_close(struct stream *s);
/** The peer seems to be gone: what it has not taken goes nowhere, see
 *  tcp_set_abrupt(), and nobody waits for its part in closing. */
void stream_set_abrupt(struct stream *s);
/** Drop the connection. */
void stream_abort(struct stream *s);

/** Stop and go on with reading; elements already read wait, too. */
void stream_pause(struct stream *s, bool on);
/** Accept elements up to that size from now on. */
void stream_set_max_stanza(struct stream *s, size_t max_bytes);

/** Are there not too many lines like that about the peer already? cause: a
 *  constant word. */
HW_MUST_USE bool stream_may_log(const struct stream *s, const char *cause);
bool stream_is_secure(const struct stream *s);
const char *stream_id(const struct stream *s);   /* of the header we sent */
const char *stream_peer(const struct stream *s); /* "192.0.2.1:5269" */
const struct addr *stream_peer_addr(const struct stream *s);
const char *stream_cipher(const struct stream *s); /* what TLS agreed on */
enum cert_verdict stream_peer_verdict(const struct stream *s,
				      const char *domain); /* A-labels */
/** For a client; see dane_judge(). */
enum dane_verdict stream_peer_dane(const struct stream *s,
				   const struct tlsa_set *set,
				   const char *const *names,
				   size_t name_count);
size_t stream_queued(const struct stream *s);
/** Bytes (as they are on the wire) that the kernel took, ever; valid in on_closed,
 *  too. */
uint64_t stream_taken(const struct stream *s);
/** The kernel has repeated the last for seconds. */
bool stream_is_stalled(const struct stream *s);
int64_t stream_progress_at(const struct stream *s); /* ms monotonic */
int64_t stream_wrote_at(const struct stream *s);
int64_t stream_read_at(const struct stream *s);
/** Send a space: keeps the connection open (RFC 6120 4.6.1). */
void stream_keep_alive(struct stream *s);
/** Its part of a row: address, TLS, what waits, how long it is idle. */
void stream_report(const struct stream *s, struct report_row *row);
/** What the peer's certificate says of itself; for cert_summary_fini(). */
void stream_peer_summary(const struct stream *s, struct cert_summary *out);
