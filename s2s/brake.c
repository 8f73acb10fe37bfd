/* SPDX-License-Identifier: MIT */
#include "s2s/brake.h"

#include "loop/loop.h"
#include "loop/timer.h"
#include "s2s/s2s.h"
#include "s2s/tally.h"

static void on_timer(void *owner)
{
	struct brake *b = owner;

	b->is_on = false;
	b->fn(b->owner);
}

void brake_init(struct brake *b, struct loop *loop,
		const struct s2s_settings *settings, void (*fn)(void *owner),
		void *owner)
{
	*b = (struct brake){ .loop = loop, .fn = fn, .owner = owner };
	throttle_init(&b->bytes, (double)settings->rate_bytes,
		      (double)settings->burst_bytes, loop_now(loop));
	throttle_init(&b->stanzas, (double)settings->rate_stanzas,
		      (double)settings->burst_stanzas, loop_now(loop));
	b->timer = timer_new(loop, on_timer, b);
}

void brake_fini(struct brake *b)
{
	timer_free(&b->timer);
}

void brake_charge(struct brake *b, size_t bytes, size_t stanzas)
{
	int64_t now = loop_now(b->loop);
	int64_t wait = throttle_charge(&b->bytes, (double)bytes, now);
	int64_t other = throttle_charge(&b->stanzas, (double)stanzas, now);

	if (other > wait)
		wait = other;
	if (wait == 0)
		return;
	if (!b->is_on)
		counter_add(&tally.braked, 1);
	b->is_on = true;
	timer_start(b->timer, wait);
}

void brake_release(struct brake *b)
{
	b->is_on = false;
	timer_stop(b->timer);
}
