/* SPDX-License-Identifier: MIT */
/*
 * store_export: the archive of a room as a file for programs, with what the web
 * never shows: everything said, also where it was not public, and by whom. One
 * JSON object a line; what was taken back stands there as its tombstone.
 *
 * Thread: any; it may take long.
 */
#pragma once

#include "base/base.h"

struct store_export_settings {
	const char *database;   /* path */
	const char *room;       /* bare JID */
	int64_t start, end;     /* ms, inclusive; 0 = no bound */
	const char *path;       /* of the file; it must not be there yet */
	bool (*is_cancelled)(void *owner);
	void *owner;
};

/** 0 and how many lines were written, or a negative hw_error: then there is no
 *  file. */
HW_MUST_USE int store_export_run(const struct store_export_settings *s,
				 int64_t *lines_out);
