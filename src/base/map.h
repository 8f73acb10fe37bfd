/* SPDX-License-Identifier: MIT */
/*
 * map: string keys to pointers, hashed with a key drawn at start (SipHash), so
 * that peers cannot choose collisions. uthash inside; its macros stay here.
 *
 * Thread: the owner's; no locking.
 */
#pragma once

#include "base/base.h"

struct map;
struct map_item;

typedef void (*map_free_fn)(void *value);

struct map *map_new(void);
/** Frees the map; free_value (may be NULL) is called for each value. */
void map_free(struct map **m, map_free_fn free_value);

/** The value, borrowed, or NULL. */
void *map_get(const struct map *m, const char *key);
/** Copies key, takes value; returns the value that was there before (to the
 *  caller), or NULL. value must not be NULL. */
void *map_put(struct map *m, const char *key, void *value) HW_MUST_USE;
/** map_put() for a key that must be new. */
void map_add(struct map *m, const char *key, void *value);
/** Takes the value out and returns it, or NULL. */
void *map_steal(struct map *m, const char *key);
/** Put key, which must be there, behind all others in the order of walks. */
void map_to_end(struct map *m, const char *key);
size_t map_count(const struct map *m);

/** Walk in insertion order. The current item may be stolen, no other. */
struct map_cursor {
	struct map_item *next; /* private */
	const char *key;       /* borrowed */
	void *value;           /* borrowed */
};
void map_begin(const struct map *m, struct map_cursor *cursor);
bool map_next(struct map_cursor *cursor);

/** siphash() of data under the process's key; for shards and tables. */
uint64_t map_hash(const void *data, size_t len);
