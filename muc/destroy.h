/* SPDX-License-Identifier: MIT */
/*
 * destroy: an owner ends a room (XEP-0045 #destroyroom). Where it was, a
 * tombstone answers: gone, and where to go instead.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct act;
struct elem;
struct jid;
struct room;
struct room_config;
struct site;
struct stanza;

/** wish: <destroy/>, in the act's stanza. Its sender owns the room. */
void destroy_run(struct act *a, struct elem *wish);
/** End it, whoever wants it; the house finishes it. venue: bare JID of the room
 *  to go to; both may be NULL. */
void destroy_room(struct room *r, const char *venue, const char *reason);
/** Does the room, which is over, leave a tombstone? Then it is filled. */
bool destroy_make_tombstone(const struct room *r, struct room_config *out);
/** What a tombstone answers. */
void destroy_refuse(const struct room *tombstone, const struct stanza *s);
