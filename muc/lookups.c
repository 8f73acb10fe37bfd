/* SPDX-License-Identifier: MIT */
#include "muc/lookups.h"

#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "xmpp/stanza.h"

struct lookup {
	struct list node;
	uint64_t id;
	struct stanza *stanza; /* owned */
	bool by_certificate;
	char *note; /* owned; or NULL */
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
	mem_free(&item->note);
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

bool lookups_are_full(const struct lookups *l, const struct jid *of)
{
	const struct lookup *item;
	size_t count = 0;

	list_each(item, &l->items, node)
		count += jid_equal_bare(item->stanza->from, of);
	return l->count >= LOOKUPS_MAX || count >= LOOKUPS_OF_ONE;
}

void lookups_add(struct lookups *l, uint64_t id, const struct stanza *s,
		 bool by_certificate, const char *note)
{
	struct lookup *item = mem_new(struct lookup);

	item->id = id;
	item->stanza = stanza_copy(s);
	item->by_certificate = by_certificate;
	item->note = str_dup(note);
	list_add_tail(&l->items, &item->node);
	l->count++;
}

struct stanza *lookups_take(struct lookups *l, uint64_t id,
			    bool *by_certificate_out, char **note_out)
{
	struct lookup *item;

	list_each(item, &l->items, node) {
		if (item->id != id)
			continue;
		*by_certificate_out = item->by_certificate;
		*note_out = item->note;
		item->note = NULL;
		return drop(l, item);
	}
	return NULL;
}
