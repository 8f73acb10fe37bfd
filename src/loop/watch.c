/* SPDX-License-Identifier: MIT */
#include "loop/watch.h"

#include <libgen.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <uv.h>

#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "loop/loop.h"
#include "loop/timer.h"

#define SETTLE 250 /* ms: a certificate and its key change one by one */

/** A file or folder that the kernel tells us about. Closes by itself. */
struct ear {
	uv_fs_event_t handle; /* first: freed through the handle */
	struct watch *watch;  /* NULL once closing */
};

/** What a file was when it was last looked at; zeroed = it was not there. */
struct stamp {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec changed;
};

struct watched_file {
	struct list node;
	char *path;           /* owned */
	char *real_folder;    /* owned: where its link leads, or NULL */
	struct ear *ear;      /* on the folder of path, or NULL */
	struct ear *real_ear; /* on real_folder, or NULL */
	struct ear *file_ear; /* on the file, or NULL: it may be mounted here,
			       * and be written elsewhere (containers) */
	struct stamp stamp;
};

struct watch {
	struct loop *loop;
	watch_fn fn;
	void *owner;
	struct list files; /* of struct watched_file */
	struct timer *settle;
};

static void on_ear_closed(uv_handle_t *handle)
{
	struct ear *e = handle->data;

	mem_free(&e);
}

static void ear_close(struct ear **e)
{
	if (!*e)
		return;
	(*e)->watch = NULL;
	uv_close((uv_handle_t *)&(*e)->handle, on_ear_closed);
	*e = NULL;
}

/* Any name will do: which file it was, its stamp tells. */
static void on_event(uv_fs_event_t *handle, const char *name, int events,
		     int status)
{
	struct ear *e = handle->data;

	(void)name;
	(void)events;
	(void)status;
	if (e->watch && !timer_is_running(e->watch->settle)) {
		timer_start(e->watch->settle, SETTLE);
		timer_unref(e->watch->settle);
	}
}

/* NULL if it cannot be watched: then there is still the operator's word. */
static struct ear *ear_open(struct watch *w, const char *path)
{
	struct ear *e = mem_new(struct ear);
	int err;

	require(uv_fs_event_init(loop_uv(w->loop), &e->handle) == 0);
	e->handle.data = e;
	e->watch = w;
	err = uv_fs_event_start(&e->handle, on_event, path, 0);
	if (err != 0) {
		log_info(LOG_MAIN, "%s: changes will not be noticed: %s", path,
			 uv_strerror(err));
		ear_close(&e);
		return NULL;
	}
	uv_unref((uv_handle_t *)&e->handle);
	return e;
}

static char *folder_of(const char *path)
{
	char *copy = str_dup(path);
	char *folder = str_dup(dirname(copy));

	mem_free(&copy);
	return folder;
}

static char *real_folder_of(const char *path)
{
	char *real = realpath(path, NULL);
	char *folder = real ? folder_of(real) : NULL;

	free(real);
	return folder;
}

/* The link may lead elsewhere by now. */
static void follow_link(struct watch *w, struct watched_file *f)
{
	char *real_folder = real_folder_of(f->path);

	if (real_folder && f->real_folder &&
	    str_equal(real_folder, f->real_folder)) {
		mem_free(&real_folder);
		return;
	}
	ear_close(&f->real_ear);
	mem_free(&f->real_folder);
	f->real_folder = real_folder;
	if (real_folder)
		f->real_ear = ear_open(w, real_folder);
}

static struct stamp stamp_of(const char *path)
{
	struct stamp stamp = { 0 };
	struct stat st;

	if (stat(path, &st) == 0) {
		stamp.dev = st.st_dev;
		stamp.ino = st.st_ino;
		stamp.size = st.st_size;
		stamp.changed = st.st_ctim;
	}
	return stamp;
}

static bool is_same(const struct stamp *a, const struct stamp *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	       a->changed.tv_sec == b->changed.tv_sec &&
	       a->changed.tv_nsec == b->changed.tv_nsec;
}

/* Another file may stand there. */
static void follow_file(struct watch *w, struct watched_file *f,
			const struct stamp *stamp)
{
	if (f->file_ear && stamp->ino == f->stamp.ino &&
	    stamp->dev == f->stamp.dev)
		return;
	ear_close(&f->file_ear);
	if (stamp->ino != 0)
		f->file_ear = ear_open(w, f->path);
}

static bool has_changed(struct watch *w, struct watched_file *f)
{
	struct stamp stamp = stamp_of(f->path);
	bool is_changed = !is_same(&stamp, &f->stamp);

	if (is_changed)
		follow_file(w, f, &stamp);
	f->stamp = stamp;
	follow_link(w, f);
	return is_changed;
}

static void on_settled(void *owner)
{
	struct watch *w = owner;
	struct watched_file *f;
	bool is_changed = false;

	list_each(f, &w->files, node)
		is_changed |= has_changed(w, f);
	if (is_changed)
		w->fn(w->owner); /* may free us */
}

struct watch *watch_new(struct loop *loop, watch_fn fn, void *owner)
{
	struct watch *w = mem_new(struct watch);

	loop_require_owner(loop);
	w->loop = loop;
	w->fn = fn;
	w->owner = owner;
	list_init(&w->files);
	w->settle = timer_new(loop, on_settled, w);
	return w;
}

void watch_add(struct watch *w, const char *path)
{
	struct watched_file *f = mem_new(struct watched_file);
	char *folder = folder_of(path);

	loop_require_owner(w->loop);
	f->path = str_dup(path);
	list_add_tail(&w->files, &f->node);
	f->ear = ear_open(w, folder);
	(void)has_changed(w, f);
	mem_free(&folder);
}

void watch_free(struct watch **w)
{
	struct watched_file *f, *tmp;

	if (!*w)
		return;
	list_each_safe(f, tmp, &(*w)->files, node) {
		list_remove(&f->node);
		ear_close(&f->ear);
		ear_close(&f->real_ear);
		ear_close(&f->file_ear);
		mem_free(&f->path);
		mem_free(&f->real_folder);
		mem_free(&f);
	}
	timer_free(&(*w)->settle);
	mem_free(w);
}
