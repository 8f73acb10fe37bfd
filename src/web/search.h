/* SPDX-License-Identifier: MIT */
/*
 * search: what was found in the log of all rooms or of one, a page at a time,
 * the newest first.
 *
 * Thread: web thread.
 */
#pragma once

#include "base/base.h"

struct call;

/** Handler of "/-/search" and "/{room}/search"; heeds q, before, after, tz. */
void search_answer(struct call *c);
