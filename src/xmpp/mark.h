/* SPDX-License-Identifier: MIT */
/*
 * mark: what a room stamps on a stanza - delay (XEP-0203), stanza-id
 * (XEP-0359), occupant-id (XEP-0421) - and the one strip list that keeps forged
 * ones out.
 */
#pragma once

#include "base/base.h"

struct elem;
struct jid;

void mark_add_delay(struct elem *stanza, const struct jid *from, int64_t at);
void mark_add_stanza_id(struct elem *stanza, const char *id,
			const struct jid *by);
void mark_add_occupant_id(struct elem *stanza, const char *id);

/** Remove from an incoming stanza everything that only the room may say: all
 *  muc#user, occupant-id, hats, moderated and mav elements, stanza-ids by
 *  room, delays from room. All instances, at depth 1. */
void mark_strip(struct elem *stanza, const struct jid *room);
