/* SPDX-License-Identifier: MIT */
#include "net/cert_book.h"

#include "base/codec.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"

#define MEMORY 3600000 /* ms */

struct entry {
	enum cert_verdict verdict;
	int64_t until; /* ms */
};

struct cert_book {
	struct map *entries; /* "print domain" to struct entry, owned */
	size_t limit;
};

static void entry_free(void *value)
{
	mem_free(&value);
}

struct cert_book *cert_book_new(size_t limit)
{
	struct cert_book *b = mem_new(struct cert_book);

	require(limit > 0);
	b->entries = map_new();
	b->limit = limit;
	return b;
}

void cert_book_free(struct cert_book **b)
{
	if (!*b)
		return;
	map_free(&(*b)->entries, entry_free);
	mem_free(b);
}

void cert_book_clear(struct cert_book *b)
{
	map_free(&b->entries, entry_free);
	b->entries = map_new();
}

static char *key_of(const struct cert_print *print, const char *domain)
{
	char *hex = hex_encode(print->sha256, sizeof(print->sha256));
	char *key = str_format("%s %s", hex, domain);

	mem_free(&hex);
	return key;
}

/* What has ended goes, else the oldest. */
static void make_room(struct cert_book *b, int64_t now)
{
	struct map_cursor cursor;

	if (map_count(b->entries) < b->limit)
		return;
	map_begin(b->entries, &cursor);
	while (map_next(&cursor)) {
		const struct entry *e = cursor.value;

		if (e->until <= now)
			entry_free(map_steal(b->entries, cursor.key));
	}
	if (map_count(b->entries) < b->limit)
		return;
	map_begin(b->entries, &cursor);
	if (map_next(&cursor))
		entry_free(map_steal(b->entries, cursor.key));
}

void cert_book_put(struct cert_book *b, const struct cert_print *print,
		   const char *domain, enum cert_verdict verdict, int64_t now,
		   int64_t wall)
{
	int64_t left = print->expires_at * 1000 - wall;
	struct entry *e;
	char *key;

	if (verdict == CERT_NONE || verdict == CERT_EXPIRED || left <= 0)
		return;
	key = key_of(print, domain);
	entry_free(map_steal(b->entries, key));
	make_room(b, now);
	e = mem_new(struct entry);
	e->verdict = verdict;
	e->until = now + (left < MEMORY ? left : MEMORY);
	map_add(b->entries, key, e);
	mem_free(&key);
}

bool cert_book_find(struct cert_book *b, const struct cert_print *print,
		    const char *domain, int64_t now,
		    enum cert_verdict *verdict_out)
{
	char *key = key_of(print, domain);
	const struct entry *e = map_get(b->entries, key);
	bool is_known = e && e->until > now;

	if (is_known)
		*verdict_out = e->verdict;
	else if (e)
		entry_free(map_steal(b->entries, key));
	mem_free(&key);
	return is_known;
}
