/* SPDX-License-Identifier: MIT */
/*
 * backlog: what waits to be sent on a link, how much of it there may be, and how
 * long it may wait.
 *
 * Owner: embedded in the link. Thread: the link's loop's.
 */
#pragma once

#include "base/base.h"
#include "s2s/outq.h"

struct feed_portion;
struct envelope;
struct outbound;
struct place;
struct timer;

struct backlog {
	const struct place *place; /* borrowed */
	struct outq queue;
	size_t counted;      /* of queue, in tally.queued */
	struct timer *grace; /* for the oldest that waits */
	int64_t cut_at;      /* an open stream was lost; 0 = never */
};

/** on_grace: the oldest has waited for the whole grace. */
void backlog_init(struct backlog *b, const struct place *place,
		  void (*on_grace)(void *owner), void *owner);
void backlog_fini(struct backlog *b);

/** Takes the envelope. Where much waits, or nothing can be sent, what it makes
 *  needless goes. */
void backlog_add(struct backlog *b, struct envelope *owned, bool is_open);
/** The stream is lost: the grace begins anew for what waits now. */
void backlog_cut(struct backlog *b);
/** Nothing can be delivered: let the grace run out, if something waits. */
void backlog_arm(struct backlog *b);
/** It can, or nobody cares. */
void backlog_disarm(struct backlog *b);
/** ms that what waits may still wait. */
int64_t backlog_grace_left(const struct backlog *b);
/** Take the first that waits out, or NULL; the caller owns it. */
struct envelope *backlog_take(struct backlog *b);
/** outq_release(). */
void backlog_release(struct backlog *b, size_t stanzas);
/** Throw away what waits. */
void backlog_drop(struct backlog *b);
/** More waits than may, for a stream that is open, or for none. */
bool backlog_is_over(const struct backlog *b, bool is_open);
/** So much waits for the open stream that the peer's own traffic, which is what
 *  we answer, should wait as well. was: it was so before. */
bool backlog_is_heavy(const struct backlog *b, bool was);
/** Write what the open stream can take now. True: something was. */
bool backlog_pump(struct backlog *b, struct outbound *stream,
		  const char *remote);
/** The same for a stream of theirs: fills the portion's data and counts. False:
 *  nothing waits that may be sent there. */
bool backlog_fill(struct backlog *b, struct feed_portion *portion,
		  size_t max_bytes, const char *remote);
/** So many stanzas arrived. */
void backlog_acked(struct backlog *b, const struct outbound *stream,
		   uint32_t stanzas);
/** All that was written has left us. */
void backlog_drained(struct backlog *b, const struct outbound *stream);
/** The stream is closed: what is to be sent again waits again. */
void backlog_return(struct backlog *b, const struct outbound *stream);
/** The open stream makes no progress any more. */
bool backlog_is_stuck(const struct backlog *b, const struct outbound *stream,
		      int64_t now);
