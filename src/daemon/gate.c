/* SPDX-License-Identifier: MIT */
#include "daemon/gate.h"

#include "base/buf.h"
#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "xmpp/envelope.h"
#include "xmpp/stanza.h"

/** What stands between one gating record of a room and the next. */
struct stretch {
	struct list node;      /* in gate.stretches */
	char *room;	       /* owned */
	uint64_t ticket;       /* the record it waits for */
	struct list envelopes; /* of struct envelope */
	size_t count;
	bool is_last;	       /* its room's newest, in gate.last */
};

struct gate {
	struct gate_events events;
	void *owner;
	struct list stretches; /* of all rooms, by ticket, oldest first */
	struct map *last;      /* room -> its newest stretch, borrowed */
	struct stretch *withdrawn; /* the last that was, borrowed, or NULL */
	size_t waiting;
};

struct gate *gate_new(const struct gate_events *events, void *owner)
{
	struct gate *g = mem_new(struct gate);

	g->events = *events;
	g->owner = owner;
	list_init(&g->stretches);
	g->last = map_new();
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
	free_envelopes(&(*s)->envelopes);
	mem_free(&(*s)->room);
	mem_free(s);
}

void gate_free(struct gate **g)
{
	struct stretch *s, *tmp;

	if (!*g)
		return;
	list_each_safe(s, tmp, &(*g)->stretches, node) stretch_free(&s);
	map_free(&(*g)->last, NULL);
	mem_free(g);
}

void gate_hold(struct gate *g, const char *room, uint64_t ticket)
{
	struct stretch *s = mem_new(struct stretch), *older;

	require(list_is_empty(&g->stretches) ||
		container_of(g->stretches.prev, struct stretch, node)->ticket <=
			ticket);
	s->room = str_dup(room);
	s->ticket = ticket;
	list_init(&s->envelopes);
	list_add_tail(&g->stretches, &s->node);
	s->is_last = true;
	older = map_put(g->last, room, s); /* it stays in the list */
	if (older)
		older->is_last = false;
}

/* Mostly what was held last: a room sends behind its record. */
static struct stretch *find_last(const struct gate *g, const char *room)
{
	struct stretch *s;

	if (!list_is_empty(&g->stretches)) {
		s = container_of(g->stretches.prev, struct stretch, node);
		if (str_equal(s->room, room))
			return s;
	}
	return map_get(g->last, room);
}

void gate_send(struct gate *g, const char *room, struct list *envelopes)
{
	struct stretch *s = find_last(g, room);
	struct envelope *e;

	if (list_is_empty(envelopes))
		return;
	if (!s) {
		g->events.release(g->owner, envelopes);
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

void gate_commit(struct gate *g, uint64_t ticket)
{
	struct stretch *s = list_first(&g->stretches, struct stretch, node);

	g->withdrawn = NULL;
	while (s && s->ticket <= ticket) {
		if (s->is_last)
			map_steal(g->last, s->room);
		g->waiting -= s->count;
		if (s->count)
			g->events.release(g->owner, &s->envelopes);
		stretch_free(&s);
		s = list_first(&g->stretches, struct stretch, node);
	}
}

size_t gate_waiting(const struct gate *g)
{
	return g->waiting;
}
