/* SPDX-License-Identifier: MIT */
/*
 * avatar: a room's picture, as a vCard with nothing else in it (XEP-0486, carried
 * by XEP-0054).
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct act;
struct elem;
struct room;
struct room_config;
struct session;

void avatar_get(struct act *a);
void avatar_set(struct act *a);
/** Append muc#roominfo_avatarhash, if there is a picture. */
void avatar_add_hashes(const struct room_config *c, struct elem *form);
/** The room's own presence with the hash (XEP-0153), if there is one. */
void avatar_show(struct room *r, const struct session *to);
