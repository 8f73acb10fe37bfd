/* SPDX-License-Identifier: MIT */
/*
 * backlog: records on their way to the database, oldest first: what waits, what
 * need not wait any longer because a later one says it, and what goes back.
 *
 * Thread: the store's; an order is made on the conference loop and given away.
 */
#pragma once

#include "base/base.h"
#include "loop/mailbox.h"

struct record;

enum order_kind { ORDER_SAVE, ORDER_END };

/** Mail to the store thread; a backlog is a list of them. */
struct order {
	struct mail mail;
	struct record *record; /* owned; NULL with ORDER_END */
	uint64_t ticket;
	size_t bytes;
	int64_t since; /* ms, monotonic: when it was given */
};

/** Takes the record. */
struct order *order_new(enum order_kind kind, struct record *owned);
void order_free(struct mail *owned);

/** Moves what goes back to its sender to the other list, in order. */
void backlog_take_back(struct list *backlog, struct list *out);
/** Moves what a later record outdoes: of a session and of the heartbeat the last
 *  word counts. How many stay? */
size_t backlog_thin(struct list *backlog, struct list *out);
