/* SPDX-License-Identifier: MIT */
#include "net/dial_book.h"

#include "base/map.h"
#include "base/mem.h"
#include "net/addr.h"

#define MAX_FAILURES 4096

struct failure {
	int64_t at; /* ms */
};

struct visits {
	unsigned count;
};

struct dial_book {
	struct dial_book_settings settings;
	struct map *failures; /* "192.0.2.1:5269" -> struct failure */
	struct map *visits;   /* "192.0.2.1:0" -> struct visits */
};

void dial_book_settings_init(struct dial_book_settings *s)
{
	*s = (struct dial_book_settings){ .memory = 300000, .per_host = 2 };
}

struct dial_book *dial_book_new(const struct dial_book_settings *settings)
{
	struct dial_book *b = mem_new(struct dial_book);

	require(settings->per_host > 0);
	b->settings = *settings;
	b->failures = map_new();
	b->visits = map_new();
	return b;
}

void dial_book_free(struct dial_book **b)
{
	if (!*b)
		return;
	map_free(&(*b)->failures, free);
	map_free(&(*b)->visits, free);
	mem_free(b);
}

static void forget(struct dial_book *b, const char *key)
{
	struct failure *f = map_steal(b->failures, key);

	mem_free(&f);
}

static bool is_past(const struct dial_book *b, const struct failure *f,
		    int64_t now)
{
	return now - f->at >= b->settings.memory;
}

/* What is past, and room for one more. The map walks in the order in which
 * failures came. */
static void forget_oldest(struct dial_book *b, int64_t now)
{
	struct map_cursor cursor;

	map_begin(b->failures, &cursor);
	while (map_next(&cursor)) {
		if (map_count(b->failures) < MAX_FAILURES &&
		    !is_past(b, cursor.value, now))
			return;
		forget(b, cursor.key);
	}
}

void dial_book_fail(struct dial_book *b, const struct addr *at, int64_t now)
{
	char key[ADDR_TEXT_SIZE];
	struct failure *f = mem_new(struct failure);

	addr_print(at, key);
	forget(b, key);
	forget_oldest(b, now);
	f->at = now;
	map_add(b->failures, key, f);
}

size_t dial_book_count(const struct dial_book *b)
{
	return map_count(b->failures);
}

void dial_book_succeed(struct dial_book *b, const struct addr *at)
{
	char key[ADDR_TEXT_SIZE];

	addr_print(at, key);
	forget(b, key);
}

bool dial_book_has_failed(struct dial_book *b, const struct addr *at,
			  int64_t now)
{
	char key[ADDR_TEXT_SIZE];
	const struct failure *f;

	addr_print(at, key);
	f = map_get(b->failures, key);
	return f && !is_past(b, f, now);
}

static void print_host(const struct addr *at, char key[ADDR_TEXT_SIZE])
{
	struct addr host = *at;

	addr_set_port(&host, 0);
	addr_print(&host, key);
}

bool dial_book_enter(struct dial_book *b, const struct addr *at)
{
	char key[ADDR_TEXT_SIZE];
	struct visits *v;

	print_host(at, key);
	v = map_get(b->visits, key);
	if (!v) {
		v = mem_new(struct visits);
		map_add(b->visits, key, v);
	}
	if (v->count >= b->settings.per_host)
		return false;
	v->count++;
	return true;
}

void dial_book_leave(struct dial_book *b, const struct addr *at)
{
	char key[ADDR_TEXT_SIZE];
	struct visits *v;

	print_host(at, key);
	v = map_get(b->visits, key);
	require(v && v->count > 0);
	if (--v->count > 0)
		return;
	v = map_steal(b->visits, key);
	mem_free(&v);
}
