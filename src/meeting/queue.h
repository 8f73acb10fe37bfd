/* SPDX-License-Identifier: MIT */
/*
 * queue: who waits to speak, in order, and who has the floor.
 *
 * Thread: conference loop; pure. Owner: embedded in struct session.
 */
#pragma once

#include "base/base.h"

struct waiter {
	char *nick;  /* owned; as they go by in the room */
	char *about; /* owned, or NULL */
	bool is_raised; /* by a raised hand (XEP-0444) */
};

struct queue {
	struct waiter *items; /* owned; the next one first */
	size_t count;
	bool is_closed;
	char *speaker;        /* owned; who has the floor, or NULL */
	int64_t since;        /* ms since epoch; when they got it */
	bool was_reminded;    /* that their time is up */
};

void queue_init(struct queue *q);
void queue_fini(struct queue *q);
/** Where nick waits, or -1. */
int queue_find(const struct queue *q, const char *nick);
/** At the end; who waits already gets the new words. */
void queue_add(struct queue *q, const char *nick, const char *about,
	       bool is_raised);
/** To the front, whether they waited or not. */
void queue_add_first(struct queue *q, const char *nick);
bool queue_remove(struct queue *q, const char *nick);
/** nick, or NULL for nobody, has the floor, and waits no more. */
void queue_give_floor(struct queue *q, const char *nick, int64_t now);
void queue_rename(struct queue *q, const char *old_nick, const char *nick);
/** "Queue: bob (on costs), carol."; a long one is cut; owned. */
char *queue_print(const struct queue *q);
/** "bob has the floor (on costs). Next: carol."; about may be NULL; owned. */
char *queue_print_floor(const struct queue *q, const char *about);
