/* SPDX-License-Identifier: MIT */
#include "xmpp/envelope.h"

#include <stdatomic.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "xml/write.h"
#include "xmpp/stanza.h"

struct audience_group {
	struct audience *audience; /* whose part it is */
	char *domain;              /* owned */
	struct addressee *items;   /* owned, as their strings are */
	size_t len, cap;
	size_t to_bytes;           /* of all addresses */
};

struct audience {
	atomic_int refs;
	struct audience_group **groups; /* owned, in order of first arrival */
	size_t len, cap;
	size_t size;                    /* addressees of all groups */
};

/* ---- building ---- */

struct audience_builder {
	struct audience *audience; /* owned until finished */
	struct map *by_domain;     /* of its groups, borrowed */
};

static struct audience *audience_new(void)
{
	struct audience *a = mem_new(struct audience);

	atomic_init(&a->refs, 1);
	return a;
}

static struct audience_group *add_group(struct audience *a, const char *domain)
{
	struct audience_group *g = mem_new(struct audience_group);

	g->audience = a;
	g->domain = str_dup(domain);
	if (a->len == a->cap) {
		a->cap = a->cap ? a->cap * 2 : 1;
		a->groups = mem_realloc(a->groups,
					a->cap * sizeof(*a->groups));
	}
	a->groups[a->len++] = g;
	return g;
}

static void add_addressee(struct audience_group *g, const struct jid *to,
			  uint32_t occupant)
{
	struct addressee *item;
	struct buf escaped;

	if (g->len == g->cap) {
		g->cap = g->cap ? g->cap * 2 : 1;
		g->items = mem_realloc(g->items, g->cap * sizeof(*g->items));
	}
	item = &g->items[g->len++];
	buf_init(&escaped);
	write_escaped(&escaped, jid_text(to));
	item->to_len = escaped.len;
	item->to = buf_steal_str(&escaped);
	item->jid = jid_copy(to);
	item->occupant = occupant;
	g->to_bytes += item->to_len;
	g->audience->size++;
}

struct audience_builder *audience_builder_new(void)
{
	struct audience_builder *b = mem_new(struct audience_builder);

	b->audience = audience_new();
	b->by_domain = map_new();
	return b;
}

void audience_builder_add(struct audience_builder *b, const struct jid *to,
			  uint32_t occupant)
{
	struct audience_group *g = map_get(b->by_domain, jid_domain(to));

	if (!g) {
		g = add_group(b->audience, jid_domain(to));
		map_add(b->by_domain, jid_domain(to), g);
	}
	add_addressee(g, to, occupant);
}

struct audience *audience_builder_finish(struct audience_builder **b)
{
	struct audience *a = (*b)->audience;

	map_free(&(*b)->by_domain, NULL);
	mem_free(b);
	return a;
}

/* ---- audiences ---- */

struct audience *audience_ref(struct audience *a)
{
	atomic_fetch_add_explicit(&a->refs, 1, memory_order_relaxed);
	return a;
}

static void group_free(struct audience_group *g)
{
	size_t i;

	for (i = 0; i < g->len; i++) {
		mem_free(&g->items[i].to);
		jid_free(&g->items[i].jid);
	}
	mem_free(&g->items);
	mem_free(&g->domain);
	free(g);
}

static void audience_free(struct audience *a)
{
	size_t i;

	for (i = 0; i < a->len; i++)
		group_free(a->groups[i]);
	mem_free(&a->groups);
	free(a);
}

void audience_unref(struct audience **a)
{
	if (*a && atomic_fetch_sub_explicit(&(*a)->refs, 1,
					    memory_order_acq_rel) == 1)
		audience_free(*a);
	*a = NULL;
}

size_t audience_size(const struct audience *a)
{
	return a->size;
}

size_t audience_group_count(const struct audience *a)
{
	return a->len;
}

struct audience_group *audience_group_at(const struct audience *a, size_t i)
{
	require(i < a->len);
	return a->groups[i];
}

struct audience_group *audience_group_ref(struct audience_group *g)
{
	audience_ref(g->audience);
	return g;
}

void audience_group_unref(struct audience_group **g)
{
	struct audience *a = *g ? (*g)->audience : NULL;

	*g = NULL;
	audience_unref(&a);
}

const char *audience_group_domain(const struct audience_group *g)
{
	return g->domain;
}

size_t audience_group_size(const struct audience_group *g)
{
	return g->len;
}

const struct addressee *audience_group_get(const struct audience_group *g,
					   size_t i)
{
	require(i < g->len);
	return &g->items[i];
}

/* Addressees of g without those of an occupant, and the bytes of their
 * addresses. */
static size_t count_others(const struct audience_group *g, uint32_t skip,
			   size_t *to_bytes_out)
{
	size_t count = g->len, bytes = g->to_bytes, i;

	for (i = 0; skip && i < g->len; i++) {
		if (g->items[i].occupant == skip) {
			count--;
			bytes -= g->items[i].to_len;
		}
	}
	*to_bytes_out = bytes;
	return count;
}

/* ---- envelopes ---- */

static struct envelope *envelope_make(struct frozen *stanza,
				      struct audience_group *owned_group,
				      const char *local, uint32_t skip)
{
	struct envelope *e = mem_new(struct envelope);

	list_init(&e->node);
	list_init(&e->same);
	e->stanza = frozen_ref(stanza);
	e->group = owned_group;
	e->local = str_dup(local);
	e->skip = skip;
	e->posted = clock_mono();
	return e;
}

void envelope_make_all(struct list *out, struct frozen *stanza,
		       const struct audience *a, const char *local,
		       uint32_t skip)
{
	struct audience_group *g;
	struct envelope *e;
	size_t i, bytes;

	for (i = 0; i < a->len; i++) {
		g = a->groups[i];
		if (count_others(g, skip, &bytes) == 0)
			continue;
		e = envelope_make(stanza, audience_group_ref(g), local, skip);
		list_add_tail(out, &e->node);
	}
}

struct envelope *envelope_new(struct frozen *stanza, const struct jid *to,
			      const char *local)
{
	struct audience *a = audience_new();
	struct audience_group *g = add_group(a, jid_domain(to));

	add_addressee(g, to, 0);
	return envelope_make(stanza, g, local, 0);
}

void envelope_free(struct envelope **e)
{
	if (!*e)
		return;
	list_remove(&(*e)->node);
	frozen_unref(&(*e)->stanza);
	audience_group_unref(&(*e)->group);
	mem_free(&(*e)->local);
	mem_free(e);
}

const char *envelope_domain(const struct envelope *e)
{
	return e->group->domain;
}

size_t envelope_count(const struct envelope *e)
{
	size_t bytes;

	return count_others(e->group, e->skip, &bytes);
}

size_t envelope_size(const struct envelope *e)
{
	size_t bytes;
	size_t count = count_others(e->group, e->skip, &bytes);

	return count * frozen_size(e->stanza, 0) + bytes;
}
