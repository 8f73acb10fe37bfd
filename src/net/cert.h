/* SPDX-License-Identifier: MIT */
/*
 * cert: what a peer's certificate chain proves. RFC 6120
 * 13.7, RFC 9525: dNSName, SRVName and xmppAddr count, the common name never.
 */
#pragma once

#include "base/base.h"

struct gnutls_session_int;
struct gnutls_x509_crt_int;

/** Verdict on a chain for one name. */
enum cert_verdict {
	CERT_NONE,       /* the peer showed no certificate */
	CERT_UNTRUSTED,  /* self-signed or unknown issuer, revoked, weak, purpose */
	CERT_EXPIRED,    /* or not yet valid */
	CERT_WRONG_NAME, /* trusted, for another name */
	CERT_VALID,
};
const char *cert_verdict_text(enum cert_verdict v);

/** What a certificate says of itself, for an operator. */
struct cert_summary {
	char *names;        /* owned: "a.example, *.b.example"; NULL = none */
	char *issuer;       /* owned: its distinguished name; NULL = unknown */
	int64_t expires_at; /* s since epoch; 0 = there is no certificate */
};
void cert_summary_fini(struct cert_summary *s);

/** All that a peer showed, its certificates and what is stapled to them. */
struct cert_print {
	unsigned char sha256[32];
	int64_t expires_at; /* s since epoch: when the first of them does */
};

/** Does a name from a certificate (pattern, A-labels) match domain (A-labels)?
 *  A wildcard is the complete left-most label and matches exactly one. */
bool cert_match_name(const char *pattern, const char *domain);

/** For the files of this folder that know GnuTLS: does the certificate name
 *  domain (A-labels)? */
bool cert_has_name(struct gnutls_x509_crt_int *crt, const char *domain);
/** And: may it be used by a server? */
bool cert_is_for_server(struct gnutls_x509_crt_int *crt);
/** And: the chain that a peer showed in a finished handshake. */
enum cert_verdict cert_judge(struct gnutls_session_int *session,
			     const char *domain);
/** Of the peer's own certificate; out is zeroed when there is none. */
void cert_summarise(struct gnutls_session_int *session,
		    struct cert_summary *out);
/** False if it showed nothing, or nothing readable. */
bool cert_take_print(struct gnutls_session_int *session,
		     struct cert_print *out);
