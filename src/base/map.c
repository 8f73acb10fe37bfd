/* SPDX-License-Identifier: MIT */
#include "base/map.h"

#include <pthread.h>
#include <string.h>

#include "base/mem.h"
#include "base/rand.h"
#include "base/siphash.h"

/* uthash: it is told our hash of each key, and its allocators abort instead of
 * failing */
#define uthash_malloc(size) mem_alloc(size)
#define uthash_free(p, size) free(p)
#define uthash_fatal(text) require_failed((text), __FILE__, __LINE__)
#include <uthash.h>

struct map_item {
	void *value; /* borrowed or owned, as the map's user has it */
	UT_hash_handle hh;
	char key[];
};

struct map {
	struct map_item *items; /* uthash's head */
};

static pthread_once_t hash_key_once = PTHREAD_ONCE_INIT;
static unsigned char hash_key[SIPHASH_KEY_SIZE];

static void draw_hash_key(void)
{
	rand_secret(hash_key, sizeof(hash_key));
}

uint64_t map_hash(const void *data, size_t len)
{
	require(pthread_once(&hash_key_once, draw_hash_key) == 0);
	return siphash(hash_key, data, len);
}

struct map *map_new(void)
{
	return mem_new(struct map);
}

/** A key on its way to its place. */
struct wanted {
	const char *key; /* borrowed */
	size_t len;
	unsigned int hash;
};

static struct wanted want(const char *key)
{
	struct wanted w = { .key = key, .len = strlen(key) };

	w.hash = (unsigned int)map_hash(key, w.len);
	return w;
}

static struct map_item *find_wanted(const struct map *m, const struct wanted *w)
{
	struct map_item *item;

	HASH_FIND_BYHASHVALUE(hh, m->items, w->key, w->len, w->hash, item);
	return item;
}

/* In an empty map nothing is found without looking at the key. */
static struct map_item *find(const struct map *m, const char *key)
{
	struct wanted w;

	if (!m->items)
		return NULL;
	w = want(key);
	return find_wanted(m, &w);
}

static void add_wanted(struct map *m, const struct wanted *w, void *value)
{
	struct map_item *item = mem_alloc(sizeof(*item) + w->len + 1);

	item->value = value;
	memcpy(item->key, w->key, w->len + 1);
	HASH_ADD_KEYPTR_BYHASHVALUE(hh, m->items, item->key, w->len, w->hash,
				    item);
}

static void *remove_item(struct map *m, struct map_item *item)
{
	void *value = item->value;

	HASH_DEL(m->items, item);
	mem_free(&item);
	return value;
}

void map_free(struct map **m, map_free_fn free_value)
{
	if (!*m)
		return;
	while ((*m)->items) {
		void *value = remove_item(*m, (*m)->items);

		if (free_value)
			free_value(value);
	}
	mem_free(m);
}

void *map_get(const struct map *m, const char *key)
{
	struct map_item *item = find(m, key);

	return item ? item->value : NULL;
}

void *map_put(struct map *m, const char *key, void *value)
{
	struct wanted w = want(key);
	struct map_item *item = find_wanted(m, &w);
	void *old;

	require(value);
	if (!item) {
		add_wanted(m, &w, value);
		return NULL;
	}
	old = item->value;
	item->value = value;
	return old;
}

void map_add(struct map *m, const char *key, void *value)
{
	struct wanted w = want(key);

	require(value);
	require(!find_wanted(m, &w));
	add_wanted(m, &w, value);
}

void *map_steal(struct map *m, const char *key)
{
	struct map_item *item = find(m, key);

	return item ? remove_item(m, item) : NULL;
}

void map_to_end(struct map *m, const char *key)
{
	struct map_item *item = find(m, key);
	unsigned int hash;

	require(item);
	hash = item->hh.hashv;
	HASH_DEL(m->items, item);
	HASH_ADD_KEYPTR_BYHASHVALUE(hh, m->items, item->key, item->hh.keylen,
				    hash, item);
}

size_t map_count(const struct map *m)
{
	return HASH_COUNT(m->items);
}

void map_begin(const struct map *m, struct map_cursor *cursor)
{
	*cursor = (struct map_cursor){ .next = m->items };
}

bool map_next(struct map_cursor *cursor)
{
	struct map_item *item = cursor->next;

	if (!item)
		return false;
	cursor->key = item->key;
	cursor->value = item->value;
	/* read now: the current item may be gone before the next call */
	cursor->next = item->hh.next;
	return true;
}
