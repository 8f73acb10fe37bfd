/* SPDX-License-Identifier: MIT */
#include "meeting/queue.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "meeting/shown.h"

#define SHOWN 20 /* people in a line */

void queue_init(struct queue *q)
{
	*q = (struct queue){ .count = 0 };
}

void queue_fini(struct queue *q)
{
	for (size_t i = 0; i < q->count; i++) {
		mem_free(&q->items[i].nick);
		mem_free(&q->items[i].about);
	}
	mem_free(&q->items);
	mem_free(&q->speaker);
	q->count = 0;
}

int queue_find(const struct queue *q, const char *nick)
{
	for (size_t i = 0; i < q->count; i++)
		if (str_equal(q->items[i].nick, nick))
			return (int)i;
	return -1;
}

static struct waiter *insert(struct queue *q, size_t at, const char *nick)
{
	q->items = mem_realloc(q->items, (q->count + 1) * sizeof(*q->items));
	memmove(q->items + at + 1, q->items + at,
		(q->count - at) * sizeof(*q->items));
	q->count++;
	q->items[at] = (struct waiter){ .nick = str_dup(nick) };
	return &q->items[at];
}

void queue_add(struct queue *q, const char *nick, const char *about,
	       bool is_raised)
{
	int at = queue_find(q, nick);
	struct waiter *w = at < 0 ? insert(q, q->count, nick) : &q->items[at];

	if (about || at < 0)
		str_set(&w->about, about);
	w->is_raised = is_raised;
}

void queue_add_first(struct queue *q, const char *nick)
{
	int at = queue_find(q, nick);
	char *about = NULL;

	if (at >= 0) {
		about = q->items[at].about;
		q->items[at].about = NULL;
		(void)queue_remove(q, nick);
	}
	insert(q, 0, nick)->about = about;
}

bool queue_remove(struct queue *q, const char *nick)
{
	int at = queue_find(q, nick);

	if (at < 0)
		return false;
	mem_free(&q->items[at].nick);
	mem_free(&q->items[at].about);
	q->count--;
	memmove(q->items + at, q->items + at + 1,
		(q->count - (size_t)at) * sizeof(*q->items));
	return true;
}

void queue_give_floor(struct queue *q, const char *nick, int64_t now)
{
	char *copy = str_dup(nick); /* it may be the queue's own */

	if (copy)
		(void)queue_remove(q, copy);
	mem_free(&q->speaker);
	q->speaker = copy;
	q->since = now;
	q->was_reminded = false;
}

void queue_rename(struct queue *q, const char *old_nick, const char *nick)
{
	int at = queue_find(q, old_nick);

	if (at >= 0)
		str_set(&q->items[at].nick, nick);
	if (str_equal(q->speaker, old_nick))
		str_set(&q->speaker, nick);
}

static void print_waiters(const struct queue *q, struct buf *out)
{
	for (size_t i = 0; i < q->count && i < SHOWN; i++) {
		const struct waiter *w = &q->items[i];

		buf_add_format(out, "%s%s", i ? ", " : "", w->nick);
		if (w->about)
			buf_add_format(out, " (%.*s)", shown_length(w->about),
				       w->about);
	}
	if (q->count > SHOWN)
		buf_add_format(out, " and %zu more", q->count - SHOWN);
	buf_add_str(out, q->count ? "." : "nobody.");
}

char *queue_print(const struct queue *q)
{
	struct buf out = { 0 };

	buf_add_str(&out, q->is_closed ? "Queue (closed): " : "Queue: ");
	print_waiters(q, &out);
	return buf_steal_str(&out);
}

char *queue_print_floor(const struct queue *q, const char *about)
{
	struct buf out = { 0 };

	buf_add_format(&out, "%s has the floor", q->speaker);
	if (about)
		buf_add_format(&out, " (%.*s)", shown_length(about), about);
	buf_add_str(&out, ".");
	if (q->count) {
		buf_add_str(&out, " Next: ");
		print_waiters(q, &out);
	}
	return buf_steal_str(&out);
}
