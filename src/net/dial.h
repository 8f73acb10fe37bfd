/* SPDX-License-Identifier: MIT */
/*
 * dial: connect to one of several addresses, staggered by 250 ms (RFC 8305),
 * in the order given; the first to connect wins. Each has 10 s.
 *
 * Thread: its loop's. Exactly one answer; dial_cancel() instead means none. With
 * its answer the dial is gone: forget the pointer there.
 */
#pragma once

#include "base/base.h"

struct addr;
struct dial;
struct loop;

struct dial_settings {
	int64_t stagger;     /* ms; 250 */
	int64_t timeout;     /* ms per address; 10000 */
	unsigned parallel;   /* at most so many attempts at once; 4 */
	bool allow_private;  /* addr_is_private() ones are skipped otherwise */
};
void dial_settings_init(struct dial_settings *s);

struct dial_events {
	/** Takes fd, connected; index of the address that won. */
	void (*on_dialled)(void *owner, int owned_fd, size_t index);
	/** The error of the last failure; HW_E_ACCESS when all were private. */
	void (*on_dial_failed)(void *owner, int error);
};

/** Copies addrs. Never answers before it has returned. */
struct dial *dial_start(struct loop *loop, const struct dial_settings *settings,
			const struct addr *addrs, size_t count,
			const struct dial_events *events, void *owner);
void dial_cancel(struct dial **d);
