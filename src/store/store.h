/* SPDX-License-Identifier: MIT */
/*
 * store: the writer thread. Records are saved in the order given; everything that
 * waited is committed in one transaction, without a timer: the next batch
 * gathers while this one syncs. A batch that fails is kept and tried again.
 *
 * Thread: store_save() and the events: the conference loop's. Inside: a loop of
 * its own.
 */
#pragma once

#include "base/base.h"
#include "base/sign.h"
#include "store/backend.h"
#include "store/record.h"

struct loop;
struct store;

struct store_settings {
	const char *path;              /* the database file */
	enum backend_sync sync;
	const struct backend_ops *ops; /* backend_sqlite */
	size_t max_records;            /* store.queue; 10000 */
	size_t max_bytes;              /* 16 MiB */
	int64_t max_age;               /* ms of the oldest; 5000 */
	int64_t retry;                 /* ms between tries of a failed batch; 500 */
	int64_t give_up;               /* ms until a message that cannot be
					* saved goes back; 60000 */
	int64_t keep;                  /* archive.keep, ms; 0 = for ever */
	int64_t keep_presence;         /* archive.keep_presence; 90 d */
	bool has_seed;                 /* closed days are signed ... */
	unsigned char seed[SIGN_SEED_SIZE]; /* ... by the key of this */
	int64_t close_wait;            /* ms that store_close() goes on trying; 10000 */
};
void store_settings_init(struct store_settings *s);

struct store_events {
	/** Is a record of this kind to be given to on_saved? On the store's
	 *  thread. NULL: none. */
	bool (*wants)(enum record_kind kind);
	/** Takes the record, which is durable; in the order of saving, before
	 *  on_committed tells its ticket (after it with BACKEND_SYNC_RELAXED). */
	void (*on_saved)(void *owner, struct record *owned);
	/** Every record up to this ticket is durable (as far as sync says). */
	void (*on_committed)(void *owner, uint64_t ticket);
	/** store.give_up has passed (or the message can never be saved), and
	 *  that of this ticket is not saved and not tried again: nobody has
	 *  seen it. In order; on_committed for a ticket behind them all
	 *  follows: what else waits then (it has no sender) is tried on, but
	 *  not waited for. Borrowed. */
	void (*on_given_back)(void *owner, uint64_t ticket,
			      const struct record *record);
	/** A batch failed; it is kept and tried again. error 0: it went through
	 *  at last. */
	void (*on_trouble)(void *owner, int error);
};

/** Opens (and migrates) the database at once, so that an error is known at
 *  start: HW_E_TOO_NEW, HW_E_BUSY, HW_E_CORRUPT... Starts the thread. */
HW_MUST_USE int store_open(struct loop *conference,
			   const struct store_settings *settings,
			   const struct store_events *events, void *owner,
			   struct store **store_out);
/** Takes the record, which must be whole; returns its ticket, counting from 1. */
uint64_t store_save(struct store *s, struct record *owned);
/** Within max_records, max_bytes and max_age, and not given up? False: refuse what needs a new
 *  record. */
bool store_has_room(const struct store *s);
/** The last ticket that was given out; 0: none. */
uint64_t store_last_ticket(const struct store *s);
/** The last ticket that on_committed has told. */
uint64_t store_committed(const struct store *s);
size_t store_waiting(const struct store *s); /* records not yet committed */
/** Commit what waits, end the thread, close the database; blocks, but not for
 *  longer than close_wait: what cannot be committed by then is lost, and said so.
 *  on_committed is still called for what was committed, before this returns. Not
 *  to be called from inside an event. */
void store_close(struct store **s);
