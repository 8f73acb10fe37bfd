/* SPDX-License-Identifier: MIT */
/*
 * answer: a bounded reader of DNS answers (RFC 1035, 2782, 6698). Pure; every
 * byte of the packet is suspect.
 */
#pragma once

#include "base/base.h"
#include "dns/srv.h"
#include "net/addr.h"
#include "net/dane.h"

#define ANSWER_MAX_SRV 32
#define ANSWER_MAX_ADDRS 16

enum answer_status {
	ANSWER_OK,       /* records of the asked type */
	ANSWER_NO_NAME,  /* NXDOMAIN */
	ANSWER_NO_DATA,
	ANSWER_FAILED,   /* SERVFAIL, REFUSED, malformed, ... */
};

struct answer {
	enum answer_status status;
	bool authentic;         /* AD bit as received */
	uint32_t ttl;           /* s: of the records, or negative (SOA) */
	size_t srv_count;
	struct srv srvs[ANSWER_MAX_SRV];
	size_t addr_count;
	struct addr addrs[ANSWER_MAX_ADDRS]; /* port 0 */
	struct tlsa_set tlsas;
};

enum answer_type {
	ANSWER_A = 1,
	ANSWER_AAAA = 28,
	ANSWER_SRV = 33,
	ANSWER_TLSA = 52,
};

/** Are there records that were asked for? */
static inline bool answer_has_records(const struct answer *a)
{
	return a->srv_count + a->addr_count + a->tlsas.count > 0;
}

/** Follows at most 8 CNAMEs inside the packet. Malformed gives
 *  ANSWER_FAILED. */
void answer_read(const unsigned char *packet, size_t len, const char *name,
		 enum answer_type type, struct answer *out);
