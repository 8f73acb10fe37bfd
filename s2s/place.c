/* SPDX-License-Identifier: MIT */
#include "s2s/place.h"

#include "dns/target.h"
#include "loop/loop.h"
#include "s2s/route.h"

struct target_search *
place_find(const struct place *p, const char *domain,
	   void (*fn)(void *owner, const struct target_list *list),
	   void *owner)
{
	const struct target_limits limits = {
		.targets = p->settings->max_targets,
		.addresses = p->settings->max_addresses,
	};
	struct target_search *s =
		target_find(p->resolver, domain, &limits, fn, owner);

	target_want_direct_tls(s);
	return s;
}

void place_plan(const struct place *p, const struct target_list *list,
		struct route *r)
{
	const struct route_rules rules = {
		.book = p->book,
		.lowest_port = p->settings->lowest_port,
		.attempts = p->settings->max_attempts,
	};

	route_plan(r, list, &rules, loop_now(p->loop));
}
