/* SPDX-License-Identifier: MIT */
#include "store/store_part.h"

#include "base/clock.h"
#include "base/counter.h"
#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "store/backlog.h"
#include "store/record.h"

#define BUSY_PAUSE 1 /* ms to the next try when only a lock is in the way */
#define INDEX_AFTER \
	1000              /* ms from a batch to what is made of it, if that
			   * was not worth while before */
#define TEND_PERIOD 60000 /* ms from one care of the database to the next */

static struct counter count_records =
	COUNTER_INIT("hallway_store_records", "records committed");
static struct counter count_commits =
	COUNTER_INIT("hallway_store_commits", "transactions committed");
static struct counter count_failures =
	COUNTER_INIT("hallway_store_failures",
		     "tries to commit that failed or found a lock");
static struct counter count_given_back =
	COUNTER_INIT("hallway_store_given_back",
		     "messages that could not be saved and went back");
static struct counter gauge_trouble = GAUGE_INIT(
	"hallway_store_trouble", "1 while the database cannot be written");
static struct counter gauge_waiting =
	GAUGE_INIT("hallway_store_waiting", "records not yet committed");

void store_thread_register_counters(void)
{
	counter_register(&count_records);
	counter_register(&count_commits);
	counter_register(&count_failures);
	counter_register(&count_given_back);
	counter_register(&gauge_trouble);
	counter_register(&gauge_waiting);
}

/*
 * Mails
 */

static void free_orders(struct list *orders)
{
	struct order *order, *next;

	list_each_safe(order, next, orders, mail.node) {
		list_remove(&order->mail.node);
		order_free(&order->mail);
	}
}

void store_reply_free(struct mail *owned)
{
	struct reply *reply = container_of(owned, struct reply, mail);
	struct record *record, *next;

	free_orders(&reply->orders);
	list_each_safe(record, next, &reply->records, node) {
		list_remove(&record->node);
		record_free(&record);
	}
	mem_free(&reply);
}

static struct reply *reply_new(enum reply_kind kind)
{
	struct reply *reply = mem_new(struct reply);

	list_init(&reply->mail.node);
	list_init(&reply->records);
	list_init(&reply->orders);
	reply->mail.kind = kind;
	reply->mail.free_fn = store_reply_free;
	return reply;
}

/* Tells the conference how far we are, and gives it the records, if any: one
 * mail, so that it is woken once. */
static void answer_with(struct store *s, uint64_t ticket, struct reply *owned)
{
	if (ticket <= s->answered && list_is_empty(&owned->records)) {
		store_reply_free(&owned->mail);
		return;
	}
	if (ticket > s->answered)
		s->answered = ticket;
	owned->ticket = ticket;
	(void)mailbox_post(s->replies, &owned->mail);
}

static void answer(struct store *s, uint64_t ticket)
{
	if (ticket > s->answered)
		answer_with(s, ticket, reply_new(REPLY_COMMITTED));
}

static void tell_trouble(struct store *s, int error)
{
	struct reply *reply = reply_new(REPLY_TROUBLE);

	counter_add(&gauge_trouble, (error != 0) - s->has_trouble);
	s->has_trouble = error != 0;
	reply->error = error;
	(void)mailbox_post(s->replies, &reply->mail);
}

static int save_all(struct store *s)
{
	const struct backend_ops *ops = s->settings.ops;
	struct order *order;
	int error;

	list_each(order, &s->batch, mail.node) {
		error = ops->save(s->backend, order->record);
		if (error == HW_E_INVALID)
			s->unfit = order;
		if (error)
			return error;
	}
	return ops->commit(s->backend);
}

static int commit_batch(struct store *s)
{
	int error = s->settings.ops->begin(s->backend);

	if (error)
		return error;
	error = save_all(s);
	if (error)
		s->settings.ops->rollback(s->backend);
	return error;
}

void store_thread_note(struct store *s, const struct order *order)
{
	atomic_fetch_add(&s->waiting, 1);
	atomic_fetch_add(&s->bytes, order->bytes);
	counter_add(&gauge_waiting, 1);
}

/* What is in the list waits no longer; returns how many it was. */
static size_t stop_waiting(struct store *s, const struct list *orders)
{
	const struct order *order;
	size_t count = 0, bytes = 0;

	list_each(order, orders, mail.node) {
		count++;
		bytes += order->bytes;
	}
	atomic_fetch_sub(&s->waiting, count);
	atomic_fetch_sub(&s->bytes, bytes);
	counter_add(&gauge_waiting, -(int64_t)count);
	return count;
}

