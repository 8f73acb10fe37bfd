/* SPDX-License-Identifier: MIT */
#include "store/store.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/sign.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "store/backlog.h"
#include "store/record.h"
#include "store/store_part.h"

void store_settings_init(struct store_settings *s)
{
	*s = (struct store_settings){
		.sync = BACKEND_SYNC_FULL,
		.ops = &backend_sqlite,
		.max_records = 10000,
		.max_bytes = 16 << 20,
		.max_age = 5000,
		.retry = 500,
		.give_up = 60000,
		.keep_presence = 90LL * 86400000,
		.close_wait = 10000,
	};
}

/*
 * What the store's thread tells
 */

static void deliver(struct store *s, uint64_t ticket)
{
	if (ticket <= s->delivered)
		return;
	s->delivered = ticket;
	s->events->on_committed(s->owner, ticket);
}

static void return_orders(struct store *s, const struct list *orders)
{
	const struct order *order;

	if (!s->events->on_given_back)
		return;
	list_each(order, orders, mail.node)
		s->events->on_given_back(s->owner, order->ticket,
					 order->record);
}

static void hand_over(struct store *s, const struct list *records)
{
	struct record *record, *next;

	list_each_safe(record, next, records, node) {
		list_remove(&record->node);
		s->events->on_saved(s->owner, record);
	}
}

static void on_reply(void *owner, struct mail *owned)
{
	struct store *s = owner;
	struct reply *reply = container_of(owned, struct reply, mail);

	switch ((enum reply_kind)owned->kind) {
	case REPLY_COMMITTED:
		hand_over(s, &reply->records);
		deliver(s, reply->ticket);
		break;
	case REPLY_GIVEN_BACK:
		return_orders(s, &reply->orders);
		break;
	case REPLY_TROUBLE:
		if (s->events->on_trouble)
			s->events->on_trouble(s->owner, reply->error);
		break;
	}
	store_reply_free(owned);
}

static const struct mailbox_events reply_events = { .on_mail = on_reply };

static struct store *store_new(struct loop *conference,
			       const struct store_settings *settings,
			       const struct store_events *events, void *owner)
{
	struct store *s = mem_new(struct store);

	s->settings = *settings;
	s->settings.path = NULL; /* borrowed, and not needed any more */
	s->events = events;
	s->owner = owner;
	list_init(&s->batch);
	atomic_init(&s->since, STORE_NOBODY);
	s->thin_at = STORE_THIN_AT;
	s->loop = loop_open("store");
	/* How much may wait is the gate's to keep to: store_has_room(). */
	s->orders = mailbox_open(s->loop, SIZE_MAX, &store_thread_events, s);
	s->retry = timer_new(s->loop, store_thread_on_retry, s);
	s->index = timer_new(s->loop, store_thread_on_index, s);
	s->tend = timer_new(s->loop, store_thread_on_tend, s);
	if (settings->has_seed)
		s->key = sign_key_new(settings->seed);
	s->replies = mailbox_open(conference, SIZE_MAX, &reply_events, s);
	return s;
}

static void store_free(struct store **s)
{
	mailbox_close((*s)->replies);
	mailbox_free(&(*s)->replies);
	mailbox_free(&(*s)->orders);
	loop_close(&(*s)->loop);
	sign_key_free(&(*s)->key);
	mem_free(s);
}

int store_open(struct loop *conference, const struct store_settings *settings,
	       const struct store_events *events, void *owner,
	       struct store **store_out)
{
	struct store *s;
	void *backend;
	int error =
		settings->ops->open(settings->path, settings->sync, &backend);

	if (error)
		return error;
	store_thread_register_counters();
	s = store_new(conference, settings, events, owner);
	s->backend = backend;
	if (settings->ops->tend)
		timer_start(s->tend, STORE_TEND_PAUSE);
	if (settings->ops->index) /* after a crash there are some */
		timer_start(s->index, STORE_TEND_PAUSE);
	error = loop_start(s->loop);
	if (error) {
		store_thread_end(s);
		store_free(&s);
		return error;
	}
	*store_out = s;
	return 0;
}

uint64_t store_save(struct store *s, struct record *owned)
{
	struct order *order = order_new(ORDER_SAVE, owned);
	int64_t nobody = STORE_NOBODY;

	require(record_is_whole(owned));
	order->ticket = ++s->ticket;
	store_thread_note(s, order);
	atomic_compare_exchange_strong(&s->since, &nobody, order->since);
	(void)mailbox_post(s->orders, &order->mail);
	return s->ticket;
}

bool store_has_room(const struct store *s)
{
	int64_t since = atomic_load(&s->since);

	if (atomic_load(&s->has_given_up))
		return false;
	if (atomic_load(&s->waiting) >= s->settings.max_records ||
	    atomic_load(&s->bytes) >= s->settings.max_bytes)
		return false;
	return since == STORE_NOBODY ||
	       clock_mono() - since <= s->settings.max_age;
}

uint64_t store_last_ticket(const struct store *s)
{
	return s->ticket;
}

uint64_t store_committed(const struct store *s)
{
	return s->delivered;
}

size_t store_waiting(const struct store *s)
{
	return atomic_load(&s->waiting);
}

void store_close(struct store **store)
{
	struct store *s = *store;
	struct order *order;

	if (!s)
		return;
	order = order_new(ORDER_END, NULL);
	(void)mailbox_post(s->orders, &order->mail);
	loop_join(s->loop);
	/* its replies may still lie unread; the last one says it all */
	deliver(s, s->answered);
	store_free(store);
}
