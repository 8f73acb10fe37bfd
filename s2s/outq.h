/* SPDX-License-Identifier: MIT */
/*
 * outq: the envelopes of one link's stream, first in, first out: those that wait,
 * and before them those that were sent and may have to be sent again. They stay
 * unexpanded: a message to 500 people of a domain is one entry, and positions
 * tell how far it is.
 *
 * Owner: embedded in the link. Thread: the link's loop's.
 */
#pragma once

#include "base/base.h"
#include "base/list.h"

struct buf;
struct envelope;

struct outq {
	struct list envelopes; /* sent and kept, then waiting */
	struct envelope
		*next;     /* first that is not written to its end, or NULL */
	size_t at;         /* its next stanza, see outq.c */
	size_t from;       /* the first's next stanza that is kept */
	size_t count;      /* envelopes that wait: next and those behind */
	size_t bytes;      /* that they will still be on the wire */
	size_t held;       /* that they take here, where each stanza
				* stands once */
	size_t kept;       /* stanzas sent and kept */
	size_t kept_bytes; /* that these were on the wire */
	size_t kept_count; /* envelopes before next */
	size_t kept_held;
	size_t repeated;  /* stanzas, from the first kept on, that were
				* already lost once */
	size_t max_bytes; /* of a stanza, when those kept were written */
	struct list *senders; /* owned, or NULL: heads of what waits and may be
				* made needless, by the hash of its sender */
};

void outq_init(struct outq *q);
void outq_fini(struct outq *q); /* drops what waits */

/** Takes the envelope. */
void outq_add(struct outq *q, struct envelope *owned);
/** Drop what waits and is made needless by newer, for all of its addressees.
 *  Tells how many stanzas. Never looks at what is about to be sent, and not at
 *  all where much waits of the same sender. */
size_t outq_supersede(struct outq *q, const struct envelope *newer);
/** What outq_expand() did. */
struct outq_portion {
	size_t stanzas; /* written */
	size_t too_big; /* left out */
};
/** Append stanzas to out until it holds about budget bytes (at least one stanza
 *  is written) or nothing waits; they are kept. Those above max_bytes (0 = any)
 *  are left out: they would end the stream, for all who are behind it. max_bytes
 *  stays the same as long as something is kept. */
struct outq_portion outq_expand(struct outq *q, struct buf *out, size_t budget,
				size_t max_bytes);
/** The first so many of those kept are no longer needed: they arrived, or are
 *  taken to have arrived. */
void outq_release(struct outq *q, size_t stanzas);
/** Release the oldest until no more than that is kept, but for a part of the
 *  first that waits. Tells how many stanzas. */
size_t outq_bound_kept(struct outq *q, size_t envelopes, size_t held);
/** All that is kept waits again, before all else; is_loss: it was sent and may have
 *  been lost, so what was lost before is released: nothing is sent a third
 *  time. */
void outq_rewind(struct outq *q, bool is_loss);
/** Take the first that waits out, or NULL; the caller owns it. What is kept is
 *  released. */
struct envelope *outq_take(struct outq *q);
/** When the oldest that waits was posted (ms monotonic), or 0 when none does. */
int64_t outq_oldest(const struct outq *q);
bool outq_is_empty(const struct outq *q); /* nothing waits */
