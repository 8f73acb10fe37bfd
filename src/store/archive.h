/* SPDX-License-Identifier: MIT */
/*
 * archive: the thread that answers questions to the archive, so that no query
 * delays a commit or a room.
 *
 * Thread: archive_ask() and on_answer: the conference loop's.
 */
#pragma once

#include "base/base.h"

struct archive;
struct archive_page;
struct archive_query;
struct loop;

/** Takes the page. */
typedef void (*archive_fn)(void *owner, uint64_t id,
			   struct archive_page *owned);

HW_MUST_USE int archive_open(struct loop *conference, const char *path,
			     archive_fn on_answer, void *owner,
			     struct archive **archive_out);
/** Takes the query; the answer carries id. Answers come in order. */
void archive_ask(struct archive *a, uint64_t id, struct archive_query *owned);
/** Ends the thread; blocks. Unanswered questions are dropped. */
void archive_close(struct archive **a);
