/* SPDX-License-Identifier: MIT */
/*
 * watch: files that change (certificates, resolv.conf), by whatever way: written
 * anew, replaced by a rename, or a symbolic link that now leads elsewhere. What
 * is watched is the file, its folder, and the folder its link leads to. A file
 * that comes or goes counts as changed.
 *
 * Thread: its loop's. Does not keep the loop running.
 */
#pragma once

#include "base/base.h"

struct loop;
struct watch;

typedef void (*watch_fn)(void *owner);

/** fn is called once when all is quiet again for a moment. */
struct watch *watch_new(struct loop *loop, watch_fn fn, void *owner);
/** Follow this file, too; it need not exist. */
void watch_add(struct watch *w, const char *path);
/** fn is not called any more; the handles close by themselves. */
void watch_free(struct watch **w);
