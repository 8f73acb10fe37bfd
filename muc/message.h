/* SPDX-License-Identifier: MIT */
/*
 * message: what is said to all (XEP-0045 #message), the subject among it
 * (#subject-mod).
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct act;
struct elem;

/** A groupchat message to the room. */
void message_groupchat(struct act *a);
/** A message of another type to the room itself. */
void message_other(struct act *a);

/** What the sender, who is in the room, says, as others get it; owned. The
 *  stanza was stripped (mark_strip) before. */
struct elem *message_make(const struct act *a, const char *type);
