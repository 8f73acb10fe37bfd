/* SPDX-License-Identifier: MIT */
/*
 * meeting: what chairs and scribes run on top of a room: a session with its
 * queue, its questions for the microphone, its shows of hands and its notes. It
 * listens to the rooms (muc/observer.h) and has them speak; muc does not know
 * it. What happens is kept as notes (record_note): from them the pages, the
 * minutes and the package are made, and a session is put together again after a
 * restart.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"
#include "muc/observer.h"

struct meeting_desk;
struct muc;
struct record;

struct meeting_settings {
	int64_t warn_after;     /* meetings.warn_after: ms without a line, then
				 * the room is reminded; 30 min */
	int64_t end_after;      /* meetings.end_after: ms without a line, then
				 * it ends itself; 2 h */
	int64_t longest;        /* meetings.longest: ms; 12 h */
	size_t max_queue;       /* meetings.max_queue: people; 200 */
	size_t max_mics;        /* meetings.max_mics: questions; 500 */
	size_t max_notes;       /* meetings.max_notes: of a session; 10000 */
	int64_t queue_line;     /* meetings.queue_line: ms between two lines that
				 * show the queue; 30 s */
	int64_t speaker;        /* meetings.speaker: ms a speaker has, 0 = no
				 * timer; 0 */
	size_t max_planned;     /* meetings.max_planned: sessions; 1000 */
	const char *url;        /* web.url, or NULL: no pages */
};
void meeting_settings_init(struct meeting_settings *s);

struct meeting_desk *meeting_desk_new(const struct meeting_settings *settings,
				      struct muc *muc);
void meeting_desk_free(struct meeting_desk **d);
/** What to put into muc_env.observer. */
const struct muc_observer *meeting_observer(struct meeting_desk *d);
/** RECORD_MEETING and RECORD_NOTE of sessions that are open or planned, in the
 *  order of their making, before the rooms start. */
void meeting_restore(struct meeting_desk *d, const struct record *record);
/** About once a second. */
void meeting_tick(struct meeting_desk *d, int64_t now);
/** The link to that domain is down, or up again: whoever wears a scribe's or
 *  chair's hat there is cut off. */
void meeting_link(struct meeting_desk *d, const char *domain, bool is_up,
		  int64_t now);

enum meeting_result {
	MEETING_DONE,
	MEETING_NO_ROOM,
	MEETING_NONE,       /* no session is open, or none of that name */
	MEETING_IS_OPEN,    /* one is open already */
	MEETING_SAME,       /* nothing changed */
	MEETING_NOBODY,     /* nobody of that nick, or the queue is empty */
	MEETING_BAD,        /* a value that cannot be */
	MEETING_FULL,
	MEETING_BEHIND,     /* the store is */
};
const char *meeting_result_word(enum meeting_result r);
const char *meeting_result_text(enum meeting_result r);

/* The verbs, the same for a typed word and for a command. by: bare JID or
 * "control"; whether they may was decided before. */
enum meeting_result meeting_start(struct meeting_desk *d, const char *room,
				  const char *title, const char *by);
enum meeting_result meeting_end(struct meeting_desk *d, const char *room,
				const char *by);
