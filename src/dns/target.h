/* SPDX-License-Identifier: MIT */
/*
 * target: a domain to the ordered list of places where its server may be
 * reached: SRV, or A/AAAA with port 5269 where there is no SRV at all. RFC 6120
 * 3.2, RFC 2782, XEP-0368.
 *
 * Thread: the resolver's loop's.
 */
#pragma once

#include "base/base.h"
#include "net/addr.h"

struct resolver;
struct target_search;

#define TARGET_MAX 16      /* the bounds of target_limits */
#define TARGET_MAX_ADDRS 8

/** What is used of what DNS says (rule R5): a zone is no engine for sending
 *  others about. */
struct target_limits {
	unsigned targets;   /* of a domain; 1 to TARGET_MAX */
	unsigned addresses; /* of a target; 1 to TARGET_MAX_ADDRS */
};

struct target {
	char host[256];     /* A-labels */
	uint16_t port;
	uint16_t priority;  /* of its SRV record */
	bool direct_tls;
	bool is_srv_secure;  /* DNSSEC: that this is a target, and ... */
	bool is_addr_secure; /* ... all of its addresses */
	size_t addr_count;
	struct addr addrs[TARGET_MAX_ADDRS]; /* with port; families mixed */
};

enum target_status {
	TARGET_OK,
	TARGET_NONE,    /* the domain or its service does not exist */
	TARGET_FAILED,  /* DNS did not answer: temporary */
};

struct target_list {
	enum target_status status;
	size_t count;
	struct target targets[TARGET_MAX]; /* in the order to try */
};

typedef void (*target_fn)(void *owner, const struct target_list *list);

/** domain in A-labels. fn is called once, not before this has returned; with it
 *  the search is gone. A domain that is an address literal has no targets. */
struct target_search *target_find(struct resolver *r, const char *domain,
				  const struct target_limits *limits,
				  target_fn fn, void *owner);
/** Right after target_find(), when the domain is not only to be reached by
 *  STARTTLS: places that speak TLS from the first byte
 *  (_xmpps-server) are wanted too. */
void target_want_direct_tls(struct target_search *s);
/** fn will not be called. To be done before resolver_close(). */
void target_cancel(struct target_search **s);
