/* SPDX-License-Identifier: MIT */
/*
 * work: something long to compute is done by a thread of libuv's pool, and its
 * end is told on the loop.
 *
 * Thread: work_start() and done: the loop's. fn: another; what it touches belongs
 * to it until done.
 */
#pragma once

#include "base/base.h"

struct loop;

/** fn, then done, both with data. The loop runs on until then. */
void work_start(struct loop *loop, void (*fn)(void *data),
		void (*done)(void *data), void *data);
