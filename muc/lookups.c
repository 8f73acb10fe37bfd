/* SPDX-License-Identifier: MIT */
#include "muc/lookups.h"

#include "base/mem.h"
#include "xmpp/stanza.h"

struct lookup {
	struct list node;
	uint64_t id;
	struct stanza *stanza; /* owned */
	bool by_certificate;
};

void lookups_init(struct lookups *l)
{
	list_init(&l->items);
	l->count = 0;
}

/* Returns the stanza. */
static struct stanza *drop(struct lookups *l, struct lookup *item)
{
	struct stanza *s = item->stanza;

	list_remove(&item->node);
	l->count--;
	mem_free(&item);
	return s;
}

void lookups_fini(struct lookups *l)
{
	struct lookup *item, *next;

	list_each_safe(item, next, &l->items, node) {
		struct stanza *s = drop(l, item);

		stanza_free(&s);
	}
}

bool lookups_are_full(const struct lookups *l)
{
	return l->count >= LOOKUPS_MAX;
}

void lookups_add(struct lookups *l, uint64_t id, const struct stanza *s,
		 bool by_certificate)
{
	struct lookup *item = mem_new(struct lookup);

	item->id = id;
	item->stanza = stanza_copy(s);
	item->by_certificate = by_certificate;
	list_add_tail(&l->items, &item->node);
	l->count++;
}

struct stanza *lookups_take(struct lookups *l, uint64_t id,
			    bool *by_certificate_out)
{
	struct lookup *item;

	list_each(item, &l->items, node) {
		if (item->id != id)
			continue;
		*by_certificate_out = item->by_certificate;
		return drop(l, item);
	}
	return NULL;
}
