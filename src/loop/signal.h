/* SPDX-License-Identifier: MIT */
/*
 * signal: a Unix signal as an event on a loop. Thread: the loop's.
 */
#pragma once

#include "base/base.h"

struct loop;
struct signal_watch;

typedef void (*signal_fn)(void *owner, int signum);

struct signal_watch *signal_watch_new(struct loop *loop, int signum,
				      signal_fn fn, void *owner);
/** fn is not called any more; the handle closes by itself. */
void signal_watch_free(struct signal_watch **w);
