/* SPDX-License-Identifier: MIT */
/*
 * outq: the envelopes that wait for one link's stream, first in, first out, and
 * how far the first has been written. They stay unexpanded: a message to 500
 * people of a domain is one entry.
 *
 * Owner: embedded in the link. Thread: the link's loop's.
 */
#pragma once

#include "base/base.h"
#include "base/list.h"

struct buf;
struct envelope;

struct outq {
	struct list envelopes;
	size_t count;
	size_t bytes; /* that all of them will still be on the wire */
	size_t held;  /* that they take here, where each stanza stands once */
	size_t at;    /* next addressee of the first */
};

void outq_init(struct outq *q);
void outq_fini(struct outq *q); /* drops what waits */

/** Takes the envelope. */
void outq_add(struct outq *q, struct envelope *owned);
/** What outq_expand() did. */
struct outq_portion {
	size_t stanzas; /* written */
	size_t too_big; /* left out */
};
/** Append stanzas to out until it holds about budget bytes (at least one stanza
 *  is written) or nothing waits. Those above max_bytes (0 = any) are left out:
 *  they would end the stream, for all who are behind it. */
struct outq_portion outq_expand(struct outq *q, struct buf *out, size_t budget,
				size_t max_bytes);
/** Take the first out, or NULL; the caller owns it. */
struct envelope *outq_take(struct outq *q);
/** When the oldest was posted (ms monotonic), or 0 when empty. */
int64_t outq_oldest(const struct outq *q);
bool outq_is_empty(const struct outq *q);
