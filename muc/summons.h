/* SPDX-License-Identifier: MIT */
/*
 * summons: a room calls people who registered with it and asked to be called:
 * something begins (a direct invitation, XEP-0249, from the room itself).
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct jid;
struct muc;
struct room;

/** In what somebody registered with: they want to be called. */
#define SUMMONS_KEY "call"

/** One of them, who is not there. False: the room has written to too many
 *  lately. reason may be NULL. */
bool summons_send(struct room *r, const struct jid *to, const char *reason);

/** All of them who are not there; *count_out: how many were written to. False:
 *  no such room. */
bool muc_summon(struct muc *m, const char *room, const char *reason,
		size_t *count_out);
