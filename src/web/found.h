/* SPDX-License-Identifier: MIT */
/*
 * found: the words that were searched for, found again in the text that is
 * shown, as the index of the archive found them: whatever their case and
 * accents, phrases word by word, "begin*" by its beginning.
 *
 * Pure. Thread: any.
 */
#pragma once

#include "base/base.h"

struct found;

/** What was typed, as store/words reads it; NULL: nothing. Never NULL. */
struct found *found_new(const char *typed);
void found_free(struct found **f);

/** The next place behind at, as bytes [start, end); false: there is none. */
bool found_next(const struct found *f, const char *text, size_t len, size_t at,
		size_t *start_out, size_t *end_out);
