/* SPDX-License-Identifier: MIT */
#include "base/throttle.h"

/* What rounding may leave of a token after a debt was waited for. */
#define DUST 1e-6

void throttle_init(struct throttle *t, double rate, double burst, int64_t now)
{
	require(rate >= 0 && burst >= 0);
	t->tokens = burst;
	t->rate = rate;
	t->burst = burst;
	t->filled = now;
}

static void fill(struct throttle *t, int64_t now)
{
	if (now <= t->filled)
		return;
	t->tokens += (double)(now - t->filled) / 1000 * t->rate;
	if (t->tokens > t->burst)
		t->tokens = t->burst;
	t->filled = now;
}

bool throttle_take(struct throttle *t, double cost, int64_t now)
{
	fill(t, now);
	if (t->tokens + DUST < cost)
		return false;
	t->tokens -= cost;
	return true;
}

bool throttle_is_full(struct throttle *t, int64_t now)
{
	fill(t, now);
	return t->tokens >= t->burst;
}

int64_t throttle_charge(struct throttle *t, double cost, int64_t now)
{
	double wait; /* ms */

	fill(t, now);
	t->tokens -= cost;
	if (t->tokens >= -DUST)
		return 0;
	/* rate 0: for ever, and no overflow for a rate next to it */
	wait = -t->tokens / t->rate * 1000;
	if (!(wait < (double)(INT64_MAX / 2)))
		return INT64_MAX;
	return (int64_t)wait + 1;
}
