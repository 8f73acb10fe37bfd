/* SPDX-License-Identifier: MIT */
#include "web/web_site.h"

#include <string.h>

#include "base/mem.h"

/* The face is first, so that one is the other's address. */
struct growing_site {
	struct web_site site;
	size_t room_cap, link_cap;
};

struct web_site *web_site_new(void)
{
	return &mem_new(struct growing_site)->site;
}

static struct growing_site *whole(struct web_site *s)
{
	return container_of(s, struct growing_site, site);
}

/* An array with room for one more. */
static void *grow(void *array, size_t count, size_t *cap, size_t size)
{
	if (count < *cap)
		return array;
	*cap = *cap ? 2 * *cap : 16;
	require(*cap <= SIZE_MAX / size);
	return mem_realloc(array, *cap * size);
}

struct web_room *web_site_add_room(struct web_site *s)
{
	s->rooms = grow(s->rooms, s->room_count, &whole(s)->room_cap,
			sizeof(*s->rooms));
	s->rooms[s->room_count] = (struct web_room){ 0 };
	return &s->rooms[s->room_count++];
}

struct web_link *web_site_add_link(struct web_site *s)
{
	s->links = grow(s->links, s->link_count, &whole(s)->link_cap,
			sizeof(*s->links));
	s->links[s->link_count] = (struct web_link){ 0 };
	return &s->links[s->link_count++];
}

static void fini_room(struct web_room *r)
{
	mem_free(&r->jid);
	mem_free(&r->name);
	mem_free(&r->description);
	mem_free(&r->subject);
	mem_free(&r->lang);
	mem_free(&r->venue);
}

static void fini_link(struct web_link *l)
{
	mem_free(&l->local);
	mem_free(&l->remote);
	mem_free(&l->state);
	mem_free(&l->proof);
	mem_free(&l->trouble);
}

void web_site_free(struct web_site **s)
{
	struct growing_site *g;

	if (!*s)
		return;
	g = whole(*s);
	*s = NULL;
	for (size_t i = 0; i < g->site.room_count; i++)
		fini_room(&g->site.rooms[i]);
	for (size_t i = 0; i < g->site.link_count; i++)
		fini_link(&g->site.links[i]);
	mem_free(&g->site.rooms);
	mem_free(&g->site.links);
	mem_free(&g);
}

const struct web_room *web_site_find(const struct web_site *s, const char *jid)
{
	size_t low = 0, high = s->room_count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(jid, s->rooms[middle].jid);

		if (order == 0)
			return &s->rooms[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}
