/* SPDX-License-Identifier: MIT */
#include "xmpp/envelope.h"

#include <stdatomic.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "xml/write.h"
#include "xmpp/stanza.h"

/* The public part is borrowed out; its text stands behind it. */
struct member {
	atomic_int refs;
	struct addressee addressee;
	char to[];
};

struct audience_group {
	atomic_int refs;
	struct member **items; /* owned; each a reference */
	size_t len, cap;
	size_t to_bytes;       /* of all addresses */
	uint64_t hash;         /* of domain */
	char domain[];
};

struct audience {
	struct audience_group **groups; /* owned; each a reference */
	size_t len, cap;
	size_t size;                    /* addressees of all groups */
};

/* ---- members ---- */

static struct member *member_new(const struct jid *to, uint32_t occupant)
{
	struct buf escaped = { 0 };
	struct member *m;

	write_escaped(&escaped, jid_text(to));
	m = mem_alloc(sizeof(*m) + escaped.len + 1);
	atomic_init(&m->refs, 1);
	memcpy(m->to, buf_str(&escaped), escaped.len + 1);
	m->addressee = (struct addressee){
		.to = m->to,
		.to_len = escaped.len,
		.jid = jid_copy(to),
		.occupant = occupant,
	};
	buf_fini(&escaped);
	return m;
}

static struct member *member_ref(struct member *m)
{
	atomic_fetch_add_explicit(&m->refs, 1, memory_order_relaxed);
	return m;
}

static void member_unref(struct member *m)
{
	if (atomic_fetch_sub_explicit(&m->refs, 1, memory_order_acq_rel) > 1)
		return;
	jid_free(&m->addressee.jid);
	free(m);
}

/* ---- groups ---- */

static uint64_t hash_of(const char *domain)
{
	return map_hash(domain, strlen(domain));
}

static struct audience_group *group_new(const char *domain, uint64_t hash,
					size_t cap)
{
	size_t size = strlen(domain) + 1;
	struct audience_group *g = mem_alloc(sizeof(*g) + size);

	atomic_init(&g->refs, 1);
	memcpy(g->domain, domain, size);
	g->items = mem_alloc(cap * sizeof(struct member *));
	g->len = 0;
	g->cap = cap;
	g->to_bytes = 0;
	g->hash = hash;
	return g;
}

static void group_add(struct audience_group *g, struct member *owned)
{
	if (g->len == g->cap) {
		g->cap *= 2;
		g->items = mem_realloc(g->items, g->cap * sizeof(*g->items));
	}
	g->items[g->len++] = owned;
	g->to_bytes += owned->addressee.to_len;
}

static struct audience_group *group_copy(const struct audience_group *g)
{
	struct audience_group *copy = group_new(g->domain, g->hash, g->len + 1);

	for (size_t i = 0; i < g->len; i++)
		group_add(copy, member_ref(g->items[i]));
	return copy;
}

struct audience_group *audience_group_ref(struct audience_group *g)
{
	atomic_fetch_add_explicit(&g->refs, 1, memory_order_relaxed);
	return g;
}

void audience_group_unref(struct audience_group **g)
{
	struct audience_group *dead = *g;

	*g = NULL;
	if (!dead || atomic_fetch_sub_explicit(&dead->refs, 1,
					       memory_order_acq_rel) > 1)
		return;
	for (size_t i = 0; i < dead->len; i++)
		member_unref(dead->items[i]);
	mem_free(&dead->items);
	free(dead);
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
	return &g->items[i]->addressee;
}

/* ---- audiences ---- */

struct audience *audience_new(void)
{
	return mem_new(struct audience);
}

void audience_free(struct audience **a)
{
	if (!*a)
		return;
	for (size_t i = 0; i < (*a)->len; i++)
		audience_group_unref(&(*a)->groups[i]);
	mem_free(&(*a)->groups);
	mem_free(a);
}

static struct audience_group **find_group(const struct audience *a,
					  const char *domain)
{
	for (size_t i = 0; i < a->len; i++) {
		if (str_equal(a->groups[i]->domain, domain))
			return &a->groups[i];
	}
	return NULL;
}

static struct audience_group **add_group(struct audience *a, const char *domain)
{
	if (a->len == a->cap) {
		a->cap = a->cap ? a->cap * 2 : 1;
		a->groups = mem_realloc(a->groups,
					a->cap * sizeof(*a->groups));
	}
	a->groups[a->len] = group_new(domain, hash_of(domain), 1);
	return &a->groups[a->len++];
}

