/* SPDX-License-Identifier: MIT */
#include "s2s/share.h"

#include <stdatomic.h>
#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "net/addr.h"

#define SLOTS 4096

struct share {
	unsigned most;
	atomic_uint held[SLOTS];
};

struct share *share_new(unsigned most)
{
	struct share *s = mem_new(struct share);

	s->most = most;
	return s;
}

void share_free(struct share **s)
{
	mem_free(s);
}

unsigned share_slot(const struct addr *a)
{
	char network[ADDR_TEXT_SIZE];
	char *dot;

	addr_print_network(a, 64, network);
	dot = strrchr(network, '.');
	if (dot && !strchr(network, ':'))
		*dot = '\0'; /* "192.0.2" */
	return (unsigned)(map_hash(network, strlen(network)) % SLOTS);
}

bool share_has_room(const struct share *s, unsigned slot)
{
	return atomic_load_explicit(&s->held[slot], memory_order_relaxed) <
	       s->most;
}

bool share_take(struct share *s, unsigned slot)
{
	/* taken first: other loops do the same at this moment */
	if (atomic_fetch_add_explicit(&s->held[slot], 1,
				      memory_order_relaxed) < s->most)
		return true;
	share_give_back(s, slot);
	return false;
}

void share_give_back(struct share *s, unsigned slot)
{
	unsigned before = atomic_fetch_sub_explicit(&s->held[slot], 1,
						    memory_order_relaxed);

	require(before > 0);
}
