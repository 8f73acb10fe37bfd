/* SPDX-License-Identifier: MIT */
/*
 * throttle: a token bucket. Time is an argument.
 */
#pragma once

#include "base/base.h"

struct throttle {
	double tokens;
	double rate;    /* tokens per second */
	double burst;   /* most tokens held */
	int64_t filled; /* ms, monotonic */
};

void throttle_init(struct throttle *t, double rate, double burst, int64_t now);
/** Take cost if there; false leaves the bucket as it is. */
bool throttle_take(struct throttle *t, double cost, int64_t now);
/** Nothing was taken for so long that it does not matter any more. */
bool throttle_is_full(struct throttle *t, int64_t now);
/** Take cost in any case (may go below zero) and return how many ms to wait
 *  until the bucket is not in debt; 0 = none. */
int64_t throttle_charge(struct throttle *t, double cost, int64_t now);
