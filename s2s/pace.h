/* SPDX-License-Identifier: MIT */
/*
 * pace: how fast TLS handshakes with those who call us begin, since each costs
 * more than asking for it did (rule R2): so many a loop turn, so many a
 * second, in all and of one network. Who is too many waits, in order.
 *
 * Thread: its loop's.
 */
#pragma once

#include "base/base.h"
#include "base/list.h"

struct addr;
struct loop;
struct pace;

struct pace_settings {
	unsigned per_turn;  /* 8 */
	double rate;        /* a second; 50 */
	double rate_network; /* of an IPv4 address or /64; 5 */
};

/** Somebody who waits; embedded. Zeroed by pace_turn_init(). */
struct pace_turn {
	struct list node;
	char *network; /* owned; while it waits */
	void (*fn)(void *owner);
	void *owner;
};

struct pace *pace_new(struct loop *loop, const struct pace_settings *settings);
void pace_free(struct pace **p);

void pace_turn_init(struct pace_turn *t, void (*fn)(void *owner), void *owner);
/** fn is called once, not before this has returned. */
void pace_wait(struct pace *p, struct pace_turn *t, const struct addr *peer);
/** fn is not called (any more). */
void pace_leave(struct pace_turn *t);
