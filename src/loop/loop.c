/* SPDX-License-Identifier: MIT */
#include "loop/loop.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>

#include <uv.h>

#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"

#define NAME_SIZE 16  /* what the kernel keeps of a thread's name */
#define BLOCKS 16     /* kept */
#define CLOSE_TURNS 8 /* turns that loop_close() gives to last closings */

struct loop {
	uv_loop_t uv;
	uv_prepare_t flush; /* runs the turns; referenced while held */
	uv_idle_t hurry;    /* active while turns wait: no waiting in poll */
	struct list turns;  /* of struct turn */
	size_t holds;
	pthread_t started; /* the thread to join; the starter's */
	bool is_started;   /* has a thread of its own; the starter's */
	pthread_t thread;  /* who runs it; valid while is_on */
	atomic_bool is_on; /* loop_run() is inside */
	char name[NAME_SIZE];
	void *scratch; /* owned; loop_scratch() */
	size_t scratch_size;
	void *blocks[BLOCKS]; /* owned; loop_give_block() */
	size_t block_count;
};

static void on_hurry(uv_idle_t *hurry)
{
	(void)hurry;
}

/* One pass over what waited: a turn that asks again is served after the
 * sockets had their say. */
static void on_flush(uv_prepare_t *flush)
{
	struct loop *loop = flush->data;
	struct list due;

	list_init(&due);
	list_move_all(&due, &loop->turns);
	while (!list_is_empty(&due)) {
		struct turn *t = list_first(&due, struct turn, node);

		list_remove(&t->node);
		t->fn(t->owner);
	}
	if (list_is_empty(&loop->turns))
		uv_idle_stop(&loop->hurry);
}

/* libuv writes without MSG_NOSIGNAL: a peer that has gone must be an error, not
 * the end of the process. */
static void ignore_sigpipe(void)
{
	struct sigaction now;

	if (sigaction(SIGPIPE, NULL, &now) == 0 && now.sa_handler == SIG_DFL)
		signal(SIGPIPE, SIG_IGN);
}

struct loop *loop_open(const char *name)
{
	struct loop *loop = mem_new(struct loop);

	ignore_sigpipe();
	(void)str_copy(loop->name, sizeof(loop->name), name);
	require(uv_loop_init(&loop->uv) == 0);
	loop->uv.data = loop;
	list_init(&loop->turns);
	uv_prepare_init(&loop->uv, &loop->flush);
	loop->flush.data = loop;
	uv_prepare_start(&loop->flush, on_flush);
	uv_unref((uv_handle_t *)&loop->flush);
	uv_idle_init(&loop->uv, &loop->hurry);
	return loop;
}

void loop_run(struct loop *loop)
{
	loop->thread = pthread_self();
	atomic_store(&loop->is_on, true);
	uv_run(&loop->uv, UV_RUN_DEFAULT);
	atomic_store(&loop->is_on, false);
}

static void *thread_main(void *arg)
{
	struct loop *loop = arg;

	pthread_setname_np(pthread_self(), loop->name);
	loop_run(loop);
	return NULL;
}

/* Signals are the main thread's: the new one inherits a full mask. */
int loop_start(struct loop *loop)
{
	sigset_t all, old;
	int err;

	require(!loop->is_started);
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &old);
	err = pthread_create(&loop->started, NULL, thread_main, loop);
	pthread_sigmask(SIG_SETMASK, &old, NULL);
	if (err != 0)
		return hw_error_of_errno(err);
	loop->is_started = true;
	return 0;
}

void loop_join(struct loop *loop)
{
	if (!loop->is_started)
		return;
	require(pthread_join(loop->started, NULL) == 0);
	loop->is_started = false;
}

static void report_handle(uv_handle_t *handle, void *arg)
{
	struct loop *loop = arg;

	log_error(LOG_MAIN, "loop %s: a %s handle was left open", loop->name,
		  uv_handle_type_name(handle->type));
}

/* What was closed while the loop did not run still wants its last word. */
void loop_close(struct loop **loop)
{
	struct loop *l = *loop;
	int err = UV_EBUSY;

	if (!l)
		return;
	require(!l->is_started && !atomic_load(&l->is_on));
	uv_close((uv_handle_t *)&l->flush, NULL);
	uv_close((uv_handle_t *)&l->hurry, NULL);
	for (int i = 0; i < CLOSE_TURNS && err == UV_EBUSY; i++) {
		uv_run(&l->uv, UV_RUN_NOWAIT);
		err = uv_loop_close(&l->uv);
	}
	if (err != 0)
		uv_walk(&l->uv, report_handle, l);
	require(err == 0);
	mem_free(&l->scratch);
	for (size_t i = 0; i < l->block_count; i++)
		mem_free(&l->blocks[i]);
	mem_free(loop);
}

struct uv_loop_s *loop_uv(struct loop *loop)
{
	return &loop->uv;
}

void *loop_scratch(struct loop *loop, size_t size)
{
	loop_require_owner(loop);
	if (loop->scratch_size < size) {
		mem_free(&loop->scratch);
		loop->scratch = mem_alloc(size);
		loop->scratch_size = size;
	}
	return loop->scratch;
}

void *loop_take_block(struct loop *loop)
{
	loop_require_owner(loop);
	return loop->block_count > 0 ? loop->blocks[--loop->block_count]
				     : mem_alloc(LOOP_BLOCK);
}

void loop_give_block(struct loop *loop, void *owned)
{
	loop_require_owner(loop);
	if (loop->block_count < BLOCKS)
		loop->blocks[loop->block_count++] = owned;
	else
		mem_free(&owned);
}

int64_t loop_now(const struct loop *loop)
{
	return (int64_t)uv_now(&loop->uv);
}

void loop_require_owner(const struct loop *loop)
{
	require(!atomic_load(&loop->is_on) ||
		pthread_equal(loop->thread, pthread_self()));
}

void loop_hold(struct loop *loop)
{
	loop_require_owner(loop);
	if (loop->holds++ == 0)
		uv_ref((uv_handle_t *)&loop->flush);
}

void loop_release(struct loop *loop)
{
	loop_require_owner(loop);
	require(loop->holds > 0);
	if (--loop->holds == 0)
		uv_unref((uv_handle_t *)&loop->flush);
}

void turn_init(struct turn *t, void (*fn)(void *owner), void *owner)
{
	list_init(&t->node);
	t->fn = fn;
	t->owner = owner;
}

void loop_at_turn_end(struct loop *loop, struct turn *t)
{
	loop_require_owner(loop);
	if (!list_is_empty(&t->node))
		return;
	list_add_tail(&loop->turns, &t->node);
	uv_idle_start(&loop->hurry, on_hurry);
}

void turn_remove(struct turn *t)
{
	list_remove(&t->node);
}