/* What an envelope has is left as it is. Nobody but us can make a reference of
 * the only one, so a group that is not shared will not be. */
static struct audience_group *own_group(struct audience_group **g)
{
	struct audience_group *copy;

	if (atomic_load_explicit(&(*g)->refs, memory_order_acquire) > 1) {
		copy = group_copy(*g);
		audience_group_unref(g);
		*g = copy;
	}
	return *g;
}

void audience_add(struct audience *a, const struct jid *to, uint32_t occupant)
{
	struct audience_group **g = find_group(a, jid_domain(to));

	if (!g)
		g = add_group(a, jid_domain(to));
	group_add(own_group(g), member_new(to, occupant));
	a->size++;
}

static size_t find_member(const struct audience_group *g, const struct jid *who)
{
	size_t i = 0;

	while (i < g->len &&
	       !str_equal(jid_text(g->items[i]->addressee.jid), jid_text(who)))
		i++;
	return i;
}

static void remove_group(struct audience *a, struct audience_group **g)
{
	audience_group_unref(g);
	a->len--;
	memmove(g, g + 1, (size_t)(a->groups + a->len - g) * sizeof(*g));
}

void audience_remove(struct audience *a, const struct jid *who)
{
	struct audience_group **at = find_group(a, jid_domain(who));
	struct audience_group *g;
	size_t i;

	if (!at || (i = find_member(*at, who)) == (*at)->len)
		return;
	g = own_group(at);
	g->to_bytes -= g->items[i]->addressee.to_len;
	member_unref(g->items[i]);
	g->len--;
	memmove(g->items + i, g->items + i + 1,
		(g->len - i) * sizeof(*g->items));
	a->size--;
	if (g->len == 0)
		remove_group(a, at);
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

/* Addressees of g without those of an occupant, and the bytes of their
 * addresses. */
static size_t count_others(const struct audience_group *g, uint32_t skip,
			   size_t *to_bytes_out)
{
	size_t count = g->len, bytes = g->to_bytes, i;

	for (i = 0; skip && i < g->len; i++) {
		const struct addressee *who = &g->items[i]->addressee;

		if (who->occupant == skip) {
			count--;
			bytes -= who->to_len;
		}
	}
	*to_bytes_out = bytes;
	return count;
}

/* ---- envelopes ---- */

static struct envelope *envelope_make(struct frozen *stanza,
				      struct audience_group *owned_group,
				      const char *local, uint32_t skip,
				      int64_t now)
{
	size_t size = strlen(local) + 1;
	struct envelope *e = mem_alloc(sizeof(*e) + size);

	list_init(&e->node);
	list_init(&e->same);
	e->stanza = frozen_ref(stanza);
	e->group = owned_group;
	e->skip = skip;
	e->posted = now;
	memcpy(e->local, local, size);
	return e;
}

void envelope_make_all(struct list *out, struct frozen *stanza,
		       const struct audience *a, const char *local,
		       uint32_t skip)
{
	int64_t now = clock_mono();
	struct audience_group *g;
	struct envelope *e;
	size_t i, bytes;

	for (i = 0; i < a->len; i++) {
		g = a->groups[i];
		if (count_others(g, skip, &bytes) == 0)
			continue;
		e = envelope_make(stanza, audience_group_ref(g), local, skip,
				  now);
		list_add_tail(out, &e->node);
	}
}

struct envelope *envelope_new(struct frozen *stanza, const struct jid *to,
			      const char *local)
{
	struct audience_group *g =
		group_new(jid_domain(to), hash_of(jid_domain(to)), 1);

	group_add(g, member_new(to, 0));
	return envelope_make(stanza, g, local, 0, clock_mono());
}

void envelope_free(struct envelope **e)
{
	if (!*e)
		return;
	list_remove(&(*e)->node);
	frozen_unref(&(*e)->stanza);
	audience_group_unref(&(*e)->group);
	mem_free(e);
}

const char *envelope_domain(const struct envelope *e)
{
	return e->group->domain;
}

uint64_t envelope_domain_hash(const struct envelope *e)
{
	return e->group->hash;
}

size_t envelope_count(const struct envelope *e)
{
	size_t bytes;

	return count_others(e->group, e->skip, &bytes) *
	       frozen_count(e->stanza);
}

size_t envelope_size(const struct envelope *e)
{
	size_t bytes;
	size_t count = count_others(e->group, e->skip, &bytes);

	return count * frozen_size(e->stanza, 0) +
	       frozen_count(e->stanza) * bytes;
}
