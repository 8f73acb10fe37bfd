/* SPDX-License-Identifier: MIT */
/*
 * stage: a world for the rooms without sockets, threads or a database - the
 * ports filled with lists, a clock that stands, a store that can be held.
 */
#pragma once

#include "base/base.h"
#include "base/buf.h"
#include "admin/command.h"
#include "base/list.h"
#include "meeting/meeting.h"
#include "muc/muc.h"

struct elem;
struct frozen;
struct jid;
struct map;
struct record;

/** A stanza that came to somebody. */
struct parcel {
	struct list node;
	struct frozen *stanza; /* a reference */
	struct jid *to;        /* owned */
	struct elem *elem;     /* owned */
	char *local;           /* owned */
};

/** What a room sent while its records waited, or at once. */
struct held {
	struct list node;
	char *room;            /* owned */
	struct list envelopes; /* owned */
};

struct saved {
	struct list node;
	struct record *record; /* owned */
	bool gates;
	bool is_committed;
	bool is_checked; /* the scene has looked at it */
};

struct question {
	struct list node;
	uint64_t id;
	struct archive_query *query; /* owned */
};

struct stage {
	struct muc *muc;         /* owned; NULL before the first use */
	struct muc_settings settings;
	struct admin admin;      /* of commands; without store and links */
	struct meeting_settings meetings;
	struct meeting_desk *desk; /* owned; NULL: no meetings are held */
	bool has_meetings;       /* before the first use */
	struct adhoc *adhoc;     /* owned; NULL: no commands are served */
	bool has_commands;       /* before the first use */
	int64_t now;             /* ms since epoch */
	bool holds_records;      /* commits wait for stage_commit() */
	bool holds_answers;      /* of the archive */
	bool is_store_full;      /* may_save says no */
	struct buf links;        /* what they were told: " +a -b ?c" */
	struct map *inboxes;     /* owned; full JID -> list of parcels */
	struct list held;        /* struct held, in order */
	struct list saved;       /* struct saved, in order */
	struct list questions;   /* struct question */
};

void stage_init(struct stage *s);
void stage_fini(struct stage *s);
/** Before the first use: what the store already holds; taken. */
void stage_give(struct stage *s, struct record *owned);
/** Start the rooms if they are not running. */
void stage_open(struct stage *s);
/** End them and start anew from what was committed. */
void stage_restart(struct stage *s, bool sessions_too_old);

/** Takes the tree; from is written into it. False when it is no stanza. */
bool stage_deliver(struct stage *s, struct elem *owned, const char *from,
		   enum muc_proof proof);
/** The messages that wait go back, as after store.give_up; the rest leaves. */
void stage_give_back(struct stage *s);
void stage_commit(struct stage *s);
/** Answer the archive's oldest question; false when there is none. */
bool stage_answer(struct stage *s, bool fails);

/** The oldest parcel of an inbox, owned, or NULL. */
struct parcel *stage_take(struct stage *s, const char *jid);
void parcel_free(struct parcel **p);
/** An inbox that is not empty, or NULL; only of jid unless that is NULL. */
const char *stage_find_mail(struct stage *s, const char *jid);
