/* SPDX-License-Identifier: MIT */
/*
 * subject: a room's subject - who set it, when, and what a newcomer is told.
 *
 * Thread: conference loop. Owner: embedded in struct room.
 */
#pragma once

#include "base/base.h"
#include "muc/occupant_id.h"

/** NULL text means "never set"; "" was set to nothing. */
struct subject {
	char *text;                  /* owned, UTF-8, or NULL */
	char *nick;                  /* owned; who set it, or NULL */
	char by[OCCUPANT_ID_SIZE];   /* who set it; "" = not known any more */
	int64_t at;                  /* ms since epoch */
};

void subject_init(struct subject *s);
void subject_fini(struct subject *s);
/** Copies all; by may be NULL. */
void subject_set(struct subject *s, const char *text, const char *nick,
		 const char *by, int64_t at);
