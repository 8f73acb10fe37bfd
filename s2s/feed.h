/* SPDX-License-Identifier: MIT */
/*
 * feed: a link's way through streams that the remote domain opened to us and that
 * may be used both ways (XEP-0288). They live on loops of their own: known by
 * number, given a portion at a time, and the next one only when that has left.
 *
 * Owner: embedded in the link. Thread: the link's loop's.
 */
#pragma once

#include "base/base.h"

struct buf;

/** How a portion and the end reach the stream, wherever it lives. */
struct feed_portion {
	uint64_t stream;
	uint32_t serial;
	size_t stanzas;
	struct buf *data; /* its content is taken */
};

/** Zeroed = there is none. */
struct feed {
	uint64_t stream;  /* used, or to be used; 0 = none */
	size_t max_bytes; /* that the peer takes there; 0 = any */
	uint64_t spare;   /* a later one, used when that is closed */
	size_t spare_max_bytes;
	uint32_t serial;   /* of the last portion */
	bool is_under_way; /* it has not left yet */
};

/** Answers the stream that will not be used instead, or 0. */
uint64_t feed_add(struct feed *f, uint64_t stream, size_t max_bytes);
enum feed_gap {
	FEED_GAP_NONE, /* it was not used, or nothing was under way */
	FEED_GAP_SENT, /* what was under way may have arrived */
	FEED_GAP_UNSENT,
};
/** That stream is closed; serial: of the last portion of which something left. */
enum feed_gap feed_remove(struct feed *f, uint64_t stream, uint32_t serial);
/** That portion has left. False: nobody waits for it. */
bool feed_take_drained(struct feed *f, uint64_t stream, uint32_t serial);
