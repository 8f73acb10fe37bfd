/* SPDX-License-Identifier: MIT */
/*
 * record: what is kept - value structs that cross from the rooms to the store
 * thread and come back at start. Plain values, no behaviour: nothing here knows
 * a database or a room.
 *
 * Thread: one owner; given away to the store.
 */
#pragma once

#include "base/base.h"
#include "base/list.h"
#include "base/rand.h"

enum record_kind {
	RECORD_ROOM,         /* a room's row, new or changed as a whole */
	RECORD_ROOM_GONE,    /* the room ended; its archive stays */
	RECORD_AFFILIATION,  /* set, or removed: "none" without a nick */
	RECORD_SESSION,      /* an occupant's session, new or changed */
	RECORD_SESSION_GONE,
	RECORD_MESSAGE,      /* a line of the archive */
	RECORD_RETRACTION,   /* a line was taken back: a tombstone for it */
	RECORD_HEARTBEAT,    /* the daemon was alive at this time */
	RECORD_PROOF,        /* the best way in which a domain proved itself */
	RECORD_PRESENCE,     /* somebody came, went, changed: for the log */
	RECORD_GAP,          /* from then to then the log cannot know */
	RECORD_HAT,          /* a person's hat in a room, put on or taken off */
	RECORD_AUDIT,        /* who did what, with which reason */
	RECORD_NEWS,         /* a line of the News */
	RECORD_GROUP,        /* a group of the catalogue, as the list has it */
	RECORD_GROUP_GONE,   /* ... forgotten */
	RECORD_MEETING,      /* a session of a room, as a whole */
	RECORD_NOTE,         /* something that happened in it */
};

/** Strings are owned, UTF-8; NULL where "or NULL" is said. */
struct record_room {
	char *config;          /* the configuration as muc writes it */
	char *subject;         /* or NULL: never set */
	char *subject_nick;    /* or NULL; who set it */
	int64_t subject_at;    /* ms since epoch */
	int64_t created;       /* ms since epoch */
};

struct record_affiliation {
	char *jid;         /* bare JID or domain */
	char *affiliation; /* "owner", "admin", "member", "outcast", "none" */
	char *nick;        /* reserved nick, or NULL */
	char *reason;      /* or NULL */
	char *details;     /* or NULL; what they said of themselves when they
			    * registered: lines of "key TAB value" */
	int64_t at;
};

struct record_session {
	char *jid;         /* full JID */
	char *nick;        /* absent in RECORD_SESSION_GONE */
	char *role;        /* "moderator", "participant", "visitor" */
	char *presence;    /* last presence's payload as XML, or NULL */
	int64_t joined;    /* ms since epoch */
};

struct record_message {
	char id[RAND_ID_SIZE]; /* stanza-id */
	int64_t at;            /* ms since epoch */
	char *jid;             /* the sender's real bare JID, or NULL (service) */
	char *nick;            /* or NULL: the room itself speaks */
	char *occupant_id;     /* XEP-0421, or NULL */
	char *stanza;          /* as sent out, without "to", XML */
	char *body;            /* text for the index, or NULL */
	bool is_subject;       /* a change of the subject */
	bool is_public;        /* said where the web may show it */
	char *hats;            /* what the sender wore: lines of "uri TAB
				* title", or NULL */
	char *sender;          /* full JID to whom it goes back if it cannot be
				* saved; NULL: nobody, it is never given
				* up. Not kept. */
	char *room;            /* only in an answer to a question about many
				* rooms: bare JID; else NULL */
};

/** The line itself is sealed: kept, and shown to nobody. */
struct record_retraction {
	char id[RAND_ID_SIZE]; /* stanza-id of the line */
	char *stanza;          /* the tombstone, as record_message's */
	char *by;              /* real bare JID of who did it */
	char *reason;          /* or NULL */
	int64_t at;            /* ms since epoch */
};

struct record_proof {
	char *domain;      /* normalised */
	char *proof;       /* "certificate"; NULL: it is forgotten */
};

enum record_move {
	RECORD_CAME,
	RECORD_WENT,
	RECORD_RENAMED,  /* other: the new nick */
	RECORD_KICKED,
	RECORD_BANNED,
	RECORD_REMOVED,  /* by the service: affiliation, shutdown, link lost */
};

struct record_presence {
	enum record_move move;
	char *nick;
	char *other;       /* or NULL */
	char *occupant_id; /* or NULL */
	char *reason;      /* or NULL */
	bool is_public;    /* as record_message's */
};

/** record.room NULL: the whole service was down. */
struct record_gap {
	char *domain;  /* or NULL; people of it were cut off */
	int64_t from;  /* ms since epoch */
	int64_t until; /* likewise */
};

struct record_hat {
	char *jid;     /* bare JID of the wearer */
	char *uri;     /* of the hat; ours are stable */
	char *title;   /* NULL: taken off */
	char *by;      /* bare JID, or "control", "roster"; or NULL */
};

/** record.room NULL: of the service. */
struct record_audit {
	char *by;      /* bare JID, or "control" */
	char *act;     /* a short word: "ban", "kick", "unseal", ... */
	char *target;  /* or NULL: whom or what */
	char *reason;  /* or NULL */
	char *detail;  /* or NULL: a line for people */
};

struct record_news {
	char id[RAND_ID_SIZE];
	char *text;    /* one line, plain, without its day */
	char *link;    /* or NULL */
};

/** record.room: the room's bare JID. */
struct record_group {
	char *key;       /* "1718": the list's number, or "=acronym" */
	char *acronym;
	char *name;
	char *type;      /* "wg", "rg", ..., or NULL */
	char *state;     /* "active", "conclude", ..., or NULL */
	char *area;      /* acronym of its area, or NULL */
	char *list_email, *list_subscribe, *list_archive; /* or NULL */
	char *charter;   /* URL, or NULL */
	char *successor; /* bare JID of the room to go to, or NULL */
	char *chairs;    /* lines of "role TAB name TAB address", or NULL */
	char *description; /* or NULL */
	bool is_retired;
};

