/* SPDX-License-Identifier: MIT */
/*
 * say: a room itself says something for the record, in groupchat from its bare
 * JID. It does so rarely, and in one line.
 *
 * Thread: conference loop.
 */
#pragma once

struct room;

/** Gathered like all that the room sends; the caller flushes. Whether the store
 *  takes more was asked before. */
void say_line(struct room *r, const char *text);
