/* SPDX-License-Identifier: MIT */
/*
 * clock: monotonic and wall time in milliseconds. Tests may fake both.
 */
#pragma once

#include "base/base.h"

int64_t clock_mono(void); /* ms, for durations and deadlines */
int64_t clock_wall(void); /* ms since 1970 UTC */

/** Freeze both clocks at these values (tests); clock_unfake() ends it. */
void clock_fake(int64_t mono, int64_t wall);
void clock_unfake(void);
