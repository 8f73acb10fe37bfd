/* SPDX-License-Identifier: MIT */
/*
 * tls: GnuTLS over a tcp; the same face. Plain text written in a turn is
 * encrypted at its end in records of up to 16 KiB and leaves in one write.
 *
 * Thread: its loop's. Two-phase close as tcp.
 */
#pragma once

#include "base/base.h"
#include "net/cert.h"
#include "net/dane.h"

struct addr;
struct cert_book;
struct creds;
struct tcp;
struct tls;

enum tls_role { TLS_SERVER, TLS_CLIENT };

struct tls_settings {
	enum tls_role role;
	struct creds *creds;    /* referenced by the session */
	const char *domain;     /* our domain (A-labels): which chain a client
				 * shows; NULL on a server (SNI decides) */
	const char *sni;        /* client: the peer's domain in A-labels */
	bool alpn;              /* offer or accept "xmpp-server" (direct TLS) */
	int64_t timeout;        /* ms for the handshake; 15000 */
};

struct tls_events {
	void (*on_secure)(void *owner); /* handshake finished */
	void (*on_bytes)(void *owner, const unsigned char *data, size_t len);
	void (*on_drained)(void *owner);
	void (*on_end)(void *owner);   /* close_notify */
	/** HW_E_TRUNCATED = ended without close_notify; HW_E_TLS: see tls_fault. */
	void (*on_failed)(void *owner, int error);
	void (*on_closed)(void *owner);
};

/** Takes tcp, whose read side must have nothing pending; starts the handshake.
 *  head: bytes already read that belong to the handshake (sniffed direct TLS),
 *  may be NULL. */
struct tls *tls_open(struct tcp *owned, const struct tls_settings *settings,
		     const void *head, size_t head_len,
		     const struct tls_events *events, void *owner);
void tls_read(struct tls *t, bool on);
void tls_write(struct tls *t, const void *data, size_t len);
/** Send now what was written in this turn, not at its end. The caller's last act:
 *  it may fail, drain or end. */
void tls_flush(struct tls *t);
size_t tls_queued(const struct tls *t); /* plain + cipher bytes still here */
uint64_t tls_taken(const struct tls *t); /* as tcp_taken() */
bool tls_is_stalled(const struct tls *t); /* as tcp_is_stalled() */
int64_t tls_progress_at(const struct tls *t);
/** close_notify, flush, FIN. */
void tls_shutdown(struct tls *t);
void tls_set_abrupt(struct tls *t); /* as tcp_set_abrupt() */
void tls_close(struct tls *t);

/** The peer's chain, for this name (A-labels), as a server of that name. */
enum cert_verdict tls_peer_verdict(const struct tls *t, const char *domain);
/** The same from a book where it stands there, and put in if not. The book is for
 *  sessions with these creds only: others may trust other CAs. */
enum cert_verdict tls_peer_verdict_by(const struct tls *t, const char *domain,
				      struct cert_book *book,
				      const struct creds *creds);
/** Its chain against the TLSA records of the server that was called; see
 *  dane_judge(). */
enum dane_verdict tls_peer_dane(const struct tls *t,
				const struct tlsa_set *set,
				const char *const *names, size_t name_count);
/** What the peer's certificate says; for cert_summary_fini(). */
void tls_peer_summary(const struct tls *t, struct cert_summary *out);
/** "TLS1.3 (ECDHE-SECP256R1)-(ECDSA-...)-(AES-256-GCM)"; borrowed. */
const char *tls_describe(const struct tls *t);
const char *tls_fault(const struct tls *t); /* words for the last failure */
const struct addr *tls_peer(const struct tls *t);
