/* SPDX-License-Identifier: MIT */
/*
 * log_vfs: SQLite's files as they are, but that what is written to the write-ahead
 * log one behind the other goes to the kernel together: a page there is two
 * writes, of 24 bytes and of 4096, and a batch has a dozen pages.
 *
 * What is held back is written before the log is synced, read or cut, and whoever
 * else reads the log looks no further than what its index names, which SQLite
 * does behind the sync. So this is for a handle with "synchronous" FULL alone.
 *
 * Thread: any; a file by one at a time.
 */
#pragma once

/** The name by which SQLite knows it. */
const char *log_vfs_name(void);
