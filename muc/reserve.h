/* SPDX-License-Identifier: MIT */
/*
 * reserve: nicknames that belong to somebody (XEP-0045 #reservednick), and rooms
 * where who has one goes by no other.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct act;

/** May the sender go by the nick of that key? Else refused. */
bool reserve_lets(const struct act *a, const char *nick_key);
