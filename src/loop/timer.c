/* SPDX-License-Identifier: MIT */
#include "loop/timer.h"

#include <uv.h>

#include "base/mem.h"
#include "loop/loop.h"

struct timer {
	uv_timer_t uv; /* first: freed through the handle */
	struct loop *loop;
	timer_fn fn;
	void *owner;
};

static void on_timeout(uv_timer_t *uv)
{
	struct timer *t = uv->data;

	t->fn(t->owner);
}

struct timer *timer_new(struct loop *loop, timer_fn fn, void *owner)
{
	struct timer *t = mem_new(struct timer);

	loop_require_owner(loop);
	t->loop = loop;
	t->fn = fn;
	t->owner = owner;
	uv_timer_init(loop_uv(loop), &t->uv);
	t->uv.data = t;
	return t;
}

/* libuv counts from its cached time, which lags by what this turn has taken:
 * a timer that fires early would look at its deadline and find it not met. */
static void start(struct timer *t, int64_t ms, int64_t repeat)
{
	loop_require_owner(t->loop);
	uv_update_time(loop_uv(t->loop));
	uv_timer_start(&t->uv, on_timeout, (uint64_t)(ms < 0 ? 0 : ms),
		       (uint64_t)repeat);
}

void timer_start(struct timer *t, int64_t ms)
{
	start(t, ms, 0);
}

void timer_repeat(struct timer *t, int64_t ms)
{
	require(ms > 0);
	start(t, ms, ms);
}

void timer_stop(struct timer *t)
{
	loop_require_owner(t->loop);
	uv_timer_stop(&t->uv);
}

bool timer_is_running(const struct timer *t)
{
	return uv_is_active((const uv_handle_t *)&t->uv);
}

static void on_closed(uv_handle_t *handle)
{
	struct timer *t = handle->data;

	mem_free(&t);
}

void timer_free(struct timer **t)
{
	if (!*t)
		return;
	loop_require_owner((*t)->loop);
	uv_close((uv_handle_t *)&(*t)->uv, on_closed);
	*t = NULL;
}

void timer_unref(struct timer *t)
{
	uv_unref((uv_handle_t *)&t->uv);
}
