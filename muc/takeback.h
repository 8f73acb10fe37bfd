/* SPDX-License-Identifier: MIT */
/*
 * takeback: finding a line of the room by its stanza-id, and taking it back for
 * good, with what corrects it: out of the history, a tombstone in the archive, all
 * told.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct act;
struct elem;
struct retraction;
struct room;

/** The line, owned; id may be NULL. NULL: it was refused, or the archive was
 *  asked and the act runs again. */
struct elem *takeback_find(struct act *a, const char *id);
/** May a line of that kind be taken back at all? */
bool takeback_is_possible(const struct elem *line);
/** The line and all that corrects it (edits), owned. NULL: as takeback_find(). */
struct elem *takeback_gather(struct act *a, const char *id,
			     const struct elem *line);
/** Say message (which gets its stanza-id here), keep it, and put up the
 *  tombstones of those. */
void takeback_run(struct act *a, struct elem *message,
		  const struct elem *edits,
		  const struct retraction *retraction, bool by_author);

/** That line was taken back: what corrects it comes too late. */
void takeback_remember(struct room *r, const char *id,
		       const struct elem *message);
/** May the occupant's message be said, or does it correct such a line? */
bool takeback_allows(struct room *r, const struct elem *message);
