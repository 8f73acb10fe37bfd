/* SPDX-License-Identifier: MIT */
/*
 * takeback: finding a line of the room by its stanza-id, and taking it back for
 * good: out of the history, a tombstone in the archive, all told.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct act;
struct elem;
struct retraction;

/** The line, owned; id may be NULL. NULL: it was refused, or the archive was
 *  asked and the act runs again. */
struct elem *takeback_find(struct act *a, const char *id);
/** May a line of that kind be taken back at all? */
bool takeback_is_possible(const struct elem *line);
/** Say message (which gets its stanza-id here), keep it, and put up the
 *  tombstone of line. */
void takeback_run(struct act *a, struct elem *message, const struct elem *line,
		  const struct retraction *retraction, bool by_author);
