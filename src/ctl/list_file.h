/* SPDX-License-Identifier: MIT */
/*
 * list_file: the commands that take what is in files: the program reads them, as
 * the daemon may not.
 */
#pragma once

#include "base/base.h"

struct buf;

/** Are the words behind this command files? */
bool list_file_is_meant(const char *command);
/** Append what is in the file, in all files of a folder in the order of their
 *  names, or on standard input ("-"). Returns -1 to go on, else the exit
 *  status, which was explained. */
int list_file_add(const char *path, struct buf *out);
