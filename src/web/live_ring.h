/* SPDX-License-Identifier: MIT */
/*
 * live_ring: the latest events of all rooms, numbered, a bounded count of them;
 * shared by the pages that have not sent them yet.
 *
 * Thread: web thread. Owner: embedded in struct live.
 */
#pragma once

#include "base/base.h"
#include "base/buf.h"
#include "base/rand.h"

/** What goes out, ready. */
struct live_event {
	unsigned refs;
	char *room;            /* owned; bare JID */
	char id[RAND_ID_SIZE]; /* "" for a change */
	bool is_presence;      /* for pages that show it */
	struct buf text;
};

struct live_event *live_event_new(const char *room);
struct live_event *live_event_ref(struct live_event *e);
void live_event_unref(struct live_event **e);

struct live_ring {
	struct live_event **events; /* references; number n is at n % size */
	size_t size;
	uint64_t next;              /* number of the next */
};

void live_ring_init(struct live_ring *r, size_t size);
void live_ring_fini(struct live_ring *r);
/** Takes the event; the eldest goes. */
void live_ring_add(struct live_ring *r, struct live_event *owned);
/** The event of that number, which was added; NULL: it is gone. */
struct live_event *live_ring_get(const struct live_ring *r, uint64_t number);
