/* SPDX-License-Identifier: MIT */
/*
 * moderate: a moderator takes somebody's message back (XEP-0425).
 *
 * Thread: conference loop.
 */
#pragma once

struct act;

/** <moderate/> to the room. */
void moderate_set(struct act *a);
