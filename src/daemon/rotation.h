/* SPDX-License-Identifier: MIT */
/*
 * rotation: the secret that makes dialback keys, drawn anew every day, and the
 * one before, whose keys are good for another hour: both in files, so that a
 * restart changes nothing.
 *
 * Thread: main.
 */
#pragma once

#include "base/base.h"
#include "daemon/state_dir.h"

#define ROTATION_PERIOD (24 * 3600000LL) /* ms */
#define ROTATION_OVERLAP 3600000LL

struct rotation {
	unsigned char secret[STATE_DIR_SECRET_SIZE];
	unsigned char previous[STATE_DIR_SECRET_SIZE];
	int64_t previous_for; /* ms that it still counts; 0 = no more */
	int64_t due;          /* ms until there is a new one */
};

/** What counts at now (ms since 1970), rotated if it was time. */
HW_MUST_USE int rotation_read(const struct state_dir *d, int64_t now,
			      struct rotation *out, char **text_out);
