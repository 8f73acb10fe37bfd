/* SPDX-License-Identifier: MIT */
/*
 * police: whether what somebody does is within the room's limits, and the error
 * they get when it is not. Members and those above are exempt from the limits of
 * one person, moderators also from those of all.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct act;
struct nickname;
struct room;

/** A message to all, or to one (then alone). is_kept: not just typing, which is
 *  left out without a word. False: it goes no further. */
bool police_message(const struct act *a, bool is_kept);
bool police_private(const struct act *a);
/** Does the room drop typing notices and read markers, being so full? */
bool police_drops_notices(const struct room *r);
/** Somebody new comes in, or one who is in asks for everything again. */
bool police_join(const struct act *a);
bool police_resync(const struct act *a);
/** May this nick be borne here: its length, and whether it looks like another
 *  person's? */
bool police_nick(const struct act *a, const struct nickname *nick);
bool police_nick_change(const struct act *a);
/** May the others be told of a presence now? Else they are told later. */
bool police_presence(const struct act *a);
