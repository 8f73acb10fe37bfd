/* SPDX-License-Identifier: MIT */
/*
 * share: how much of something that all loops have together one network may hold:
 * an IPv4 /24 or an IPv6 /64. A table of counts by a keyed hash: now and then two
 * networks share one, which nobody can choose.
 *
 * Thread: any.
 */
#pragma once

#include "base/base.h"

struct addr;
struct share;

/** most: of one network. */
struct share *share_new(unsigned most);
void share_free(struct share **s);

/** Whose count that is. */
unsigned share_slot(const struct addr *a);
bool share_has_room(const struct share *s, unsigned slot);
/** False: it holds enough. */
HW_MUST_USE bool share_take(struct share *s, unsigned slot);
void share_give_back(struct share *s, unsigned slot);