enum record_meeting_state {
	RECORD_MEETING_PLANNED,
	RECORD_MEETING_OPEN,
	RECORD_MEETING_ENDED,
	RECORD_MEETING_CANCELLED,
};

/** Its name is unique in its room: "2026-11-22-1405", when it started or is to
 *  start, in UTC. */
struct record_meeting {
	char *name;
	char *title;       /* or NULL */
	char *uid;         /* of the calendar it came from, or NULL */
	char *agenda;      /* URL, or NULL */
	char *by;          /* who started or planned it: bare JID, "control" */
	char *subject;     /* of the room before it, or NULL */
	enum record_meeting_state state;
	int64_t planned;   /* ms since epoch, or 0 */
	int64_t planned_end; /* likewise */
	int64_t started, ended; /* ms since epoch, or 0 */
	bool is_public;    /* as a line said at its start */
};

/** Kinds of notes. number and other: what the kind says. other_text of hands-end:
 *  "YES NO ABSTAINED PRESENT START END", times in ms. */
#define RECORD_NOTE_TABLE(X)                                                 \
	X(STARTED, "started") /* line: where the room said so */             \
	X(TOPIC, "topic") /* text */                                         \
	X(ACTION, "action") /* text */                                       \
	X(DECISION, "decision") /* text */                                   \
	X(INFO, "info") /* text */                                           \
	X(SAID, "said") /* person: who spoke; text: what */                  \
	X(EDIT, "edit") /* text: from; other_text: to; drafts */             \
	X(UNDO, "undo") /* the note before is none; other_text: its line */  \
	X(PRESENT, "present") /* person: name; text: affiliation */          \
	X(REGRETS, "regrets") /* likewise */                                 \
	X(CAME, "came") /* person: nick */                                   \
	X(WENT, "went") /* likewise */                                       \
	X(RENAMED, "renamed") /* person: new nick; text: the old */          \
	X(SCRIBE, "scribe") /* person; number 1: is one, 0: no more */       \
	X(QUEUE, "queue") /* person: waits; text: about; number 1: by a      \
			   * raised hand, that may be taken down */          \
	X(QUEUE_FIRST, "queue-first") /* person: is the next */              \
	X(UNQUEUE, "unqueue") /* person: waits no more */                    \
	X(SPEAKER, "speaker") /* person: has the floor; or NULL */           \
	X(QUEUE_CLOSED, "queue-closed") /* number 1: closed, 0: open */      \
	X(MIC, "mic") /* number: its own; person; text */                    \
	X(MIC_DONE, "mic-done") /* number: the question's */                 \
	X(HANDS, "hands") /* number: its own; text: the question */          \
	X(HAND, "hand") /* number: the question's; other: 1, -1, 0; text:    \
			 * by a reaction; 2: that one was taken off */       \
	X(HANDS_END, "hands-end") /* number; text: the counts for people */  \
	X(TAKEN_BACK, "taken-back") /* line: what it made is void */         \
	X(CORRECTED, "corrected") /* line: of the note that now says this;   \
				   * person, text: as that one's */

#define RECORD_NOTE_MEMBER(name, text) RECORD_NOTE_##name,
enum record_note_kind {
	RECORD_NOTE_TABLE(RECORD_NOTE_MEMBER) RECORD_NOTE_COUNT
};

struct record_note {
	char id[RAND_ID_SIZE]; /* its own */
	char *meeting;     /* its name */
	enum record_note_kind kind;
	char *line;        /* stanza-id of the line that said it, or NULL */
	char *jid;         /* of who did it; never shown; or NULL */
	char *nick;        /* of who did it, or NULL */
	char *person;      /* or NULL */
	char *text;        /* or NULL */
	char *other_text;  /* or NULL */
	int64_t number;
	int64_t other;
};

struct record {
	struct list node;      /* in whoever's queue it waits */
	enum record_kind kind;
	char *room;            /* owned; bare JID of the room; NULL: heartbeat,
				* proof, news, and what says so */
	int64_t at;            /* ms since epoch, when it was made */
	bool is_packed;        /* its strings lie behind it, room too */
	union {
		struct record_room as_room;
		struct record_affiliation as_affiliation;
		struct record_session as_session;
		struct record_message as_message;
		struct record_retraction as_retraction;
		struct record_proof as_proof;
		struct record_presence as_presence;
		struct record_gap as_gap;
		struct record_hat as_hat;
		struct record_audit as_audit;
		struct record_news as_news;
		struct record_group as_group;
		struct record_meeting as_meeting;
		struct record_note as_note;
	};
};

/** The strings of a record_message; borrowed, each may be NULL. */
struct record_line {
	const char *stanza;
	const char *jid;
	const char *nick;
	const char *occupant_id;
	const char *body;
	const char *hats;
	const char *sender;
};

/** A record of that kind with its members NULL; room is copied. */
struct record *record_new(enum record_kind kind, const char *room, int64_t at);
/** A RECORD_MESSAGE with copies of them, all in one piece of memory: they are
 *  not freed, exchanged or taken alone. */
struct record *record_line_new(const char *room, int64_t at,
			       const struct record_line *line);
void record_free(struct record **r);
/** "topic" and so on. */
const char *record_note_text(enum record_note_kind kind);
/** Frees the strings. */
void record_message_fini(struct record_message *m);
/** Is everything there that may not be NULL or empty? */
bool record_is_whole(const struct record *r);
/** Bytes it holds, for the store queue's bound. */
size_t record_size(const struct record *r);
