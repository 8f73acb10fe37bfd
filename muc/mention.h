/* SPDX-License-Identifier: MIT */
/*
 * mention: members with a registered nickname who are away get the line that
 * mentions them (XEP-0452, by XEP-0372 or XEP-0513). Registering is opting in.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct elem;
struct room;

/** A line of the room as it goes to all. */
void mention_forward(struct room *r, const struct elem *message, int64_t now);
