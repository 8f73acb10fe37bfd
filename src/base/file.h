/* SPDX-License-Identifier: MIT */
/*
 * file: what is copied whole and is on the disk when the call returns.
 *
 * Thread: any; blocks.
 */
#pragma once

#include "base/base.h"

/** All of it, in as many turns as it takes. */
HW_MUST_USE int file_write_all(int fd, const void *data, size_t len);
/** A copy, mode 0600. HW_E_EXISTS: to is there; on another error nothing is
 *  left of it. */
HW_MUST_USE int file_copy(const char *from, const char *to);
/** The names in a folder are on the disk. */
HW_MUST_USE int file_sync_folder(const char *path);
/** fn gets the name of each regular file in a folder, hidden ones too; borrowed.
 *  What it returns, if not 0, ends the walk and is the result. */
HW_MUST_USE int file_each(const char *folder,
			  int (*fn)(void *owner, const char *name),
			  void *owner);
/** The regular files of a folder, in a new one, mode 0700. HW_E_NOT_FOUND: from is
 *  not there, and so to is not made. */
HW_MUST_USE int file_copy_folder(const char *from, const char *to);
/** A folder and the files in it, as far as that is possible. */
void file_remove_folder(const char *path);
