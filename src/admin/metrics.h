/* SPDX-License-Identifier: MIT */
/*
 * metrics: all counters as OpenMetrics text, with what is counted only when
 * asked (rooms, occupants); and a file of it for a collector of text files.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct admin;
struct buf;
struct loop;
struct metrics;

struct metrics_settings {
	const char *file; /* path; NULL = none is written */
	int64_t every;    /* ms; 15000 */
};
void metrics_settings_init(struct metrics_settings *s);

/** "# EOF" included. */
void metrics_print(const struct admin *admin, struct buf *out);

/** Write the file now and then. settings' strings are copied; admin is
 *  borrowed. NULL when there is no file to write. */
struct metrics *metrics_open(struct loop *loop,
			     const struct metrics_settings *settings,
			     const struct admin *admin);
/** The file is removed: old numbers are worse than none. NULL is harmless. */
void metrics_close(struct metrics **m);
