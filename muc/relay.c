/* SPDX-License-Identifier: MIT */
#include "muc/relay.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/str.h"
#include "jid/jid.h"

void relay_init(struct relay *r)
{
	r->by_key = NULL;
	list_init(&r->items);
}

void relay_item_free(struct relay_item **item)
{
	if (!*item)
		return;
	mem_free(&(*item)->key);
	mem_free(&(*item)->id);
	jid_free(&(*item)->sender);
	jid_free(&(*item)->asked);
	jid_free(&(*item)->target);
	mem_free(item);
}

void relay_fini(struct relay *r)
{
	struct relay_item *item, *tmp;

	list_each_safe(item, tmp, &r->items, node) {
		list_remove(&item->node);
		relay_item_free(&item);
	}
	if (r->by_key)
		map_free(&r->by_key, NULL);
}

bool relay_is_full(const struct relay *r)
{
	return r->by_key && map_count(r->by_key) >= RELAY_MAX;
}

static struct relay_item *take_item(struct relay *r, struct relay_item *item)
{
	map_steal(r->by_key, item->key);
	list_remove(&item->node);
	return item;
}

/* Takes key. One that is there already gives way. */
static struct relay_item *add_item(struct relay *r, char *key, const char *id,
				   const struct jid *sender,
				   const struct jid *asked,
				   const struct jid *target, int64_t now)
{
	struct relay_item *item = mem_new(struct relay_item), *old;

	if (!r->by_key)
		r->by_key = map_new();
	item->key = key;
	item->id = str_dup(id);
	item->sender = jid_copy(sender);
	item->asked = jid_copy(asked);
	item->target = jid_copy(target);
	item->due = now + RELAY_TIME;
	old = map_put(r->by_key, key, item);
	if (old) {
		list_remove(&old->node);
		relay_item_free(&old);
	}
	list_add_tail(&r->items, &item->node);
	return item;
}

const char *relay_add_question(struct relay *r, const char *id,
			       const struct jid *sender,
			       const struct jid *asked,
			       const struct jid *target, int64_t now)
{
	char mapped[RAND_ID_SIZE];
	struct relay_item *item;

	rand_id(mapped);
	item = add_item(r, str_dup(mapped), id, sender, asked, target, now);
	item->is_question = true;
	return item->key;
}

/* Several clients of one user may each bounce the same message. */
static char *message_key(const char *id, const struct jid *target)
{
	return str_format("%s\n%s", jid_text(target), id);
}

void relay_add_message(struct relay *r, const char *id,
		       const struct jid *sender, const struct jid *asked,
		       const struct jid *target, int64_t now)
{
	if (!r->by_key || map_count(r->by_key) < RELAY_MAX / 2)
		add_item(r, message_key(id, target), id, sender, asked, target,
			 now);
}

struct relay_item *relay_take_question(struct relay *r, const char *mapped_id,
				       const struct jid *from)
{
	struct relay_item *item;

	if (!r->by_key || !mapped_id)
		return NULL;
	item = map_get(r->by_key, mapped_id);
	if (!item || !item->is_question || !jid_equal(item->target, from))
		return NULL;
	return take_item(r, item);
}

struct relay_item *relay_take_message(struct relay *r, const char *id,
				      const struct jid *from)
{
	struct relay_item *item;
	char *key;

	if (!r->by_key || !id)
		return NULL;
	key = message_key(id, from);
	item = map_get(r->by_key, key);
	mem_free(&key);
	return item && !item->is_question ? take_item(r, item) : NULL;
}

struct relay_item *relay_take_due(struct relay *r, int64_t now)
{
	struct relay_item *item = list_first(&r->items, struct relay_item,
					     node);

	return item && item->due <= now ? take_item(r, item) : NULL;
}