/* Forgets the batch and returns how many records it was. Whatever came meanwhile
 * says its age when it is read. */
static size_t drop_batch(struct store *s)
{
	size_t count;

	atomic_store(&s->since, STORE_NOBODY);
	count = stop_waiting(s, &s->batch);
	free_orders(&s->batch);
	return count;
}

/* The records go back as they are: no copies, and no more of them than there
 * were in the batch. */
static void give_back_saved(struct store *s, struct reply *reply)
{
	struct order *order;

	list_each(order, &s->batch, mail.node) {
		if (!s->events->wants || !s->events->wants(order->record->kind))
			continue;
		list_add_tail(&reply->records, &order->record->node);
		order->record = NULL;
	}
}

static void settle_batch(struct store *s)
{
	struct reply *reply = reply_new(REPLY_COMMITTED);
	uint64_t ticket = s->received;

	give_back_saved(s, reply);
	counter_add(&count_commits, 1);
	counter_add(&count_records, (int64_t)drop_batch(s));
	s->thin_at = STORE_THIN_AT;
	atomic_store(&s->has_given_up, false);
	if (s->has_trouble) {
		log_info(LOG_STORE, "database: works again");
		tell_trouble(s, 0);
	}
	answer_with(s, ticket, reply);
}

/* A lock of another process is waited for without a word: what waits, and how
 * long, is seen by store_has_room(). */
static void postpone_batch(struct store *s, int error)
{
	counter_add(&count_failures, 1);
	timer_start(s->retry,
		    error == HW_E_BUSY ? BUSY_PAUSE : s->settings.retry);
	if (error == HW_E_BUSY || s->has_trouble)
		return;
	log_error(LOG_STORE, "database: cannot commit, will go on trying: %s",
		  hw_error_text(error));
	tell_trouble(s, error);
}

/*
 * Care: in portions, so that no batch waits long
 */

/* What cannot be written today is closed and ended another time. */
static void note_untended(struct store *s, int error)
{
	bool is_news = error && error != HW_E_BUSY && !s->has_untended;

	if (is_news && !s->has_trouble)
		log_warn(LOG_STORE, "database: cannot close days: %s",
			 hw_error_text(error));
	s->has_untended = error && (is_news || s->has_untended);
}

/* What is made of records behind their commit: nobody waits for it. What cannot
 * be made today is made behind another batch. */
static void index_batch(struct store *s, bool is_soon)
{
	bool has_more = false;
	int error;

	if (!s->settings.ops->index || s->has_trouble)
		return;
	error = s->settings.ops->index(s->backend, is_soon, &has_more);
	if (error && error != HW_E_BUSY && !s->has_unindexed)
		log_warn(LOG_STORE, "database: cannot index lines: %s",
			 hw_error_text(error));
	s->has_unindexed = error && (error != HW_E_BUSY || s->has_unindexed);
	if (has_more || error)
		timer_start(s->index,
			    has_more ? STORE_TEND_PAUSE : INDEX_AFTER);
	else if (!is_soon && !timer_is_running(s->index))
		timer_start(s->index, INDEX_AFTER);
}

void store_thread_on_index(void *owner)
{
	index_batch(owner, true);
}

void store_thread_on_tend(void *owner)
{
	struct store *s = owner;
	const struct backend_care care = {
		.key = s->key,
		.keep = s->settings.keep,
		.keep_presence = s->settings.keep_presence,
	};
	bool has_more = false;
	int error = 0;

	if (!s->has_trouble)
		error = s->settings.ops->tend(s->backend, &care, clock_wall(),
					      &has_more);
	note_untended(s, error);
	timer_start(s->tend,
		    !error && has_more ? STORE_TEND_PAUSE : TEND_PERIOD);
}

void store_thread_end(struct store *s)
{
	size_t lost = drop_batch(s);

	if (lost > 0)
		log_error(LOG_STORE, "database: %zu records not saved and lost",
			  lost);
	else
		index_batch(s, true);
	timer_free(&s->retry);
	timer_free(&s->index);
	timer_free(&s->tend);
	mailbox_close(s->orders);
	s->settings.ops->close(s->backend);
}

/*
 * Giving up: messages go back, the rest is not waited for any more
 */

/* There is always something to try: else nobody would find out that the database
 * works again. */
static void add_heartbeat(struct store *s, uint64_t ticket)
{
	struct order *order = order_new(
		ORDER_SAVE, record_new(RECORD_HEARTBEAT, NULL, clock_wall()));

	order->ticket = ticket;
	list_add_tail(&s->batch, &order->mail.node);
	store_thread_note(s, order);
}

