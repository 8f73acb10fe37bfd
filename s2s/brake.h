/* SPDX-License-Identifier: MIT */
/*
 * brake: how much of one stream is read in a time (rule R7). Who sends
 * more is not read for a while: TCP then holds the sender back.
 *
 * Owner: embedded in the stream. Thread: the stream's loop's.
 */
#pragma once

#include "base/base.h"
#include "base/throttle.h"

struct loop;
struct s2s_settings;
struct timer;

struct brake {
	struct loop *loop;
	struct throttle bytes;
	struct throttle stanzas;
	struct timer *timer;  /* until it is let go */
	bool is_on;
	void (*fn)(void *owner);
	void *owner;
};

/** fn: the brake was let go. */
void brake_init(struct brake *b, struct loop *loop,
		const struct s2s_settings *settings, void (*fn)(void *owner),
		void *owner);
void brake_fini(struct brake *b);
/** So much came: the brake may be on now. */
void brake_charge(struct brake *b, size_t bytes, size_t stanzas);
/** Let go; fn is not called. */
void brake_release(struct brake *b);
