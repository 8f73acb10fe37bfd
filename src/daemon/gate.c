/* SPDX-License-Identifier: MIT */
#include "daemon/gate.h"

#include "base/buf.h"
#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "xmpp/envelope.h"
#include "xmpp/stanza.h"

#define ROOMS 1024 /* lists that rooms share by their hash */
#define AT_ONCE 64 /* stretches that are released together */

/** What stands between one gating record of a room and the next. */
struct stretch {
	struct list node;      /* in gate.stretches */
	struct list same;      /* in gate.rooms, newest last */
	uint64_t hash;	       /* of room */
	uint64_t ticket;       /* the record it waits for */
	struct list envelopes; /* of struct envelope */
	size_t count;
	char room[];
};

struct gate {
	struct gate_events events;
	void *owner;
	struct list stretches;	   /* of all rooms, by ticket, oldest first */
	struct list rooms[ROOMS];  /* of those whose hash leads there */
	struct stretch *withdrawn; /* the last that was, borrowed, or NULL */
	size_t waiting;
};

struct gate *gate_new(const struct gate_events *events, void *owner)
{
	struct gate *g = mem_new(struct gate);

	g->events = *events;
	g->owner = owner;
	list_init(&g->stretches);
	for (size_t i = 0; i < ROOMS; i++)
		list_init(&g->rooms[i]);
	return g;
}

static void free_envelopes(struct list *envelopes)
{
	struct envelope *e, *tmp;

	list_each_safe(e, tmp, envelopes, node)
	{
		list_remove(&e->node);
		envelope_free(&e);
	}
}

static void stretch_free(struct stretch **s)
{
	if (!*s)
		return;
	list_remove(&(*s)->node);
	list_remove(&(*s)->same);
	free_envelopes(&(*s)->envelopes);
	mem_free(s);
}

void gate_free(struct gate **g)
{
	struct stretch *s, *tmp;

	if (!*g)
		return;
	list_each_safe(s, tmp, &(*g)->stretches, node) stretch_free(&s);
	mem_free(g);
}

static struct stretch *stretch_new(const char *room, uint64_t hash,
				   uint64_t ticket)
{
	size_t size = strlen(room) + 1;
	struct stretch *s = mem_alloc(sizeof(*s) + size);

	list_init(&s->envelopes);
	s->hash = hash;
	s->ticket = ticket;
	s->count = 0;
	memcpy(s->room, room, size);
	return s;
}

void gate_hold(struct gate *g, const char *room, uint64_t ticket)
{
	uint64_t hash = map_hash(room, strlen(room));
	struct stretch *s = stretch_new(room, hash, ticket);

	require(list_is_empty(&g->stretches) ||
		container_of(g->stretches.prev, struct stretch, node)->ticket <=
			ticket);
	list_add_tail(&g->stretches, &s->node);
	list_add_tail(&g->rooms[hash % ROOMS], &s->same);
}

static struct stretch *find_newest(const struct gate *g, const char *room)
{
	uint64_t hash = map_hash(room, strlen(room));
	const struct list *all = &g->rooms[hash % ROOMS];

	for (struct list *at = all->prev; at != all; at = at->prev) {
		struct stretch *s = container_of(at, struct stretch, same);

		if (s->hash == hash && str_equal(s->room, room))
			return s;
	}
	return NULL;
}

/* Mostly what was held last: a room sends behind its record. */
static struct stretch *find_last(const struct gate *g, const char *room)
{
	struct stretch *s;

	if (list_is_empty(&g->stretches))
		return NULL;
	s = container_of(g->stretches.prev, struct stretch, node);
	return str_equal(s->room, room) ? s : find_newest(g, room);
}

void gate_send(struct gate *g, const char *room, struct list *envelopes)
{
	struct stretch *s = find_last(g, room);
	struct envelope *e;

	if (list_is_empty(envelopes))
		return;
	if (!s) {
		g->events.release(g->owner, envelopes, 1);
		return;
	}
	list_each(e, envelopes, node)
	{
		s->count++;
		g->waiting++;
	}
	list_move_all(&s->envelopes, envelopes);
}

/* Growing tickets: the search goes on from where the last one ended. */
static struct stretch *find_stretch(struct gate *g, uint64_t ticket)
{
	struct stretch *s = g->withdrawn;

	if (!s || s->ticket > ticket)
		s = list_first(&g->stretches, struct stretch, node);
	while (s && s->ticket < ticket)
		s = s->node.next == &g->stretches
			    ? NULL
			    : container_of(s->node.next, struct stretch, node);
	g->withdrawn = s;
	return s && s->ticket == ticket ? s : NULL;
}

/* An id of 128 random bits is in nothing else by chance. */
static bool has_id(const struct frozen *f, const char *stanza_id)
{
	struct buf text = { 0 };
	bool has;

	frozen_write(f, &text, "", 0);
	has = strstr(buf_str(&text), stanza_id) != NULL;
	buf_fini(&text);
	return has;
}

void gate_withdraw(struct gate *g, uint64_t ticket, const char *stanza_id)
{
	struct stretch *s = find_stretch(g, ticket);
	const struct frozen *last = NULL;
	struct envelope *e, *tmp;
	bool is_it = false;

	if (!s)
		return;
	list_each_safe(e, tmp, &s->envelopes, node)
	{
		/* one a domain, all of the same stanza */
		if (e->stanza != last)
			is_it = has_id(e->stanza, stanza_id);
		last = is_it ? NULL : e->stanza;
		if (!is_it)
			continue;
		list_remove(&e->node);
		envelope_free(&e);
		s->count--;
		g->waiting--;
	}
}

/* What is committed together crosses to the links together, in portions that
 * hold up nothing else there for long. */
void gate_commit(struct gate *g, uint64_t ticket)
{
	struct stretch *s = list_first(&g->stretches, struct stretch, node);
	struct list out;
	size_t count = 0;

	list_init(&out);
	g->withdrawn = NULL;
	while (s && s->ticket <= ticket) {
		g->waiting -= s->count;
		count += s->count > 0;
		list_move_all(&out, &s->envelopes);
		stretch_free(&s);
		s = list_first(&g->stretches, struct stretch, node);
		if (count < AT_ONCE && s && s->ticket <= ticket)
			continue;
		if (count)
			g->events.release(g->owner, &out, count);
		count = 0;
	}
}

size_t gate_waiting(const struct gate *g)
{
	return g->waiting;
}
