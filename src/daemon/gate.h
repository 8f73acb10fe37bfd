/* SPDX-License-Identifier: MIT */
/*
 * gate: what of a room waits for which record. A room's output stands in the
 * order in which the room made it; what follows a record that gates leaves only
 * when the store has committed that record. Rooms do not wait for each other.
 *
 * Pure: no store, no clock. Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct gate;
struct list;

struct gate_events {
	/** Takes the envelopes of the list (empties it), to be sent now: what
	 *  so many rooms said, or one as often. */
	void (*release)(void *owner, struct list *envelopes, size_t said);
};

struct gate *gate_new(const struct gate_events *events, void *owner);
void gate_free(struct gate **g); /* what waits is freed unsent */

/** What the room sends from now on waits for this ticket, which is no older than
 *  those before. */
void gate_hold(struct gate *g, const char *room, uint64_t ticket);
/** Takes the envelopes: released at once if nothing of the room waits. */
void gate_send(struct gate *g, const char *room, struct list *envelopes);
/** The message of this ticket is not kept after all: what of it waits, by its
 *  stanza-id, is freed unsent. Tickets that were held alone, growing. */
void gate_withdraw(struct gate *g, uint64_t ticket, const char *stanza_id);
/** Everything up to this ticket is committed. */
void gate_commit(struct gate *g, uint64_t ticket);

size_t gate_waiting(const struct gate *g); /* envelopes held back */
