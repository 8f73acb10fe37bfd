/* SPDX-License-Identifier: MIT */
/*
 * counter: named counters and gauges, relaxed atomics, printed as OpenMetrics.
 * A counter is a static object of the file that counts; it registers itself
 * once with counter_register() at the module's start.
 *
 * Thread: counting any; registering and printing main.
 */
#pragma once

#include <stdatomic.h>

#include "base/base.h"

struct buf;

enum counter_kind { COUNTER_TOTAL, COUNTER_GAUGE };

struct counter {
	const char *name; /* "hallway_store_commits" (no _total suffix) */
	const char *help;
	enum counter_kind kind;
	_Atomic int64_t value;
	struct counter *next; /* private: the registry */
	bool is_registered;   /* private */
};

#define COUNTER_INIT(name, help) { (name), (help), COUNTER_TOTAL, 0, NULL, false }
#define GAUGE_INIT(name, help) { (name), (help), COUNTER_GAUGE, 0, NULL, false }

void counter_register(struct counter *c); /* twice is harmless */

static inline void counter_add(struct counter *c, int64_t n)
{
	atomic_fetch_add_explicit(&c->value, n, memory_order_relaxed);
}
static inline void counter_set(struct counter *c, int64_t n)
{
	atomic_store_explicit(&c->value, n, memory_order_relaxed);
}
static inline int64_t counter_get(const struct counter *c)
{
	return atomic_load_explicit(&c->value, memory_order_relaxed);
}

/** Every registered counter as OpenMetrics text, "# EOF" included. */
void counter_print(struct buf *out);
/** Walk: next after c, or the first for NULL. */
const struct counter *counter_next(const struct counter *c);
