/* SPDX-License-Identifier: MIT */
/*
 * unsaved: a message that could not be kept goes back to who said it; nobody has
 * seen it, and the room forgets it.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct jid;
struct record_message;
struct room;

/** The error for its sender, owned. */
struct elem *unsaved_error(const struct record_message *m,
			   const struct jid *room);
/** In the room's order; NULL sender: nobody to tell. */
void unsaved_give_back(struct room *r, const struct record_message *m);
