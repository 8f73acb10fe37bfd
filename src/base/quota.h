/* SPDX-License-Identifier: MIT */
/*
 * quota: a token bucket for each of many names (addresses, domains). Who has not
 * been seen until a bucket would be full again is forgotten; beyond a bound the
 * one that was seen first is. Time is an argument.
 *
 * Thread: the owner's.
 */
#pragma once

#include "base/base.h"

struct quota;

/** rate: tokens a second; burst: the most at once. */
struct quota *quota_new(double rate, double burst);
void quota_free(struct quota **q);
/** Take one from name's bucket; false: it is empty. */
HW_MUST_USE bool quota_take(struct quota *q, const char *name, int64_t now);
size_t quota_count(const struct quota *q); /* names remembered */
