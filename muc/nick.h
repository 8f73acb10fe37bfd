/* SPDX-License-Identifier: MIT */
/*
 * nick: changing one's name in a room (XEP-0045 #changenick).
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct act;

/** Presence of an occupant to another nick than its own. False when it was
 *  refused. */
bool nick_change(struct act *a);
/** Is the stanza addressed to the nick the session has? */
bool nick_is_own(const struct act *a);
