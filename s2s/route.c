/* SPDX-License-Identifier: MIT */
#include "s2s/route.h"

#include "base/mem.h"
#include "base/str.h"
#include "dns/target.h"
#include "net/dial_book.h"

#define PORT_HTTPS 443
#define GROUP_FAILED UINT32_MAX /* behind all priorities */

static bool is_port_allowed(uint16_t port, unsigned lowest)
{
	return port >= lowest || port == PORT_HTTPS;
}

static void add(struct route *r, const struct target *t, size_t index,
		unsigned group)
{
	struct route_place *p;

	p = &r->places[r->count++];
	*p = (struct route_place){
		.port = t->port,
		.direct_tls = t->direct_tls,
		.is_srv_secure = t->is_srv_secure,
		.is_addr_secure = t->is_addr_secure,
	};
	(void)str_copy(p->host, sizeof(p->host), t->host);
	p->place.addr = t->addrs[index];
	p->place.group = group;
}

/* Once over the list: those that failed lately, or the others. */
static void add_all(struct route *r, const struct target_list *list,
		    const struct route_rules *rules, int64_t now, bool failed)
{
	for (size_t i = 0; i < list->count; i++) {
		const struct target *t = &list->targets[i];

		if (!is_port_allowed(t->port, rules->lowest_port)) {
			r->refused += !failed;
			continue;
		}
		for (size_t k = 0;
		     k < t->addr_count && r->count < rules->attempts; k++) {
			if (dial_book_has_failed(rules->book, &t->addrs[k],
						 now) == failed)
				add(r, t, k,
				    failed ? GROUP_FAILED : t->priority);
		}
	}
}

void route_fini(struct route *r)
{
	mem_free(&r->places);
	*r = (struct route){ 0 };
}

/* A link keeps them while it lives; most domains have one or two. */
static struct route_place *make_places(const struct target_list *list,
				       unsigned attempts)
{
	size_t count = 0;

	for (size_t i = 0; i < list->count; i++)
		count += list->targets[i].addr_count;
	return count == 0 ? NULL
			  : mem_zero(count < attempts ? count : attempts,
				     sizeof(struct route_place));
}

void route_plan(struct route *r, const struct target_list *list,
		const struct route_rules *rules, int64_t now)
{
	require(rules->attempts <= ROUTE_MAX);
	route_fini(r);
	r->places = make_places(list, rules->attempts);
	add_all(r, list, rules, now, false);
	add_all(r, list, rules, now, true);
}

size_t route_rest(struct route *r, struct dial_place *places)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->count; i++) {
		if (!r->places[i].is_spent)
			r->places[kept++] = r->places[i];
	}
	r->count = kept;
	for (size_t i = 0; i < kept; i++)
		places[i] = r->places[i].place;
	return kept;
}
