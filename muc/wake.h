/* SPDX-License-Identifier: MIT */
/*
 * wake: a room at rest asks the archive for its history, and what comes to it
 * meanwhile waits in order; an empty room goes to rest again.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct archive_page;
struct list;
struct room;
struct stanza;

/** Must the stanza wait for the room to wake? */
bool wake_is_needed(const struct room *r, const struct stanza *s);
/** Put a stanza in line; taken, unless the line is full: then false. */
bool wake_add_waiting(struct room *r, struct stanza *s, bool by_certificate);
/** The first of a line, owned, or NULL. The line may have left its room. */
struct stanza *wake_take_waiting(struct list *waiting,
				 bool *by_certificate_out);

/** Ask the archive; the answer carries id. */
void wake_ask(struct room *r, uint64_t id);
/** The answer to that question is here; the room is awake. */
void wake_answer(struct room *r, const struct archive_page *page);

/** Let the history of a room go that has been empty for a while. The store must
 *  not be behind: what was said there has to be in the archive by now. */
void wake_let_sleep(struct room *r, int64_t now);
