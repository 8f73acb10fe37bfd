/* SPDX-License-Identifier: MIT */
/*
 * session: a meeting in a room, planned, open or ended: what its notes make of
 * it. Every change is a note first; the same notes, read from the store after a
 * restart, make the same session.
 *
 * Thread: conference loop; pure. Owner: struct meeting_desk.
 */
#pragma once

#include "base/base.h"
#include "base/rand.h"
#include "meeting/hands.h"
#include "meeting/mics.h"
#include "meeting/queue.h"
#include "store/record.h"

struct map;

struct session_counts {
	size_t topics, actions, decisions;
};

/** A line that made something for the minutes. */
struct mark {
	enum record_note_kind kind;
	char *line;   /* owned; stanza-id, or NULL */
	bool is_void; /* undone, or taken back */
};

struct meeting_session {
	char *room;                /* owned; bare JID */
	struct record_meeting row; /* owned strings */
	struct map *present;       /* owned; bare JID -> owned nick */
	struct map *came;          /* owned; bare JID of all who ever were */
	struct map *people_lines;  /* owned; stanza-ids of "present+" and
				    * "regrets+" */
	struct map *scribes;       /* owned; bare JID of who got the hat in it */
	struct mark *marks;        /* owned; in order */
	size_t mark_count;
	struct queue queue;
	struct mics mics;
	struct hands hands;
	struct session_counts counts;
	size_t notes;
	char *topic;               /* owned, or NULL */
	char *start_line;          /* owned; stanza-id of the first line */
	/* not kept */
	int64_t heard;             /* ms; when something was said last */
	bool was_warned;           /* that it is still open */
	bool has_queue_news;       /* to be shown */
	int64_t queue_news_at;     /* ms; since when, or 0 */
	int64_t queue_shown;       /* ms; when it got a line of its own */
	char queue_line[RAND_ID_SIZE]; /* that line; "" = none yet */
	struct map *helped;        /* owned; nicks that got a line of help */
	struct map *cut;           /* owned; domains that are cut off */
	struct map *captions;      /* owned; bare JID -> struct caption */
	struct map *typed;         /* owned; "bare JID id" of a message that
				    * made a mark -> its owned stanza-id */
};

struct meeting_session *session_open(const char *room,
				     const struct record_meeting *row);
void session_close(struct meeting_session **s);
/** A record of its row as it is; owned. */
struct record *session_make_row(const struct meeting_session *s, int64_t at);
/** What the note says becomes true. at: ms since epoch. */
void session_take(struct meeting_session *s, const struct record_note *note,
		  int64_t at);
/** The mark that this line made, if it still counts; NULL: none. */
const struct mark *session_find_mark(const struct meeting_session *s,
				     const char *line);
/** The line of the mark that an undo makes void; NULL: it has none, or there is
 *  nothing. */
const char *session_last_line(const struct meeting_session *s);
/** Has the line made anything that can be taken back? */
bool session_has_line(const struct meeting_session *s, const char *line);
/** ... namely, told who is present, or is not? */
bool session_has_people_line(const struct meeting_session *s,
			     const char *line);
/** "2026-11-22-1405"; owned. */
char *session_make_name(int64_t at);
