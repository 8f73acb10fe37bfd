/* SPDX-License-Identifier: MIT */
/*
 * words: what people type to search, made the language of the index: all words,
 * "a phrase", -without, begin*. Whatever is typed is a search; nothing is an
 * error.
 *
 * Pure. Thread: any.
 */
#pragma once

#include "base/base.h"

#define WORDS_MAX 32 /* terms; more are not looked at */

struct words {
	char *must; /* owned; what a line must have; NULL: nothing */
	char *none; /* owned; what must not be in it; NULL: nothing */
};

/** Both NULL: nothing to search for was typed. */
void words_init(struct words *w, const char *typed);
void words_fini(struct words *w);