static void give_back(struct store *s)
{
	struct reply *reply = reply_new(REPLY_GIVEN_BACK);
	size_t count;

	backlog_take_back(&s->batch, &reply->orders);
	count = stop_waiting(s, &reply->orders);
	counter_add(&count_given_back, (int64_t)count);
	if (count > 0)
		log_error(LOG_STORE,
			  "database: %zu messages go back to their "
			  "senders",
			  count);
	(void)mailbox_post(s->replies, &reply->mail);
}

/* Hours of trouble are no more than the people in the rooms, and what they have
 * said last of themselves. */
static void thin(struct store *s)
{
	struct list outdone;
	size_t kept;

	list_init(&outdone);
	kept = backlog_thin(&s->batch, &outdone);
	(void)stop_waiting(s, &outdone);
	free_orders(&outdone);
	/* what is still in the mailbox may be as superfluous */
	s->thin_at = 2 * kept + STORE_THIN_AT;
}

static bool is_hopeless(const struct store *s)
{
	int64_t since = atomic_load(&s->since);

	return s->settings.sync != BACKEND_SYNC_RELAXED && !s->is_ending &&
	       since != STORE_NOBODY &&
	       clock_mono() - since >= s->settings.give_up;
}

/* The batch, which is not empty, has just failed again. */
static void give_up(struct store *s)
{
	uint64_t ticket = s->received;

	if (!is_hopeless(s))
		return;
	atomic_store(&s->has_given_up, true);
	give_back(s);
	if (list_is_empty(&s->batch))
		add_heartbeat(s, ticket);
	if (atomic_load(&s->waiting) > s->thin_at)
		thin(s);
	answer(s, ticket);
}

/* The database takes it never, whatever else it takes: a fault of ours. One
 * record is not to keep all others out for ever. */
static void leave_out(struct store *s)
{
	struct reply *reply = reply_new(REPLY_GIVEN_BACK);
	bool is_message = s->unfit->record->kind == RECORD_MESSAGE;

	log_error(LOG_STORE,
		  "database: a record of kind %d of %s does not fit and is "
		  "not kept",
		  (int)s->unfit->record->kind,
		  s->unfit->record->room ? s->unfit->record->room : "-");
	list_remove(&s->unfit->mail.node);
	list_add_tail(&reply->orders, &s->unfit->mail.node);
	(void)stop_waiting(s, &reply->orders);
	s->unfit = NULL;
	if (is_message)
		(void)mailbox_post(s->replies, &reply->mail);
	else
		store_reply_free(&reply->mail);
	if (list_is_empty(&s->batch)) {
		atomic_store(&s->since, STORE_NOBODY);
		answer(s, s->received);
	}
}

static void try_batch(struct store *s)
{
	int error = commit_batch(s);

	while (error == HW_E_INVALID && s->unfit) {
		leave_out(s);
		error = list_is_empty(&s->batch) ? 0 : commit_batch(s);
	}
	if (list_is_empty(&s->batch))
		return;
	if (!error) {
		settle_batch(s);
		index_batch(s, false);
	} else {
		postpone_batch(s, error);
		give_up(s);
	}
}

static void work(struct store *s)
{
	if (!list_is_empty(&s->batch)) {
		if (s->settings.sync == BACKEND_SYNC_RELAXED)
			answer(s, s->received);
		try_batch(s);
	}
	if (s->is_ending &&
	    (list_is_empty(&s->batch) || clock_mono() >= s->end_by))
		store_thread_end(s);
}

void store_thread_on_retry(void *owner)
{
	work(owner);
}

static void begin_end(struct store *s)
{
	s->is_ending = true;
	s->end_by = clock_mono() + s->settings.close_wait;
	/* whoever closes waits: try once more at once */
	timer_stop(s->retry);
}

static void on_order(void *owner, struct mail *owned)
{
	struct store *s = owner;
	struct order *order = container_of(owned, struct order, mail);

	if (owned->kind == ORDER_END) {
		order_free(owned);
		begin_end(s);
		return;
	}
	if (list_is_empty(&s->batch))
		atomic_store(&s->since, order->since);
	s->received = order->ticket;
	list_add_tail(&s->batch, &owned->node);
}

static void on_orders(void *owner)
{
	struct store *s = owner;

	if (!timer_is_running(s->retry))
		work(s);
	else if (s->settings.sync == BACKEND_SYNC_RELAXED)
		answer(s, s->received);
}

const struct mailbox_events store_thread_events = {
	.on_mail = on_order,
	.on_batch = on_orders,
};
