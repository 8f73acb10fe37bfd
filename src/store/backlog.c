/* SPDX-License-Identifier: MIT */
#include "store/backlog.h"

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/record.h"

struct order *order_new(enum order_kind kind, struct record *owned)
{
	struct order *order = mem_new(struct order);

	list_init(&order->mail.node);
	order->mail.kind = kind;
	order->mail.free_fn = order_free;
	order->record = owned;
	order->bytes = owned ? record_size(owned) : 0;
	order->since = clock_mono();
	return order;
}

void order_free(struct mail *owned)
{
	struct order *order = container_of(owned, struct order, mail);

	record_free(&order->record);
	mem_free(&order);
}

static void move(struct order *order, struct list *out)
{
	list_remove(&order->mail.node);
	list_add_tail(out, &order->mail.node);
}

void backlog_take_back(struct list *backlog, struct list *out)
{
	struct order *order, *next;

	list_each_safe(order, next, backlog, mail.node)
		if (order->record->kind == RECORD_MESSAGE &&
		    order->record->as_message.sender)
			move(order, out);
}

/* What it is the last word of, owned; NULL: each word counts. */
static char *key_of(const struct record *r)
{
	if (r->kind == RECORD_HEARTBEAT)
		return str_dup("");
	if (r->kind == RECORD_SESSION || r->kind == RECORD_SESSION_GONE)
		return str_format("%s %s", r->room, r->as_session.jid);
	return NULL;
}

size_t backlog_thin(struct list *backlog, struct list *out)
{
	struct map *said = map_new();
	struct list *node = backlog->prev, *before;
	size_t kept = 0;

	for (; node != backlog; node = before) {
		struct order *order =
			container_of(node, struct order, mail.node);
		char *key = key_of(order->record);

		before = node->prev;
		/* the map holds no more than that the key was seen */
		if (key && map_get(said, key)) {
			move(order, out);
		} else {
			if (key)
				(void)!map_put(said, key, said);
			kept++;
		}
		mem_free(&key);
	}
	map_free(&said, NULL);
	return kept;
}
