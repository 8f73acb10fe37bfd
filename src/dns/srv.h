/* SPDX-License-Identifier: MIT */
/*
 * srv: the order in which SRV records are to be tried (RFC 2782, XEP-0368).
 * Pure: randomness is an argument.
 */
#pragma once

#include "base/base.h"

struct srv {
	uint16_t priority;
	uint16_t weight;
	uint16_t port;
	bool direct_tls; /* from _xmpps-server */
	bool is_secure;  /* validated (DNSSEC) */
	char target[256]; /* lower case, no final dot; "" = "." */
};

/** Uniform number in 0..bound. */
typedef uint32_t (*srv_random_fn)(void *owner, uint32_t bound);

void srv_order(struct srv *records, size_t count, srv_random_fn random,
	       void *owner);
