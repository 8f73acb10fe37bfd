/* SPDX-License-Identifier: MIT */
/*
 * creds: our own certificates and keys with the trusted CAs: an immutable,
 * ref-counted snapshot. A reload makes a new one; old sessions keep theirs.
 *
 * Thread: building main; ref and unref any (atomic).
 */
#pragma once

#include "base/base.h"

struct creds;
struct gnutls_session_int;

/** One chain: files in PEM, for one of our domains. */
struct creds_chain {
	const char *certificate;
	const char *key;
};

/** Loads all chains (one per domain and key type) and the system's trust.
 *  trust: an extra CA file, or NULL. On error *text_out tells the operator
 *  what is wrong (owned). */
HW_MUST_USE int creds_load(const struct creds_chain *chains, size_t count,
			   const char *trust, struct creds **creds_out,
			   char **text_out);
struct creds *creds_ref(struct creds *c);
void creds_unref(struct creds **c);

/** Make a self-signed certificate and key for domain in two files (0600, by
 *  rename), ECDSA P-256, ten years. */
HW_MUST_USE int creds_make_self_signed(const char *domain,
				       const char *certificate,
				       const char *key);
/** May the chain for domain (A-labels) convince a server that does not know us:
 *  does it name the domain, is it valid now, and not its own issuer? */
bool creds_may_convince(const struct creds *c, const char *domain);
/** Seconds since 1970 at which the first chain for domain ends, or 0. */
int64_t creds_expires(const struct creds *c, const char *domain);

/** Log each chain that ends before span has passed since now (seconds since
 *  1970), or has ended. Returns how many do. */
size_t creds_warn(const struct creds *c, int64_t now, int64_t span);

/** For tls.c: give a session its chains, trust and priorities. A client (domain
 *  not NULL) shows the chain for that one of our domains; a server the one that
 *  the client asks for (SNI), or the first. c must outlive the session, whose
 *  gnutls_session_set_ptr() is used up. */
void creds_apply(struct creds *c, struct gnutls_session_int *session,
		 bool is_server, const char *domain);
