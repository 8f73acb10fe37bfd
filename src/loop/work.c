/* SPDX-License-Identifier: MIT */
#include "loop/work.h"

#include <uv.h>

#include "base/mem.h"
#include "loop/loop.h"

struct work {
	uv_work_t request;
	void (*fn)(void *data);
	void (*done)(void *data);
	void *data;
};

static void on_work(uv_work_t *request)
{
	struct work *w = request->data;

	w->fn(w->data);
}

static void on_done(uv_work_t *request, int status)
{
	struct work *w = request->data;

	require(status == 0); /* nobody cancels it */
	w->done(w->data);
	mem_free(&w);
}

void work_start(struct loop *loop, void (*fn)(void *data),
		void (*done)(void *data), void *data)
{
	struct work *w = mem_new(struct work);

	loop_require_owner(loop);
	w->request.data = w;
	w->fn = fn;
	w->done = done;
	w->data = data;
	require(uv_queue_work(loop_uv(loop), &w->request, on_work, on_done) ==
		0);
}
