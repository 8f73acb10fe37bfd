/* SPDX-License-Identifier: MIT */
/*
 * dispatch: finds the act for a stanza to a room. Its tables are the protocol;
 * what is not in them is refused.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct act;
struct stanza;

/** Does the stanza stand in the room's order? Questions to the room itself, which
 *  change nothing, do not wait for a room to wake. */
bool dispatch_is_in_order(const struct stanza *s);
void dispatch_run(struct act *a);
