/* SPDX-License-Identifier: MIT */
/*
 * loop: a thread and its libuv loop. A loop runs until nothing on it is open:
 * shutdown is closing everything it holds, in order.
 *
 * Thread: loop_open/start/join/close belong to the thread that builds the
 * program; everything else to the loop's own, unless said.
 */
#pragma once

#include "base/base.h"
#include "base/list.h"

struct loop;
struct uv_loop_s;

/** A loop named for logs and thread lists (15 bytes). */
struct loop *loop_open(const char *name);
/** Run it in a thread of its own. */
HW_MUST_USE int loop_start(struct loop *loop);
/** Run it in this thread until it is empty. */
void loop_run(struct loop *loop);
/** Wait for the thread of loop_start() to end. */
void loop_join(struct loop *loop);
/** Free an ended (or never started) loop. */
void loop_close(struct loop **loop);

struct uv_loop_s *loop_uv(struct loop *loop);
/** At least size bytes for whoever runs on the loop now; the next who asks has
 *  the same. Any content, and none is kept. */
void *loop_scratch(struct loop *loop, size_t size);
/** For bursts: a block of so many bytes as malloc() gives it, whoever takes it owns
 *  it; some that are given back are kept for the next. */
#define LOOP_BLOCK 98304
void *loop_take_block(struct loop *loop);
void loop_give_block(struct loop *loop, void *owned);
int64_t loop_now(const struct loop *loop); /* ms monotonic, cached */

/** Aborts unless called on the loop's thread (or while it does not run). */
void loop_require_owner(const struct loop *loop);

/** Keep the loop running although nothing may be active on it: every object with
 *  an x_close() holds its loop from open to closed. */
void loop_hold(struct loop *loop);
void loop_release(struct loop *loop);

/** Something to be done once, before the loop next waits: flushes that gather
 *  a turn's output. Embedded; init before use; remove before freeing. What is
 *  added while these run has its go in the next turn, which comes at once. */
struct turn {
	struct list node;
	void (*fn)(void *owner);
	void *owner;
};
void turn_init(struct turn *t, void (*fn)(void *owner), void *owner);
void loop_at_turn_end(struct loop *loop, struct turn *t); /* twice = once */
void turn_remove(struct turn *t);
