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

#define FEW 2

/* Few members, as most domains have in most rooms, stand in the group itself. */
struct audience_group {
	atomic_int refs;
	struct member **items;   /* few, or owned; each a reference */
	size_t len, cap;
	size_t to_bytes;         /* of all addresses */
	uint64_t hash;           /* of domain */
	struct member *few[FEW];
	char domain[];
};

/* The groups of an audience as they are at a moment: one reference is all that a
 * broadcast takes, however many groups there are. As a group is, it is never
 * changed once it is shared. */
struct roll {
	atomic_int refs;
	size_t len, cap;
	struct audience_group *groups[]; /* each a reference */
};

struct audience {
	struct roll *roll; /* a reference */
	size_t size;       /* addressees of all groups */
};

/* Envelopes of one stanza, made and freed as one: what goes from one thread to
 * another costs by the piece. A link that takes nothing keeps those of the
 * others, too, so there are few in one: the bounds of queues count each envelope
 * as if it were alone. */
#define MAILING_MAX 7

struct mailing {
	atomic_int refs;       /* envelopes that are left */
	int64_t posted;        /* ms monotonic */
	struct roll *roll;     /* a reference */
	struct frozen *stanza; /* a reference */
	const char *local;     /* behind the envelopes */
	struct envelope envelopes[];
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
	g->len = 0;
	g->cap = cap > FEW ? cap : FEW;
	g->items = cap > FEW ? mem_alloc(cap * sizeof(*g->items)) : g->few;
	g->to_bytes = 0;
	g->hash = hash;
	return g;
}

static void group_grow(struct audience_group *g)
{
	size_t size = g->cap * sizeof(*g->items);
	struct member **items =
		mem_realloc(g->items == g->few ? NULL : g->items, 2 * size);

	if (g->items == g->few)
		memcpy(items, g->few, size);
	g->items = items;
	g->cap *= 2;
}

