/* SPDX-License-Identifier: MIT */
/*
 * faulty_vfs: a disk for SQLite that fails on demand, and remembers what of it
 * would be left by a power cut: what was synced, and of what was not any part.
 * A sync that fails has lost what it was to keep, as on Linux: only what is
 * written again can be kept by the next.
 *
 * Thread: any; what SQLite does waits while the disk is looked at.
 */
#pragma once

#include "base/base.h"

enum faulty_kind {
	FAULTY_NOT,
	FAULTY_FULL,  /* writing finds no room */
	FAULTY_WRITE, /* ... an error */
	FAULTY_BESIDE, /* the log's index, which SQLite maps, finds no room */
	FAULTY_SYNC,  /* syncing finds an error */
};

/** From now on SQLite's files are on this disk; once a process. */
void faulty_vfs_install(void);
/** After so many more writes or syncs that succeed, it fails, until told
 *  otherwise. */
void faulty_vfs_fail(enum faulty_kind kind, int after);
/** Each sync takes so long. */
void faulty_vfs_set_sync_time(int ms);
/** How many have failed since it was told to. */
int faulty_vfs_failures(void);

/** What a power cut at this instant would leave of the database at from (and of
 *  its write-ahead log) is put at to. Every seed leaves something else of what
 *  was not synced. */
void faulty_vfs_cut(const char *from, const char *to, unsigned seed);
