/* SPDX-License-Identifier: MIT */
/*
 * creation: what comes for a room that is not there, and who may make it (XEP-0045
 * #createroom).
 *
 * Thread: conference loop.
 */
#pragma once

#include "muc/muc.h"

struct room;
struct stanza;

/** There is no room of that address: a join makes it, if its sender may. */
void creation_try(struct muc *m, struct stanza *s, enum muc_proof proof);
/** ... but the tombstone of one; a new room takes its place, or it answers. */
void creation_replace(struct muc *m, struct room *tombstone, struct stanza *s,
		      enum muc_proof proof);
