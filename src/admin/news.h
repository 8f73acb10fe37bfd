/* SPDX-License-Identifier: MIT */
/*
 * news: a line for everybody: kept for the pages, and said in the room that
 * every domain has.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct desk_actor;
struct muc;

#define NEWS_MAX 4000 /* bytes of a line */

/** domain: ours, in whose "hallway" it is said. link may be NULL. False: the
 *  text is none, too long or more than a line. */
bool news_tell(struct muc *muc, const char *domain,
	       const struct desk_actor *actor, const char *text,
	       const char *link);
