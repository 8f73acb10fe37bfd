/* SPDX-License-Identifier: MIT */
#include "s2s/backlog.h"

#include "base/buf.h"
#include "base/log.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "s2s/feed.h"
#include "s2s/limits.h"
#include "s2s/outbound.h"
#include "s2s/place.h"
#include "s2s/tally.h"
#include "xmpp/envelope.h"

#define SUPERSEDE_ABOVE 262144 /* bytes that wait for an open stream */
#define EXPAND_MAX 262144      /* bytes in the stream's buffers at once */
#define EXPAND_PIECE 32768     /* ... at a time: it stays in the cache */
#define KEEP_PIECE 65536
#define READY_FACTOR 32   /* times the queue's bounds while a stream is open */
#define STUCK_AFTER 60000 /* ms without progress beyond write_bytes */
#define DEAD_AFTER 120000 /* ms without progress at all */

void backlog_init(struct backlog *b, const struct place *place,
		  void (*on_grace)(void *owner), void *owner)
{
	b->place = place;
	b->cut_at = 0;
	b->counted = 0;
	outq_init(&b->queue);
	b->grace = timer_new(place->loop, on_grace, owner);
}

/* What all queues hold together. */
static void recount(struct backlog *b)
{
	size_t held = b->queue.held + b->queue.kept_held;

	counter_add(&tally.queued, (int64_t)held - (int64_t)b->counted);
	b->counted = held;
}

void backlog_fini(struct backlog *b)
{
	outq_fini(&b->queue);
	counter_add(&tally.queued, -(int64_t)b->counted);
	timer_free(&b->grace);
}

void backlog_add(struct backlog *b, struct envelope *owned, bool is_open)
{
	size_t gone = 0;

	if (!is_open || b->queue.bytes > SUPERSEDE_ABOVE)
		gone = outq_supersede(&b->queue, owned);
	if (gone)
		counter_add(&tally.superseded, (int64_t)gone);
	outq_add(&b->queue, owned);
	recount(b);
}

void backlog_cut(struct backlog *b)
{
	b->cut_at = loop_now(b->place->loop);
}

/* It counts from when it could not be delivered, so not while a stream was open
 * and only slow. */
int64_t backlog_grace_left(const struct backlog *b)
{
	int64_t since = outq_oldest(&b->queue);
	int64_t left;

	if (since < b->cut_at)
		since = b->cut_at;
	left = since + b->place->settings->grace - loop_now(b->place->loop);
	return left > 0 ? left : 0;
}

void backlog_arm(struct backlog *b)
{
	if (!outq_is_empty(&b->queue) && !timer_is_running(b->grace))
		timer_start(b->grace, backlog_grace_left(b));
}

void backlog_disarm(struct backlog *b)
{
	timer_stop(b->grace);
}

struct envelope *backlog_take(struct backlog *b)
{
	struct envelope *e = outq_take(&b->queue);

	recount(b);
	return e;
}

void backlog_release(struct backlog *b, size_t stanzas)
{
	outq_release(&b->queue, stanzas);
	recount(b);
}

void backlog_drop(struct backlog *b)
{
	struct envelope *e;

	while ((e = backlog_take(b))) {
		counter_add(&tally.dropped, 1);
		envelope_free(&e);
	}
}

/* As held, not as on the wire: a message to 500 people of the domain is one. An
 * open stream may have more before it, because what counts there is progress;
 * but memory has an end. */
bool backlog_is_over(const struct backlog *b, bool is_open)
{
	const struct s2s_settings *settings = b->place->settings;
	size_t factor = is_open ? READY_FACTOR : 1;
	size_t part = 1;

	/* too much in all: those who have most are the first to go */
	if (counter_get(&tally.queued) > (int64_t)settings->queue_total)
		part = 2;
	return b->queue.held > settings->queue_bytes * factor / part ||
	       b->queue.count > settings->queue_envelopes * factor / part;
}

