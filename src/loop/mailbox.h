/* SPDX-License-Identifier: MIT */
/*
 * mailbox: a bounded queue of mails into a loop, first in, first out. Posting
 * never fails and never blocks; it says when the box is full, and then the poster
 * holds back what it reads until on_relief, so a box overshoots by no more than
 * one read of each poster.
 *
 * Thread: post, is_full, count: any. The rest: the loop's.
 */
#pragma once

#include "base/base.h"
#include "base/list.h"

struct loop;
struct mailbox;

/** First member of every mail; kind is one of the receiver's enum. */
struct mail {
	struct list node;
	int kind;
	unsigned weight; /* it counts as so many; 0 is 1 */
	void (*free_fn)(struct mail *owned); /* when nobody will read it */
};

struct mailbox_events {
	/** Takes the mail. */
	void (*on_mail)(void *owner, struct mail *owned);
	/** After a run of on_mail calls, when the box was emptied or the turn's
	 *  share (1024) is used up. May be NULL. */
	void (*on_batch)(void *owner);
	/** Fell below half after having been full. May be NULL. */
	void (*on_relief)(void *owner);
};

struct mailbox *mailbox_open(struct loop *loop, size_t limit,
			     const struct mailbox_events *events, void *owner);
/** Takes the mail always. True: full now, hold back. After mailbox_close() the
 *  mail is freed with its free_fn. */
bool mailbox_post(struct mailbox *box, struct mail *owned);
bool mailbox_is_full(const struct mailbox *box);
size_t mailbox_count(const struct mailbox *box);
/** Stop: waiting mails are freed unread. The box stays valid for posters until
 *  mailbox_free(), which is called when all threads have ended. */
void mailbox_close(struct mailbox *box);
void mailbox_free(struct mailbox **box);
