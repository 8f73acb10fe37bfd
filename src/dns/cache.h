/* SPDX-License-Identifier: MIT */
/*
 * cache: answers kept for as long as they may be: 30 s to an
 * hour, "there is nothing" at most 5 minutes, failures 15 s. Bounded; the oldest
 * go first. Time is an argument.
 *
 * Thread: its resolver's.
 */
#pragma once

#include "base/base.h"
#include "dns/answer.h"

struct cache;

struct cache *cache_new(size_t limit);
void cache_free(struct cache **c);

/** now: ms, monotonic. */
void cache_put(struct cache *c, const char *key, const struct answer *answer,
	       int64_t now);
/** False if there is none that still holds; its ttl is what is left. */
bool cache_find(struct cache *c, const char *key, int64_t now,
		struct answer *out);
size_t cache_count(const struct cache *c);
