/* SPDX-License-Identifier: MIT */
#include "dns/cache.h"

#include "base/map.h"
#include "base/mem.h"

#define POSITIVE_MIN 30
#define POSITIVE_MAX 3600
#define NEGATIVE_MAX 300
#define FAILURE 15

/** An answer with as many records as it has. */
struct entry {
	enum answer_status status;
	bool authentic;
	int64_t until; /* ms */
	size_t srv_count;
	struct srv *srvs; /* owned */
	size_t addr_count;
	struct addr *addrs; /* owned */
	struct tlsa_set *tlsas; /* owned, or NULL */
};

struct cache {
	struct map *entries; /* of struct entry, owned */
	size_t limit;
};

static void entry_free(void *value)
{
	struct entry *e = value;

	if (!e)
		return;
	mem_free(&e->srvs);
	mem_free(&e->addrs);
	mem_free(&e->tlsas);
	mem_free(&e);
}

struct cache *cache_new(size_t limit)
{
	struct cache *c = mem_new(struct cache);

	require(limit > 0);
	c->entries = map_new();
	c->limit = limit;
	return c;
}

void cache_free(struct cache **c)
{
	if (!*c)
		return;
	map_free(&(*c)->entries, entry_free);
	mem_free(c);
}

static int64_t lifetime(const struct answer *answer)
{
	int64_t ttl = answer->ttl;

	switch (answer->status) {
	case ANSWER_OK:
		if (ttl < POSITIVE_MIN)
			return POSITIVE_MIN;
		return ttl < POSITIVE_MAX ? ttl : POSITIVE_MAX;
	case ANSWER_NO_NAME:
	case ANSWER_NO_DATA:
		return ttl < NEGATIVE_MAX ? ttl : NEGATIVE_MAX;
	case ANSWER_FAILED:
		return FAILURE;
	}
	require(false);
}

static struct entry *entry_new(const struct answer *answer, int64_t until)
{
	struct entry *e = mem_new(struct entry);

	e->status = answer->status;
	e->authentic = answer->authentic;
	e->until = until;
	e->srv_count = answer->srv_count;
	e->addr_count = answer->addr_count;
	if (e->srv_count > 0)
		e->srvs = mem_dup(answer->srvs,
				  e->srv_count * sizeof(*e->srvs));
	if (e->addr_count > 0)
		e->addrs = mem_dup(answer->addrs,
				   e->addr_count * sizeof(*e->addrs));
	if (answer->tlsas.count > 0)
		e->tlsas = mem_dup(&answer->tlsas, sizeof(*e->tlsas));
	return e;
}

/* Room for one more: what has ended, else the oldest. */
static void make_room(struct cache *c, int64_t now)
{
	struct map_cursor cursor;

	if (map_count(c->entries) < c->limit)
		return;
	map_begin(c->entries, &cursor);
	while (map_next(&cursor)) {
		const struct entry *e = cursor.value;

		if (e->until <= now)
			entry_free(map_steal(c->entries, cursor.key));
	}
	if (map_count(c->entries) < c->limit)
		return;
	map_begin(c->entries, &cursor);
	if (map_next(&cursor))
		entry_free(map_steal(c->entries, cursor.key));
}

void cache_put(struct cache *c, const char *key, const struct answer *answer,
	       int64_t now)
{
	int64_t seconds = lifetime(answer);

	entry_free(map_steal(c->entries, key));
	if (seconds <= 0)
		return;
	make_room(c, now);
	map_add(c->entries, key, entry_new(answer, now + seconds * 1000));
}

bool cache_find(struct cache *c, const char *key, int64_t now,
		struct answer *out)
{
	const struct entry *e = map_get(c->entries, key);

	if (!e)
		return false;
	if (e->until <= now) {
		entry_free(map_steal(c->entries, key));
		return false;
	}
	*out = (struct answer){
		.status = e->status,
		.authentic = e->authentic,
		.ttl = (uint32_t)((e->until - now + 999) / 1000),
		.srv_count = e->srv_count,
		.addr_count = e->addr_count,
	};
	for (size_t i = 0; i < e->srv_count; i++)
		out->srvs[i] = e->srvs[i];
	for (size_t i = 0; i < e->addr_count; i++)
		out->addrs[i] = e->addrs[i];
	if (e->tlsas)
		out->tlsas = *e->tlsas;
	return true;
}

size_t cache_count(const struct cache *c)
{
	return map_count(c->entries);
}
