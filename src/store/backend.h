/* SPDX-License-Identifier: MIT */
/*
 * backend: the table of operations that a database gives to the writer.
 *
 * Thread: the store's, after open.
 */
#pragma once

#include "base/base.h"

struct record;

enum backend_sync {
	BACKEND_SYNC_FULL,    /* a committed batch survives a power cut */
	BACKEND_SYNC_NORMAL,  /* ... a crash of the daemon */
	BACKEND_SYNC_RELAXED, /* as normal, and nobody waits for the commit */
};

/** All return 0 or a negative hw_error; self is what open gave. */
struct backend_ops {
	int (*open)(const char *path, enum backend_sync sync, void **self_out);
	int (*begin)(void *self);
	int (*save)(void *self, const struct record *record);
	int (*commit)(void *self);
	void (*rollback)(void *self);
	void (*close)(void *self);
};

extern const struct backend_ops backend_sqlite;
