/* SPDX-License-Identifier: MIT */
/*
 * route: the places to try in one round of reaching a domain, in order: those of
 * the SRV list, what failed lately last, bounded.
 *
 * Owner: embedded in the link. Thread: the link's loop's.
 */
#pragma once

#include "base/base.h"
#include "net/dial.h"

struct dial_book;
struct target_list;

#define ROUTE_MAX 64 /* the bound of route_rules.attempts */

struct route_place {
	struct dial_place place;
	char host[256];      /* where that is, by DNS; A-labels */
	uint16_t port;
	bool direct_tls;
	bool is_srv_secure;  /* DNSSEC: host, and ... */
	bool is_addr_secure; /* ... its addresses */
	bool is_spent; /* tried; goes at the next route_rest() */
};

/** Zeroed = empty. */
struct route {
	size_t count;
	struct route_place *places; /* owned */
	size_t refused; /* left out because of their port */
};

struct route_rules {
	struct dial_book *book; /* who failed lately */
	unsigned lowest_port;   /* below it only 443 is dialled */
	unsigned attempts;      /* so many places at most; 1 to ROUTE_MAX */
};

void route_fini(struct route *r);
/** Instead of what it was. */
void route_plan(struct route *r, const struct target_list *list,
		const struct route_rules *rules, int64_t now);
/** Drop what is spent, and give the rest as a dial takes it (ROUTE_MAX); their
 *  indices hold until the next call. Returns how many. */
size_t route_rest(struct route *r, struct dial_place *places);
