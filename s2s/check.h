/* SPDX-License-Identifier: MIT */
/*
 * check: the doctor: one remote domain, walked through as a link would - DNS,
 * each address, stream, TLS, certificate, dialback - with a sentence for each
 * step, and who has to mend what is wrong.
 *
 * Thread: its loop's; the answers are called there, and perhaps on any thread
 * when all is closing.
 */
#pragma once

#include "base/base.h"
#include "s2s/check_words.h"

struct check;
struct place;

/** One step. Owned by whoever gets it. */
struct check_row {
	const char *step;
	enum check_result result;
	char *where; /* owned: an address, or "" */
	char *text;  /* owned */
};
void check_row_free(struct check_row **row);

/** Takes the row; NULL is the last word. */
typedef void (*check_fn)(void *owner, uint64_t id, struct check_row *owned);

/** What to walk: remote, as local. */
struct check_ask {
	uint64_t id;
	char *local;  /* owned; one of ours, normalised */
	char *remote; /* owned; normalised, no address */
	check_fn fn;
	void *owner;
};
struct check_ask *check_ask_new(uint64_t id, const char *local,
				const char *remote, check_fn fn, void *owner);
/** The last word and no other; the ask is gone. NULL is harmless. */
void check_ask_drop(struct check_ask **ask);

struct check_events {
	/** It is over and gone; the last word was said. */
	void (*on_closed)(void *owner, struct check *c);
};

/** Takes the ask; it takes a minute at most. on_closed never comes before this
 *  has returned. */
struct check *check_open(const struct place *place, struct check_ask *owned,
			 const struct check_events *events, void *owner);
/** Bring it to its end. */
void check_close(struct check *c);
