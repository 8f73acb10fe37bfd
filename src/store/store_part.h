/* SPDX-License-Identifier: MIT */
/*
 * store_part: what the files of the store share: store.c (its face, on the
 * conference loop) and store_thread.c (the thread that writes). Nobody else
 * includes it.
 */
#pragma once

#include <stdatomic.h>

#include "base/base.h"
#include "base/list.h"
#include "loop/mailbox.h"
#include "store/store.h"

struct order;
struct sign_key;
struct timer;

#define STORE_TEND_PAUSE 20 /* ms between portions of what is not urgent */
#define STORE_THIN_AT 1000  /* records; fewer are not worth the trouble */
#define STORE_NOBODY (-1)   /* "since" when no record waits */

enum reply_kind {
	REPLY_COMMITTED,
	REPLY_GIVEN_BACK,
	REPLY_TROUBLE,
};

/* Mail to the conference loop: one a batch. */
struct reply {
	struct mail mail;
	uint64_t ticket;     /* REPLY_COMMITTED */
	struct list records; /* likewise: of struct record, come first */
	struct list orders;  /* REPLY_GIVEN_BACK: of struct order */
	int error;           /* REPLY_TROUBLE; 0: it is over */
};

struct store {
	struct store_settings settings;
	const struct store_events *events;
	void *owner;
	struct loop *loop;       /* the store thread's */
	struct mailbox *orders;  /* on it */
	struct mailbox *replies; /* on the conference loop */

	/* conference loop */
	uint64_t ticket;    /* last given */
	uint64_t delivered; /* last told to on_committed */

	/* both */
	atomic_size_t waiting;    /* records not yet committed */
	atomic_size_t bytes;      /* of them */
	_Atomic int64_t since;    /* when the oldest came, or NOBODY */
	atomic_bool has_given_up; /* since the last commit */

	/* store thread */
	void *backend;
	struct list batch;    /* of struct order: what waits, oldest first */
	struct timer *retry;  /* runs: the batch waits for its next try */
	struct timer *index;  /* runs: a batch waits for what is made of it */
	struct timer *tend;   /* runs always */
	struct sign_key *key; /* owned, or NULL */
	bool has_untended;    /* and the log knows */
	bool has_unindexed;   /* likewise */
	uint64_t received;    /* last ticket: its order is in the batch, or has
			       * left it */
	struct order *unfit;  /* borrowed, of the batch; or NULL */
	size_t thin_at;       /* records, when to thin the backlog next */
	uint64_t answered;    /* last ticket told; read by the closer at last */
	bool has_trouble;     /* and the conference knows */
	bool is_ending;
	int64_t end_by; /* ms, monotonic: when to give up */
};

void store_reply_free(struct mail *owned);

/** An order waits: counted here, on the conference loop as well. */
void store_thread_note(struct store *s, const struct order *order);
void store_thread_register_counters(void);

/** Events of orders and timers, on the store's thread. */
extern const struct mailbox_events store_thread_events;
void store_thread_on_retry(void *owner);
void store_thread_on_index(void *owner);
void store_thread_on_tend(void *owner);
/** What ends the thread; by whoever opened the store, if it could not start. */
void store_thread_end(struct store *s);
