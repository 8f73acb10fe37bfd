/* SPDX-License-Identifier: MIT */
#include "base/clock.h"

#include <stdatomic.h>
#include <time.h>

static _Atomic bool is_faked;
static _Atomic int64_t fake_mono;
static _Atomic int64_t fake_wall;

static int64_t read_clock(clockid_t id)
{
	struct timespec now;

	require(clock_gettime(id, &now) == 0);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t clock_mono(void)
{
	if (atomic_load_explicit(&is_faked, memory_order_acquire))
		return fake_mono;
	return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_wall(void)
{
	if (atomic_load_explicit(&is_faked, memory_order_acquire))
		return fake_wall;
	return read_clock(CLOCK_REALTIME);
}

void clock_fake(int64_t mono, int64_t wall)
{
	fake_mono = mono;
	fake_wall = wall;
	atomic_store_explicit(&is_faked, true, memory_order_release);
}

void clock_unfake(void)
{
	is_faked = false;
}
