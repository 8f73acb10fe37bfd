/* SPDX-License-Identifier: MIT */
/*
 * hush: keeps strangers from filling the log: only so many lines a minute of
 * each cause and network (rule R11). What is kept back is counted.
 *
 * Thread: the owner's.
 */
#pragma once

#include "base/base.h"

struct addr;
struct hush;

struct hush *hush_new(unsigned lines_per_minute);
void hush_free(struct hush **h);
/** May a line about peer be logged? cause: a constant word. */
HW_MUST_USE bool hush_allows(struct hush *h, const char *cause,
			     const struct addr *peer, int64_t now);
