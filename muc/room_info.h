/* SPDX-License-Identifier: MIT */
/*
 * room_info: the muc#roominfo form (XEP-0045 #disco-roominfo, XEP-0486, 0500,
 * 0502).
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct elem;
struct room;

/** Append it to disco#info. is_lasting: without what changes by itself, so that
 *  it can be known by its hash. */
void room_info_add(struct room *r, struct elem *query, bool is_lasting);