bool backlog_is_heavy(const struct backlog *b, bool was)
{
	const struct s2s_settings *settings = b->place->settings;
	size_t part = was ? 4 : 1; /* let go well below where it began */

	return b->queue.bytes > settings->hold_bytes / part ||
	       b->queue.count > settings->queue_envelopes / part;
}

static void count_portion(const struct outq_portion *done, size_t max_bytes,
			  const char *remote)
{
	counter_add(&tally.stanzas_out, (int64_t)done->stanzas);
	if (done->too_big == 0)
		return;
	counter_add(&tally.too_big, (int64_t)done->too_big);
	log_info(LOG_S2S,
		 "%s: %zu stanzas dropped, above its limit of %zu "
		 "bytes",
		 remote, done->too_big, max_bytes);
}

static void bound_kept(struct backlog *b)
{
	const struct s2s_settings *settings = b->place->settings;
	size_t gone = outq_bound_kept(&b->queue, settings->unacked_envelopes,
				      settings->unacked_bytes);

	counter_add(&tally.let_go, (int64_t)gone);
	recount(b);
}

/* No more is expanded than the buffers may hold; the rest goes on when they are
 * drained. */
bool backlog_pump(struct backlog *b, struct outbound *stream,
		  const char *remote)
{
	size_t max_bytes = outbound_limits(stream)->max_bytes;
	struct buf *out = b->place->piece;
	struct outq_portion done;
	size_t sum = 0;

	if (outbound_queued(stream) >= EXPAND_MAX || outq_is_empty(&b->queue))
		return false;
	do {
		buf_clear(out);
		done = outq_expand(&b->queue, out, EXPAND_PIECE, max_bytes);
		count_portion(&done, max_bytes, remote);
		sum += out->len;
		if (out->len > 0)
			outbound_write(stream, buf_data(out), out->len,
				       done.stanzas);
	} while (outbound_queued(stream) < EXPAND_MAX && sum < EXPAND_MAX &&
		 !outq_is_empty(&b->queue));
	if (out->cap > KEEP_PIECE)
		buf_fini(out);
	bound_kept(b);
	return true;
}

bool backlog_fill(struct backlog *b, struct feed_portion *portion,
		  size_t max_bytes, const char *remote)
{
	struct outq_portion done;

	if (outq_is_empty(&b->queue))
		return false;
	done = outq_expand(&b->queue, portion->data, EXPAND_MAX, max_bytes);
	count_portion(&done, max_bytes, remote);
	portion->stanzas = done.stanzas;
	return done.stanzas > 0;
}

/* What was let go is older than what is kept. */
void backlog_acked(struct backlog *b, const struct outbound *stream,
		   uint32_t stanzas)
{
	size_t open = (size_t)stanzas + outbound_unacked(stream);
	size_t let_go = open > b->queue.kept ? open - b->queue.kept : 0;

	if (stanzas > let_go)
		backlog_release(b, stanzas - let_go);
}

void backlog_drained(struct backlog *b, const struct outbound *stream)
{
	if (!outbound_has_acks(stream))
		backlog_release(b, b->queue.kept);
}

/* XEP-0198: what was not acknowledged may be lost. Without it only what surely did
 * not leave us is sent again: nothing of it, or else all may have arrived. */
void backlog_return(struct backlog *b, const struct outbound *stream)
{
	size_t kept = b->queue.kept;

	if (kept == 0)
		return;
	backlog_cut(b);
	if (outbound_has_acks(stream)) {
		outq_rewind(&b->queue, true);
		counter_add(&tally.resent, (int64_t)kept);
	} else if (outbound_is_untouched(stream)) {
		outq_rewind(&b->queue, false);
	} else {
		backlog_release(b, kept);
	}
}

/* Slow is no fault, progress counts. */
bool backlog_is_stuck(const struct backlog *b, const struct outbound *stream,
		      int64_t now)
{
	size_t queued = outbound_queued(stream);
	int64_t still = now - outbound_progress_at(stream);

	if (queued == 0)
		return false;
	return still >= DEAD_AFTER ||
	       (still >= STUCK_AFTER &&
		queued + b->queue.bytes > b->place->settings->write_bytes);
}
