/* SPDX-License-Identifier: MIT */
/*
 * upkeep: what the writer does now and then: days that are over are closed and
 * signed; what archive.keep no longer keeps is ended, whole days at a time. A
 * closed day's digest outlives its lines.
 *
 * Thread: the store's. Owner: embedded in the backend.
 */
#pragma once

#include "base/base.h"

struct backend_care;
struct sqlite3;
struct sqlite3_stmt;

#define UPKEEP_STATEMENTS 17

struct upkeep {
	struct sqlite3 *db; /* borrowed */
	struct sqlite3_stmt *statements[UPKEEP_STATEMENTS];
	bool has_remains; /* the word index has some of lines that ended */
	bool is_clearing; /* it is being written anew without them */
	int64_t cleared;  /* ms since epoch; when that began last; 0: never */
};

HW_MUST_USE int upkeep_init(struct upkeep *u, struct sqlite3 *db);
void upkeep_fini(struct upkeep *u);

/** A portion of what is due at that time (ms since epoch), inside the caller's
 *  transaction. more_out: something is left for the next portion. */
HW_MUST_USE int upkeep_run(struct upkeep *u, const struct backend_care *care,
			   int64_t now, bool *more_out);