static void group_add(struct audience_group *g, struct member *owned)
{
	if (g->len == g->cap)
		group_grow(g);
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
	if (dead->items != dead->few)
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

/* ---- rolls ---- */

static size_t roll_size(size_t cap)
{
	return sizeof(struct roll) + cap * sizeof(struct audience_group *);
}

static struct roll *roll_new(size_t cap)
{
	struct roll *r = mem_alloc(roll_size(cap));

	atomic_init(&r->refs, 1);
	r->len = 0;
	r->cap = cap;
	return r;
}

static struct roll *roll_ref(struct roll *r)
{
	atomic_fetch_add_explicit(&r->refs, 1, memory_order_relaxed);
	return r;
}

static void roll_unref(struct roll *r)
{
	if (atomic_fetch_sub_explicit(&r->refs, 1, memory_order_acq_rel) > 1)
		return;
	for (size_t i = 0; i < r->len; i++)
		audience_group_unref(&r->groups[i]);
	free(r);
}

static struct roll *roll_copy(const struct roll *r)
{
	struct roll *copy = roll_new(r->len + 1);

	for (; copy->len < r->len; copy->len++)
		copy->groups[copy->len] =
			audience_group_ref(r->groups[copy->len]);
	return copy;
}

/* ---- audiences ---- */

struct audience *audience_new(void)
{
	struct audience *a = mem_new(struct audience);

	a->roll = roll_new(1);
	return a;
}

void audience_free(struct audience **a)
{
	if (!*a)
		return;
	roll_unref((*a)->roll);
	mem_free(a);
}

/* What an envelope has is left as it is. Nobody but us can make a reference of
 * the only one, so a roll or group that is not shared will not be. */
static struct roll *own_roll(struct audience *a)
{
	struct roll *copy;

	if (atomic_load_explicit(&a->roll->refs, memory_order_acquire) > 1) {
		copy = roll_copy(a->roll);
		roll_unref(a->roll);
		a->roll = copy;
	}
	return a->roll;
}

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

static struct audience_group **find_group(struct roll *r, const char *domain)
{
	for (size_t i = 0; i < r->len; i++) {
		if (str_equal(r->groups[i]->domain, domain))
			return &r->groups[i];
	}
	return NULL;
}

/* Takes r, which is not shared, and gives it back, perhaps elsewhere. */
static struct roll *add_group(struct roll *r, struct audience_group *owned)
{
	if (r->len == r->cap) {
		r->cap *= 2;
		r = mem_realloc(r, roll_size(r->cap));
	}
	r->groups[r->len++] = owned;
	return r;
}

void audience_add(struct audience *a, const struct jid *to, uint32_t occupant)
{
	const char *domain = jid_domain(to);
	struct roll *r = own_roll(a);
	struct audience_group **g = find_group(r, domain);

	if (!g) {
		r = a->roll = add_group(r, group_new(domain, hash_of(domain),
						     1));
		g = &r->groups[r->len - 1];
	}
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

static void remove_group(struct roll *r, struct audience_group **g)
{
	audience_group_unref(g);
	r->len--;
	memmove(g, g + 1, (size_t)(r->groups + r->len - g) * sizeof(*g));
}

static void remove_member(struct audience_group *g, size_t i)
{
	g->to_bytes -= g->items[i]->addressee.to_len;
	member_unref(g->items[i]);
	g->len--;
	memmove(g->items + i, g->items + i + 1,
		(g->len - i) * sizeof(*g->items));
}

void audience_remove(struct audience *a, const struct jid *who)
{
	struct audience_group **at = find_group(a->roll, jid_domain(who));
	struct roll *r;
	size_t i;

	if (!at || (i = find_member(*at, who)) == (*at)->len)
		return;
	r = own_roll(a);
	at = find_group(r, jid_domain(who));
	remove_member(own_group(at), i);
	a->size--;
	if ((*at)->len == 0)
		remove_group(r, at);
}

size_t audience_size(const struct audience *a)
{
	return a->size;
}

size_t audience_group_count(const struct audience *a)
{
	return a->roll->len;
}

struct audience_group *audience_group_at(const struct audience *a, size_t i)
{
	require(i < a->roll->len);
	return a->roll->groups[i];
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

/* Nothing in it yet. */
static struct mailing *mailing_new(struct frozen *stanza, struct roll *r,
				   const char *local, size_t cap,
				   int64_t now)
{
	size_t local_size = strlen(local) + 1;
	size_t size = sizeof(struct mailing) + cap * sizeof(struct envelope) +
		      local_size;
	struct mailing *m = mem_alloc(size);

	atomic_init(&m->refs, 0);
	m->posted = now;
	m->roll = roll_ref(r);
	m->stanza = frozen_ref(stanza);
	m->local = memcpy(&m->envelopes[cap], local, local_size);
	return m;
}

static void mailing_free(struct mailing *m)
{
	frozen_unref(&m->stanza);
	roll_unref(m->roll);
	free(m);
}

static void fill_one(struct mailing *m, size_t i, struct audience_group *g,
		     uint32_t skip)
{
	struct envelope *e = &m->envelopes[i];

	list_init(&e->node);
	list_init(&e->same);
	e->mailing = m;
	e->stanza = m->stanza;
	e->group = g;
	e->skip = skip;
}

/* Is there anybody but skip? A group is never empty. */
static bool has_others(const struct audience_group *g, uint32_t skip)
{
	size_t bytes;

	return !skip || count_others(g, skip, &bytes) > 0;
}

/* For the groups of r from begin on to before end. */
static void mail_to(struct list *out, struct mailing *m, size_t begin,
		    size_t end, uint32_t skip)
{
	size_t count = 0;

	for (size_t i = begin; i < end; i++) {
		struct audience_group *g = m->roll->groups[i];

		if (!has_others(g, skip))
			continue;
		fill_one(m, count, g, skip);
		list_add_tail(out, &m->envelopes[count++].node);
	}
	/* nobody else knows of it yet */
	atomic_store_explicit(&m->refs, (int)count, memory_order_relaxed);
	if (count == 0)
		mailing_free(m);
}

void envelope_make_all(struct list *out, struct frozen *stanza,
		       const struct audience *a, const char *local,
		       uint32_t skip)
{
	int64_t now = clock_mono();
	size_t begin, end;

	for (begin = 0; begin < a->roll->len; begin = end) {
		end = begin + MAILING_MAX;
		if (end > a->roll->len)
			end = a->roll->len;
		mail_to(out,
			mailing_new(stanza, a->roll, local, end - begin, now),
			begin, end, skip);
	}
}

struct envelope *envelope_new(struct frozen *stanza, const struct jid *to,
			      const char *local)
{
	struct audience *a = audience_new();
	struct mailing *m;

	audience_add(a, to, 0);
	m = mailing_new(stanza, a->roll, local, 1, clock_mono());
	atomic_store_explicit(&m->refs, 1, memory_order_relaxed);
	fill_one(m, 0, a->roll->groups[0], 0);
	audience_free(&a);
	return &m->envelopes[0];
}

void envelope_free(struct envelope **e)
{
	struct envelope *dead = *e;

	*e = NULL;
	if (!dead)
		return;
	list_remove(&dead->node);
	if (atomic_fetch_sub_explicit(&dead->mailing->refs, 1,
				      memory_order_acq_rel) == 1)
		mailing_free(dead->mailing);
}

const char *envelope_local(const struct envelope *e)
{
	return e->mailing->local;
}

int64_t envelope_posted(const struct envelope *e)
{
	return e->mailing->posted;
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
