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
struct room;
struct stanza;

/** A groupchat message to the room. */
void message_groupchat(struct act *a);
/** A message of another type to the room itself. */
void message_other(struct act *a);

/** Copy what a message of an occupant may carry to others. */
void message_copy_payload(const struct room *r, struct elem *to,
			  const struct stanza *from);
