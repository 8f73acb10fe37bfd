/* SPDX-License-Identifier: MIT */
/*
 * feed: what was said last, and the News, as Atom (RFC 4287). An entry's id
 * never changes; one that was taken back stays, with its text gone, so that
 * readers forget theirs.
 *
 * Thread: web thread.
 */
#pragma once

#include "base/base.h"

struct call;

/** Handler of "/{room}/feed.atom". */
void feed_answer_room(struct call *c);
/** Handler of "/-/areas/{name}.atom": all rooms of an area. */
void feed_answer_area(struct call *c);
/** Handler of "/-/news.atom". */
void feed_answer_news(struct call *c);
/** Handler of "/-/decisions.atom": what was decided and is to be
 *  done, and the sessions that have ended. */
void feed_answer_decisions(struct call *c);
