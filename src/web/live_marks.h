/* SPDX-License-Identifier: MIT */
/*
 * live_marks: what lines of a room became in its session - an action, a question
 * for the microphone, bustle of the queue - told to pages that show them already.
 * Read as the page of the day reads it, and only what is different is told:
 *
 *   event  | data
 *   -------+-------------------------------------------------------------------
 *   marks  | for each line: stanza-id, TAB, "mark", "chatter" or "none", TAB,
 *          | what the mark says; where it tells a time, TAB and that in UTC
 *
 * Thread: web thread.
 */
#pragma once

#include "base/base.h"

struct buf;
struct live_marks;
struct reader;

/** Of sessions since yesterday; the reader is borrowed. */
struct live_marks *live_marks_new(struct reader *reader, const char *room);
void live_marks_free(struct live_marks **m);
/** Something happened in a session. */
void live_marks_doubt(struct live_marks *m);
/** Reads anew what is in doubt, once a second; now is monotonic. False: nothing is
 *  different. Else an event is appended. */
bool live_marks_renew(struct live_marks *m, int64_t now, struct buf *out);
/** An event with all of them, if there are any. */
void live_marks_add_all(const struct live_marks *m, struct buf *out);
