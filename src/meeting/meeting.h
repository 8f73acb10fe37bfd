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
#include "meeting/word.h"
#include "muc/observer.h"

struct meeting_desk;
struct muc;
struct record;

struct meeting_settings {
	int64_t warn_after;  /* meetings.warn_after: ms of silence, then the room
			      * is reminded that it is in session; 30 min */
	int64_t end_after;   /* meetings.end_after: ms of silence, then the
			      * session ends itself; 2 h */
	int64_t longest;     /* meetings.longest: ms of a session; 12 h */
	size_t max_queue;    /* meetings.max_queue: people; 200 */
	size_t max_mics;     /* meetings.max_mics: questions; 500 */
	size_t max_notes;    /* meetings.max_notes: of a session; 20000 */
	int64_t queue_line;  /* meetings.queue_line: ms between two lines that
			      * show the queue anew; 30 s */
	int64_t speaker;     /* meetings.speaker: ms that a speaker has; 0, the
			      * default: as long as they like */
	size_t max_planned;  /* meetings.max_planned: sessions; 1000 */
	bool need_note_well; /* meetings.need_note_well: who queues, asks or
			      * scribes has to have registered and ticked it */
};
void meeting_settings_init(struct meeting_settings *s);

struct meeting_desk *meeting_desk_new(const struct meeting_settings *settings);
void meeting_desk_free(struct meeting_desk **d);
/** What to put into muc_env.observer. */
const struct muc_observer *meeting_observer(struct meeting_desk *d);
/** The rooms, once they are there; borrowed. */
void meeting_set_muc(struct meeting_desk *d, struct muc *muc);
/** Who shows what scribes are typing in open sessions that are public; text: as it
 *  is now, "" = no more. */
typedef void (*meeting_caption_fn)(void *owner, const char *room,
				   const char *nick, const char *text);
void meeting_set_captions(struct meeting_desk *d, meeting_caption_fn fn,
			  void *owner);
/** RECORD_MEETING and RECORD_NOTE of sessions that are open or planned, and the
 *  RECORD_MEETING of those that ended lately, whose names are not given again; in
 *  the order of their making, before the rooms start. */
void meeting_restore(struct meeting_desk *d, const struct record *record);
/** After the rooms have started: who is not in them any more has gone. */
void meeting_start_desk(struct meeting_desk *d);
/** About once a second. */
void meeting_tick(struct meeting_desk *d);
/** The way to that domain is down, or up again: whoever wears a scribe's or a
 *  chair's hat there is cut off from open sessions. */
void meeting_link(struct meeting_desk *d, const char *domain, bool is_up);

#define MEETING_TABLE(X)                                                     \
	X(DONE, "done", "done")                                              \
	X(NO_ROOM, "not-found", "there is no such room")                     \
	X(NONE, "not-found", "no session is open here")                      \
	X(IS_OPEN, "conflict", "a session is open here already")             \
	X(SAME, "unchanged", "it is so already")                             \
	X(NOBODY, "not-found", "there is nobody of that name")               \
	X(EMPTY, "not-found", "the queue is empty")                          \
	X(CLOSED, "not-allowed", "the queue is closed")                      \
	X(NO_NUMBER, "not-found", "there is no such question")               \
	X(NO_HANDS, "not-found", "no show of hands is open")                 \
	X(TOO_LATE, "not-allowed",                                           \
	  "only who was here when it was asked raises a hand")               \
	X(CHAIRS_ONLY, "forbidden", "only a chair does this here")           \
	X(SCRIBES_ONLY, "forbidden", "only a scribe or a chair does this")   \
	X(NOTE_WELL, "not-allowed",                                          \
	  "first register with this room in your client, and tick that you " \
	  "have read the Note Well")                                         \
	X(BAD, "bad-argument", "that cannot be done so")                     \
	X(FULL, "full", "there are too many of them")                        \
	X(PAST, "too-late", "that is over")                                  \
	X(BEHIND, "busy", "the store is behind; try again soon")

#define MEETING_MEMBER_(name, word, text) MEETING_##name,
enum meeting_result { MEETING_TABLE(MEETING_MEMBER_) };
const char *meeting_result_word(enum meeting_result r);
const char *meeting_result_text(enum meeting_result r);

/** A word, however it came: typed, by command, by a reaction. who: NULL for whoever
 *  opened the control socket, who may everything but has neither nick nor hand.
 *  line: stanza-id of the line that said it, or NULL. */
enum meeting_result meeting_run(struct meeting_desk *d, const char *room,
				const struct word *w,
				const struct observed_person *who,
				const char *line);

/** by (bare JID; NULL: the control socket) put a hat on another's head. True:
 *  meetings.need_note_well asks the wearer of one of the house to read the Note
 *  Well, and they have not said so; who is there is told how. */
bool meeting_note_hat(struct meeting_desk *d, const char *room, const char *jid,
		      const char *hat, const char *by);

/** A session ahead of time, or changes to one; by its uid (owner's calendar) or,
 *  with uid NULL, its name. Times in ms since epoch; title, agenda may be NULL.
 *  by: bare JID or "control". */
struct meeting_plan {
	const char *uid;
	const char *title;
	const char *agenda; /* URL */
	int64_t start, end; /* end 0: not known */
	bool is_cancelled;
	bool is_trial; /* only say what would be */
};
enum meeting_result meeting_plan(struct meeting_desk *d, const char *room,
				 const struct meeting_plan *plan,
				 const char *by);

/** How things are, for "meetings list" and the like. Borrowed during the call. */
struct meeting_view {
	const char *room, *name, *title, *topic, *speaker;
	const char *url;          /* of its page, or NULL */
	bool is_open;             /* else planned */
	int64_t start;            /* ms */
	size_t present, queue, mics_open, actions, decisions;
	const char *queue_text;   /* "Queue: ..." or NULL */
	const char *mics_text;    /* the open ones, or NULL */
	const char *question;     /* an open show of hands, or NULL */
};
void meeting_each(struct meeting_desk *d,
		  void (*fn)(void *owner, const struct meeting_view *view),
		  void *owner);
