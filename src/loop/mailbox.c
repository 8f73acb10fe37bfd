/* SPDX-License-Identifier: MIT */
#include "loop/mailbox.h"

#include <pthread.h>
#include <stdatomic.h>

#include <uv.h>

#include "base/mem.h"
#include "loop/loop.h"

#define TURN_MAILS 1024
#define TURN_NS 2000000 /* 2 ms */
#define CLOCK_EVERY 16  /* mails between two looks at the clock */

struct mailbox {
	struct loop *loop;
	const struct mailbox_events *events;
	void *owner;
	size_t limit;
	struct list taken;   /* the loop's: swapped out, not yet handed over */
	uv_async_t *wake;    /* frees itself, so the box may go first */
	pthread_mutex_t mutex; /* for the next three, and wake against close */
	struct list incoming;
	bool is_rung;          /* the loop will look into it, or does so now */
	bool is_closed;
	atomic_size_t count; /* incoming and taken */
	atomic_bool is_full; /* until relief */
};

static void on_wake(uv_async_t *wake);

struct mailbox *mailbox_open(struct loop *loop, size_t limit,
			     const struct mailbox_events *events, void *owner)
{
	struct mailbox *box = mem_new(struct mailbox);

	loop_require_owner(loop);
	require(limit > 0 && events->on_mail);
	box->loop = loop;
	box->events = events;
	box->owner = owner;
	box->limit = limit;
	list_init(&box->taken);
	list_init(&box->incoming);
	require(pthread_mutex_init(&box->mutex, NULL) == 0);
	box->wake = mem_new(uv_async_t);
	require(uv_async_init(loop_uv(loop), box->wake, on_wake) == 0);
	box->wake->data = box;
	return box;
}

static void free_mail(struct mail *mail)
{
	list_init(&mail->node);
	mail->free_fn(mail);
}

static unsigned weight_of(const struct mail *mail)
{
	return mail->weight ? mail->weight : 1;
}

bool mailbox_post(struct mailbox *box, struct mail *owned)
{
	unsigned weight = weight_of(owned);
	bool is_closed, is_full = false;

	pthread_mutex_lock(&box->mutex);
	is_closed = box->is_closed;
	if (!is_closed) {
		/* One ring until the loop has found the box empty: what comes
		 * while it hands over is found without. */
		if (!box->is_rung) {
			box->is_rung = true;
			uv_async_send(box->wake);
		}
		list_add_tail(&box->incoming, &owned->node);
		if (atomic_fetch_add(&box->count, weight) + weight >=
		    box->limit)
			atomic_store(&box->is_full, true);
		is_full = atomic_load(&box->is_full);
	}
	pthread_mutex_unlock(&box->mutex);
	if (is_closed)
		free_mail(owned);
	return is_full;
}

bool mailbox_is_full(const struct mailbox *box)
{
	return atomic_load(&box->is_full);
}

size_t mailbox_count(const struct mailbox *box)
{
	return atomic_load(&box->count);
}

static void take_incoming(struct mailbox *box)
{
	pthread_mutex_lock(&box->mutex);
	list_move_all(&box->taken, &box->incoming);
	pthread_mutex_unlock(&box->mutex);
}

/* Under the mutex, so that no poster fills the box between the look and the
 * change and is then never relieved. */
static bool end_fullness(struct mailbox *box)
{
	bool ended = false;

	if (!atomic_load(&box->is_full))
		return false;
	pthread_mutex_lock(&box->mutex);
	if (atomic_load(&box->count) <= box->limit / 2) {
		atomic_store(&box->is_full, false);
		ended = true;
	}
	pthread_mutex_unlock(&box->mutex);
	return ended;
}

/* Hand over until the box is empty or the turn's share is used up. Returns how
 * many mails went. */
static unsigned hand_over(struct mailbox *box)
{
	uint64_t until = uv_hrtime() + TURN_NS;
	unsigned count = 0, look_at = CLOCK_EVERY;

	while (count < TURN_MAILS) {
		struct mail *mail;
		unsigned weight;

		if (list_is_empty(&box->taken))
			take_incoming(box);
		mail = list_first(&box->taken, struct mail, node);
		if (!mail)
			break;
		weight = weight_of(mail);
		list_remove(&mail->node);
		atomic_fetch_sub(&box->count, weight);
		box->events->on_mail(box->owner, mail);
		count += weight;
		if (count < look_at)
			continue;
		look_at = count + CLOCK_EVERY;
		if (uv_hrtime() >= until)
			break;
	}
	return count;
}

/* Is there more, for another turn? Else the next mail has to ring. */
static bool has_more(struct mailbox *box)
{
	bool has;

	pthread_mutex_lock(&box->mutex);
	has = !list_is_empty(&box->taken) || !list_is_empty(&box->incoming);
	box->is_rung = has;
	pthread_mutex_unlock(&box->mutex);
	return has;
}

static void on_wake(uv_async_t *wake)
{
	struct mailbox *box = wake->data;
	unsigned handed = hand_over(box);

	/* A callback may have closed the box: then wake is on its way out. */
	if (handed > 0 && !box->is_closed && box->events->on_batch)
		box->events->on_batch(box->owner);
	if (!box->is_closed && end_fullness(box) && box->events->on_relief)
		box->events->on_relief(box->owner);
	if (!box->is_closed && has_more(box))
		uv_async_send(wake);
}

static void on_wake_closed(uv_handle_t *handle)
{
	uv_async_t *wake = (uv_async_t *)handle;

	mem_free(&wake);
}

void mailbox_close(struct mailbox *box)
{
	struct mail *mail;

	loop_require_owner(box->loop);
	pthread_mutex_lock(&box->mutex);
	require(!box->is_closed);
	box->is_closed = true;
	list_move_all(&box->taken, &box->incoming);
	atomic_store(&box->count, 0);
	atomic_store(&box->is_full, false);
	pthread_mutex_unlock(&box->mutex);
	uv_close((uv_handle_t *)box->wake, on_wake_closed);
	while ((mail = list_first(&box->taken, struct mail, node)) != NULL) {
		list_remove(&mail->node);
		free_mail(mail);
	}
}

void mailbox_free(struct mailbox **box)
{
	if (!*box)
		return;
	require((*box)->is_closed);
	pthread_mutex_destroy(&(*box)->mutex);
	mem_free(box);
}
