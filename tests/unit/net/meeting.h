/* SPDX-License-Identifier: MIT */
/*
 * meeting: a TLS server and a client in memory, past their handshake, with
 * certificates made by make_cert.
 */
#pragma once

#include <gnutls/gnutls.h>

#include "base/base.h"
#include "base/buf.h"

#define MEETING_MAX_CERTS 4

struct meeting_end {
	gnutls_session_t session;
	struct buf *in, *out;
};

struct meeting_plan {
	const char *chain[MEETING_MAX_CERTS]; /* the server's, leaf first */
	const char *trust;                    /* of the client, or NULL */
	const struct buf *staple; /* OCSP answer about the leaf, or NULL */
};

struct meeting {
	gnutls_certificate_credentials_t server_creds, client_creds;
	struct buf to_server, to_client;
	struct meeting_end server, client;
};

void meeting_init(struct meeting *m, const char *folder,
		  const struct meeting_plan *plan);
void meeting_fini(struct meeting *m);

/** folder/name.end in memory; for gnutls_free(). */
void meeting_load(const char *folder, const char *name, const char *end,
		  gnutls_datum_t *out);
