/* SPDX-License-Identifier: MIT */
/*
 * backoff: how long to rest after failed rounds. Pure but for its dice.
 *
 * Thread: any.
 */
#pragma once

#include "base/base.h"

#define BACKOFF_MIN 1000 /* ms between a failed round and the next */

/** ms after so many failed rounds in a row (1 at least). */
int64_t backoff_rest(unsigned failures);
/** The same, cut so that what waits sees at least one more round before its
 *  grace, of which grace_left ms remain, is over. */
int64_t backoff_cut(int64_t rest, int64_t grace_left);
