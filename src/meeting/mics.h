/* SPDX-License-Identifier: MIT */
/*
 * mics: what people who are not in the physical meeting want to have said at the
 * microphone there, numbered, until a scribe has said it (RFC 7649).
 *
 * Thread: conference loop; pure. Owner: embedded in struct session.
 */
#pragma once

#include "base/base.h"

struct mic {
	int64_t number; /* from 1 */
	char *nick;     /* owned; who asks */
	char *text;     /* owned */
	char *line;     /* owned; stanza-id, or NULL */
	int64_t at;     /* ms since epoch */
	int64_t done;   /* ms since epoch, or 0 */
	bool is_void;   /* taken back */
};

struct mics {
	struct mic *items; /* owned; by number */
	size_t count;
};

void mics_init(struct mics *m);
void mics_fini(struct mics *m);
void mics_add(struct mics *m, int64_t number, const char *nick,
	      const char *text, const char *line, int64_t at);
void mics_rename(struct mics *m, const char *old_nick, const char *nick);
/** NULL: no such number, or it was taken back. */
struct mic *mics_find(const struct mics *m, int64_t number);
/** By the line that asked; NULL: none. */
struct mic *mics_find_line(const struct mics *m, const char *line);
size_t mics_open(const struct mics *m);
/** "3 (bob: why?), 5 (eve: how?)", a long one is cut; owned; NULL: all are done. */
char *mics_print_open(const struct mics *m);
