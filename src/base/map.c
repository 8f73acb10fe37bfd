/* SPDX-License-Identifier: MIT */
#include "base/map.h"

#include <pthread.h>
#include <string.h>

#include "base/mem.h"
#include "base/rand.h"
#include "base/siphash.h"

/* uthash: our hash, and allocators that abort instead of failing */
#define HASH_FUNCTION(key, len, hash) \
	((hash) = (unsigned int)map_hash(key, len))
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

static struct map_item *find(const struct map *m, const char *key)
{
	struct map_item *item;

	HASH_FIND_STR(m->items, key, item);
	return item;
}

static void add_item(struct map *m, const char *key, void *value)
{
	size_t len = strlen(key);
	struct map_item *item = mem_zero(1, sizeof(*item) + len + 1);

	item->value = value;
	memcpy(item->key, key, len + 1);
	HASH_ADD_KEYPTR(hh, m->items, item->key, len, item);
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
	struct map_item *item;
	void *old;

	require(value);
	item = find(m, key);
	if (!item) {
		add_item(m, key, value);
		return NULL;
	}
	old = item->value;
	item->value = value;
	return old;
}

void map_add(struct map *m, const char *key, void *value)
{
	require(value);
	require(!find(m, key));
	add_item(m, key, value);
}

void *map_steal(struct map *m, const char *key)
{
	struct map_item *item = find(m, key);

	return item ? remove_item(m, item) : NULL;
}

void map_to_end(struct map *m, const char *key)
{
	struct map_item *item = find(m, key);

	require(item);
	HASH_DEL(m->items, item);
	HASH_ADD_KEYPTR(hh, m->items, item->key, strlen(item->key), item);
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
