/* SPDX-License-Identifier: MIT */
/*
 * dial: connect to one of several places, staggered by 250 ms (RFC 8305), in
 * the order given; the first to connect wins. Each has 10 s. A group of places
 * begins only 1 s after the last of the group before was tried, or when all of
 * those have failed: that is what SRV priorities are for.
 *
 * Thread: its loop's. Exactly one answer; dial_cancel() instead means none. With
 * its answer the dial is gone: forget the pointer there.
 */
#pragma once

#include "base/base.h"

#include "net/addr.h"

struct dial;
struct dial_book;
struct loop;

struct dial_place {
	struct addr addr;
	unsigned group; /* ascending */
};

struct dial_settings {
	int64_t stagger;     /* ms; 250 */
	int64_t group_delay; /* ms; 1000 */
	int64_t timeout;     /* ms per address; 10000 */
	unsigned parallel;   /* at most so many attempts at once; 4 */
	bool allow_private;  /* addr_is_private() ones are skipped otherwise */
	struct dial_book *book; /* of this loop; outlives the dial; or NULL */
};
void dial_settings_init(struct dial_settings *s);

struct dial_events {
	/** One place failed, others are still tried; HW_E_ACCESS: private, so
	 *  nothing was sent. Optional. */
	void (*on_place_failed)(void *owner, size_t index, int error);
	/** Takes fd, connected; index of the place that won. */
	void (*on_dialled)(void *owner, int owned_fd, size_t index);
	/** The error of the last failure; HW_E_ACCESS when all were private. */
	void (*on_dial_failed)(void *owner, int error);
};

/** Copies places. Never answers before it has returned. */
struct dial *dial_start(struct loop *loop, const struct dial_settings *settings,
			const struct dial_place *places, size_t count,
			const struct dial_events *events, void *owner);
void dial_cancel(struct dial **d);
