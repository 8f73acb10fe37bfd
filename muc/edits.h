/* SPDX-License-Identifier: MIT */
/*
 * edits: a line with what corrects it (XEP-0308): said later by the same occupant
 * and naming its id, or that of another correction (some clients name the last).
 * It is kept as a tree, so that it can wait as a text while the archive is asked.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct elem;

/** One of them; all borrowed from the tree. */
struct edit {
	const char *id;             /* stanza-id */
	int64_t at;                 /* ms since epoch; 0 = not known */
	const struct elem *message;
};

/** The line alone. Owned. */
struct elem *edits_new(const struct edit *line);
/** Add a later line if it corrects one of them and is not there yet. */
void edits_add(struct elem *edits, const struct edit *line);
/** The line (after: NULL), then each correction. False: that was all. */
bool edits_next(const struct elem *edits, const struct elem **after,
		struct edit *out);

/** As a text, and back; both owned. NULL: it is none. */
char *edits_print(const struct elem *edits);
struct elem *edits_read(const char *text);

/** What tells a line in the memory of those that were taken back: the occupant
 *  and an id that they chose. Owned; NULL: nobody's, or without id. */
char *edits_key(const struct elem *message, const char *id);
/** The id that a message corrects, or NULL; borrowed. */
const char *edits_target(const struct elem *message);
