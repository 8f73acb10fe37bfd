/* SPDX-License-Identifier: MIT */
/*
 * seat: a loop's table of the streams to us, by number: a slot and a generation,
 * so that a number outlives its stream without harm.
 *
 * Thread: the loop's.
 */
#pragma once

#include "base/base.h"
#include "net/addr.h"

struct inbound;

struct seat {
	struct inbound *stream; /* NULL = free, or being opened */
	uint64_t number;        /* shard_id; the last one when free */
	struct addr peer;
	bool is_taken;
};

/** Zeroed = empty. */
struct seat_table {
	struct seat *seats; /* owned */
	size_t count;
	size_t taken;
};

/** A free seat, or NULL: all 65536 are taken. Borrowed until the next take. */
struct seat *seat_take(struct seat_table *t, unsigned loop,
		       const struct addr *peer);
/** NULL when that stream is gone. */
struct seat *seat_find(struct seat_table *t, uint64_t number);
void seat_leave(struct seat_table *t, struct seat *seat);
void seat_fini(struct seat_table *t);
