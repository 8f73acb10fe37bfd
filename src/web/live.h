/* SPDX-License-Identifier: MIT */
/*
 * live: what is said in a room, as it is said, as server-sent events. Who waits
 * is a suspended connection. New lines wait for slow ones in a bounded ring; who
 * falls behind it, or comes back, gets the rest from the archive.
 *
 *   event  | id        | data
 *   -------+-----------+------------------------------------------------------
 *   line   | stanza-id | the <li> of the line, as line_look writes a live one;
 *          |           | a correction or a reaction is one, too
 *   change | -         | the <li> of a line that is another now: a tombstone
 *   marks  | -         | what lines became in a session (live_marks)
 *  caption | -         | nick, TAB, what they have typed so far of a line; nothing
 *          |           | behind the TAB when they type no more
 * presence | -         | the <li> of a coming or going, for "?presence=1"; what was
 *         |           | missed of these does not come later
 *  reload | -         | too much was missed: the page is to be loaded again
 *
 * A stream begins with what is said from now on; with "?after=ID", or when the
 * browser tells its Last-Event-ID, with what was said behind that line. The same
 * line may come twice: the one of the same id is replaced.
 *
 * Thread: web thread, but for live_new() and live_free().
 */
#pragma once

#include "base/base.h"

struct call;
struct live;
struct reader;
struct record;
struct web_settings;
struct web_site;

/** Both are borrowed. */
struct live *live_new(const struct web_settings *settings,
		      struct reader *reader);
/** When no connection is left. NULL is harmless. */
void live_free(struct live **l);

/** Handler of "/{room}/live". */
void live_answer(struct call *c);
/** A line was said, one taken back, somebody came or went; others are ignored.
 *  Borrowed. */
void live_add(struct live *l, const struct record *record);
/** Somebody is typing; "" = no more. */
void live_caption(struct live *l, const char *room, const char *nick,
		  const char *text);
/** Ends the pages of rooms that are not on the web any more. */
void live_show(struct live *l, const struct web_site *site);
/** Signs of life for who has waited long; now is monotonic. Returns ms until it
 *  wants to be called again, or -1. */
int live_tick(struct live *l, int64_t now);
/** Lets everybody go; nobody is taken any more. */
void live_end(struct live *l);
