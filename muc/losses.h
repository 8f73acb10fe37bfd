/* SPDX-License-Identifier: MIT */
/*
 * losses: domains that stayed unreachable beyond the grace, until all of their
 * sessions are taken out: a portion a turn, so that a big domain's end holds up
 * nobody.
 *
 * Thread: conference loop. Owner: struct muc.
 */
#pragma once

#include "base/base.h"
#include "base/list.h"

struct loss {
	struct list node;
	char *local;  /* owned; our domain */
	char *remote; /* owned */
	int64_t heard; /* ms; the last word of it */
	char *told;   /* owned; the room that was last told, or NULL */
	int64_t at;   /* ms; who was heard since then is there */
};

struct losses {
	struct list items;
};

void losses_init(struct losses *l);
void losses_fini(struct losses *l);
/** heard: the last word of it, ms. */
void losses_add(struct losses *l, const char *local, const char *remote,
		int64_t heard, int64_t now);
/** The oldest, borrowed, or NULL. */
struct loss *losses_first(const struct losses *l);
void losses_remove(struct loss *loss);
/** False: the room of that address was told before. */
bool losses_tell(struct loss *loss, const char *room);
