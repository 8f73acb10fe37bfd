/* SPDX-License-Identifier: MIT */
/*
 * board: what the files of this folder share: the open sessions by room, the
 * planned ones, and the few things that are done with them everywhere.
 *
 * Thread: conference loop.
 */
#pragma once

#include "meeting/meeting.h"
#include "meeting/session.h"

struct map;

struct meeting_desk {
	struct meeting_settings settings;
	struct muc *muc;           /* borrowed; NULL until it is there */
	struct muc_observer observer;
	meeting_caption_fn on_caption; /* or NULL */
	void *caption_owner;
	struct map *open;          /* owned; room -> struct meeting_session */
	struct map *planned;       /* owned; "room name" -> likewise */
	struct map *names;         /* owned; "room name" of sessions that were
				    * -> owned uid, or "" */
};

/** A word that is being run. */
struct doing {
	struct meeting_desk *desk;
	struct meeting_session *session; /* NULL: none is open */
	const char *room;
	const struct word *word;
	const struct observed_person *who; /* NULL: the control socket */
	const char *line;          /* or NULL */
	int64_t now;               /* ms since epoch */
};

/** "alice", or "the operator". */
const char *board_nick(const struct doing *x);
/** By rank or hat. */
bool board_is_chair(const struct observed_person *who);
/** ... or a chair. */
bool board_is_scribe(const struct observed_person *who);
bool board_has_chair_hat(const struct observed_person *who);
bool board_has_scribe_hat(const struct observed_person *who);

/** A note with these strings (copied, may be NULL), as said by who: becomes true,
 *  and is kept. FULL: there are too many. */
struct board_note {
	enum record_note_kind kind;
	const char *person, *text, *other_text;
	const char *jid;   /* NULL: of who does it */
	const char *line;  /* NULL: the line of the word */
	int64_t number, other;
};
enum meeting_result board_note(struct meeting_desk *d,
			       struct meeting_session *s, const struct doing *x,
			       const struct board_note *note);
/** For one more, before the room says anything of it? */
bool board_has_room(const struct meeting_desk *d,
		    const struct meeting_session *s);

/** The room says it; takes the text. */
bool board_say(struct meeting_desk *d, const char *room, char *owned_text,
	      char id_out[RAND_ID_SIZE]);
/** One nick is told; takes the text. */
void board_tell(struct meeting_desk *d, const char *room, const char *nick,
	       char *owned_text);
/** All who are scribes, or chairs where nobody is; takes the text. */
void board_tell_scribes(struct meeting_desk *d, const char *room,
		       char *owned_text);
void board_tell_chairs(struct meeting_desk *d, const char *room,
		      char *owned_text);
/** Nicks of some chairs who are there: "alice, bob"; owned, or NULL. */
char *board_chairs(struct meeting_desk *d, const char *room);
/** The same with scribes. */
char *board_scribes(struct meeting_desk *d, const char *room);
/** "https://rooms.example/dnsop/meeting/2026-11-22-1405/"; owned, or NULL. */
char *board_url(struct meeting_desk *d, const struct meeting_session *s);

/** Run a word; whoever calls flushes. */
enum meeting_result board_run(struct meeting_desk *d, const char *room,
			      const struct word *w,
			      const struct observed_person *who,
			      const char *line);
/** What is heard of the rooms (ear.c). */
struct muc_observer ear_make(struct meeting_desk *d);
/** Nobody is typing any more. */
void ear_drop_captions(struct meeting_desk *d, struct meeting_session *s);
/** Who is there now, after a restart. */
void ear_call_roll(struct meeting_desk *d, struct meeting_session *s);

/* Words; each in the file of its subject. */
enum meeting_result run_start(struct doing *x);        /* life.c */
enum meeting_result run_end(struct doing *x);
enum meeting_result run_queue_add(struct doing *x);    /* floor.c */
enum meeting_result run_queue_remove(struct doing *x);
enum meeting_result run_queue_show(struct doing *x);
enum meeting_result run_queue_next(struct doing *x);
enum meeting_result run_queue_first(struct doing *x);
enum meeting_result run_queue_close(struct doing *x);
enum meeting_result run_queue_open(struct doing *x);
enum meeting_result run_mic(struct doing *x);          /* relay.c */
enum meeting_result run_mic_done(struct doing *x);
enum meeting_result run_mic_show(struct doing *x);
enum meeting_result run_hands_ask(struct doing *x);    /* show.c */
enum meeting_result run_hands_end(struct doing *x);
enum meeting_result run_hand(struct doing *x);
enum meeting_result run_note(struct doing *x);         /* scribe.c */
enum meeting_result run_scribe_add(struct doing *x);
enum meeting_result run_scribe_remove(struct doing *x);

/** Chairs are told which questions nobody has asked yet. */
void relay_remind(struct meeting_desk *d, const struct meeting_session *s);
/** The open show of hands ends. x: whose word it was, or NULL. */
enum meeting_result show_end(struct meeting_desk *d, struct meeting_session *s,
			     const struct doing *x, int64_t now);
/** The queue gets its line, and a speaker a word when their time is up. */
void floor_tick(struct meeting_desk *d, struct meeting_session *s,
		int64_t now);
/** A session that is silent, or too long. Ends it when it is time. */
void life_tick(struct meeting_desk *d, struct meeting_session *s, int64_t now);
/** Plans whose day is over did not take place. */
void life_prune(struct meeting_desk *d, int64_t now);
/** There was, is or will be a session of that name. uid may be NULL. */
void life_add_name(struct meeting_desk *d, const char *room, const char *name,
		   const char *uid);
/** The domain of a scribe or chair is cut off, or back. */
void cut_tell(struct meeting_desk *d, struct meeting_session *s,
	      const char *domain, bool is_up);
/** Is a scribe there who is not cut off? */
bool cut_has_scribe(struct meeting_desk *d, const struct meeting_session *s);
