/* SPDX-License-Identifier: MIT */
/*
 * timer: one-shot and periodic. Thread: the loop's.
 */
#pragma once

#include "base/base.h"

struct loop;
struct timer;

typedef void (*timer_fn)(void *owner);

struct timer *timer_new(struct loop *loop, timer_fn fn, void *owner);
/** (Re)start: once after ms, or every ms. */
void timer_start(struct timer *t, int64_t ms);
void timer_repeat(struct timer *t, int64_t ms);
void timer_stop(struct timer *t);
bool timer_is_running(const struct timer *t);
/** fn is not called any more; the handle closes by itself. */
void timer_free(struct timer **t);
/** A timer that does not keep the loop running. */
void timer_unref(struct timer *t);
