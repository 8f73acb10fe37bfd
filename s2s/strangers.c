/* SPDX-License-Identifier: MIT */
#include "s2s/strangers.h"

#include <string.h>

#include "base/map.h"
#include "base/mem.h"
#include "net/addr.h"

#define LEVELS 2

static const unsigned level_bits[LEVELS] = { 64, 48 };

struct crowd {
	size_t count;
};

struct strangers {
	struct strangers_settings settings;
	size_t count;
	struct map *crowds; /* network -> struct crowd */
};

struct strangers *strangers_new(const struct strangers_settings *settings)
{
	struct strangers *s = mem_new(struct strangers);

	s->settings = *settings;
	s->crowds = map_new();
	return s;
}

void strangers_free(struct strangers **s)
{
	if (!*s)
		return;
	map_free(&(*s)->crowds, free);
	mem_free(s);
}

static bool is_network(const char *name)
{
	return strchr(name, '/') != NULL;
}

static size_t bound_of(const struct strangers *s, const char *name, size_t level)
{
	if (!is_network(name))
		return s->settings.per_address;
	return level == 0 ? s->settings.per_network : s->settings.per_site;
}

/* The names an address counts under; an IPv4 address has one. */
static size_t name_all(const struct addr *a, char names[LEVELS][ADDR_TEXT_SIZE])
{
	addr_print_network(a, level_bits[0], names[0]);
	if (!is_network(names[0]))
		return 1;
	addr_print_network(a, level_bits[1], names[1]);
	return LEVELS;
}

bool strangers_enter(struct strangers *s, const struct addr *from)
{
	char names[LEVELS][ADDR_TEXT_SIZE];
	size_t levels = name_all(from, names);
	struct crowd *c;

	if (s->count >= s->settings.most)
		return false;
	for (size_t i = 0; i < levels; i++) {
		c = map_get(s->crowds, names[i]);
		if (c && c->count >= bound_of(s, names[i], i))
			return false;
	}
	for (size_t i = 0; i < levels; i++) {
		c = map_get(s->crowds, names[i]);
		if (!c) {
			c = mem_new(struct crowd);
			map_add(s->crowds, names[i], c);
		}
		c->count++;
	}
	s->count++;
	return true;
}

void strangers_leave(struct strangers *s, const struct addr *from)
{
	char names[LEVELS][ADDR_TEXT_SIZE];
	size_t levels = name_all(from, names);

	require(s->count > 0);
	s->count--;
	for (size_t i = 0; i < levels; i++) {
		struct crowd *c = map_get(s->crowds, names[i]);

		require(c && c->count > 0);
		if (--c->count > 0)
			continue;
		c = map_steal(s->crowds, names[i]);
		mem_free(&c);
	}
}

size_t strangers_count(const struct strangers *s)
{
	return s->count;
}
