/* SPDX-License-Identifier: MIT */
/*
 * dane: a peer's certificate chain against the TLSA records of the server that
 * was called (RFC 6698, 7671, 7673). Whether the records may be believed is the
 * asker's to know.
 */
#pragma once

#include "base/base.h"

struct gnutls_session_int;

#define TLSA_MAX 16         /* records of a server that count */
#define TLSA_MAX_BYTES 4096 /* their data together */

/** A record; its data stands in the set. */
struct tlsa {
	uint8_t usage;    /* 2 = an issuer of the chain, 3 = the certificate */
	uint8_t selector; /* 0 = the whole certificate, 1 = its public key */
	uint8_t matching; /* 0 = as it is, 1 = SHA-256, 2 = SHA-512 */
	uint16_t at;
	uint16_t len;
};

struct tlsa_set {
	size_t count;
	struct tlsa records[TLSA_MAX];
	size_t used; /* of data */
	unsigned char data[TLSA_MAX_BYTES];
};

/** rdata: as in the DNS (RFC 6698 2.1). False if it is malformed; one that there
 *  is no room for is left out. */
bool tlsa_set_add(struct tlsa_set *set, const unsigned char *rdata, size_t len);

enum dane_verdict {
	DANE_UNUSABLE, /* no record of a kind that we can check: as if none */
	DANE_MISMATCH,
	DANE_MATCH,
};

/** For the files of this folder that know GnuTLS: the chain that a server showed
 *  in a finished handshake. names (A-labels): what the chain below an issuer
 *  that matched must name one of. */
enum dane_verdict dane_judge(struct gnutls_session_int *session,
			     const struct tlsa_set *set,
			     const char *const *names, size_t name_count);
