/* SPDX-License-Identifier: MIT */
#include "loop/signal.h"

#include <uv.h>

#include "base/mem.h"
#include "loop/loop.h"

struct signal_watch {
	uv_signal_t handle;
	signal_fn fn;
	void *owner;
};

static void on_signal(uv_signal_t *handle, int signum)
{
	struct signal_watch *w = handle->data;

	w->fn(w->owner, signum);
}

struct signal_watch *signal_watch_new(struct loop *loop, int signum,
				      signal_fn fn, void *owner)
{
	struct signal_watch *w = mem_new(struct signal_watch);

	loop_require_owner(loop);
	w->fn = fn;
	w->owner = owner;
	require(uv_signal_init(loop_uv(loop), &w->handle) == 0);
	w->handle.data = w;
	require(uv_signal_start(&w->handle, on_signal, signum) == 0);
	return w;
}

static void on_closed(uv_handle_t *handle)
{
	struct signal_watch *w = handle->data;

	mem_free(&w);
}

void signal_watch_free(struct signal_watch **w)
{
	if (!*w)
		return;
	uv_signal_stop(&(*w)->handle);
	uv_close((uv_handle_t *)&(*w)->handle, on_closed);
	*w = NULL;
}
