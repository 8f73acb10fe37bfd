/* SPDX-License-Identifier: MIT */
/*
 * backend: the table of operations that a database gives to the writer.
 *
 * Thread: the store's, after open.
 */
#pragma once

#include "base/base.h"

struct record;
struct sign_key;

enum backend_sync {
	BACKEND_SYNC_FULL,    /* a committed batch survives a power cut */
	BACKEND_SYNC_NORMAL,  /* ... a crash of the daemon */
	BACKEND_SYNC_RELAXED, /* as normal, and nobody waits for the commit */
};

/** How the database is cared for. */
struct backend_care {
	const struct sign_key *key; /* signs closed days; NULL: nothing does */
	int64_t keep;               /* ms that lines are kept; 0 = for ever */
	int64_t keep_presence;      /* ... comings and goings; 0 = for ever */
};

/** All return 0 or a negative hw_error; self is what open gave. */
struct backend_ops {
	int (*open)(const char *path, enum backend_sync sync, void **self_out);
	int (*begin)(void *self);
	/** The record is borrowed until commit or rollback; HW_E_BUSY: all of
	 *  the transaction is to be tried again. */
	int (*save)(void *self, const struct record *record);
	int (*commit)(void *self);
	void (*rollback)(void *self);
	/** A portion of what is made of records behind their commit, in a
	 *  transaction of its own; nobody waits for it, and all is read as if
	 *  it were done. is_soon: whatever waits, else only if it is much.
	 *  more_out: call again soon. May be NULL: there is nothing. */
	int (*index)(void *self, bool is_soon, bool *more_out);
	/** A portion of the care that is due, in a transaction of its own: days
	 *  that are over are closed, old ones ended. more_out: call again soon.
	 *  May be NULL: there is nothing to care for. */
	int (*tend)(void *self, const struct backend_care *care, int64_t now,
		    bool *more_out);
	void (*close)(void *self);
};

extern const struct backend_ops backend_sqlite;
