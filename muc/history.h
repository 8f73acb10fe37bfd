/* SPDX-License-Identifier: MIT */
/*
 * history: the last lines of a room, kept in memory for those who come
 * (XEP-0045 #enter-history), and what of them a newcomer wants
 * (#enter-managehistory). A room that just woke asks the archive first.
 *
 * Thread: conference loop. Owner: embedded in struct room.
 */
#pragma once

#include "base/base.h"
#include "base/rand.h"

struct elem;
struct frozen;
struct jid;

enum history_state {
	HISTORY_ASLEEP, /* not yet asked for */
	HISTORY_ASKED,  /* the archive was asked, stanzas wait */
	HISTORY_AWAKE,
};

struct history_line {
	struct frozen *live; /* as it was sent; NULL once past is made */
	struct frozen *past; /* with its delay, or NULL */
	char id[RAND_ID_SIZE]; /* stanza-id */
	int64_t at;          /* ms since epoch */
};

struct history {
	enum history_state state;
	uint64_t question;          /* id of the question to the archive */
	struct history_line *lines; /* owned ring; NULL until the first line */
	size_t max;                 /* lines of the ring */
	size_t first;               /* oldest */
	size_t count;
};

/** What a newcomer asks for; -1 = no such limit. */
struct history_wish {
	int64_t max_chars;
	int64_t max_stanzas;
	int64_t since;      /* ms since epoch */
};

void history_init(struct history *h, size_t max);
void history_fini(struct history *h);
/** Forget the lines: the archive is asked again when they are needed. */
void history_sleep(struct history *h);
/** A line as it goes out now; a reference is taken. */
void history_add(struct history *h, struct frozen *live, const char *stanza_id,
		 int64_t at);
/** A line from the archive. stanza is marked with its delay here. */
void history_add_past(struct history *h, struct elem *stanza,
		      const char *stanza_id, const struct jid *room,
		      int64_t at);

/** The line of that stanza-id as an owned tree, or NULL. */
struct elem *history_find(struct history *h, const char *stanza_id);
/** Line i, the oldest is 0, as an owned tree; its stanza-id is borrowed. NULL: there
 *  are fewer. at_out: when, or NULL. */
struct elem *history_read(const struct history *h, size_t i,
			  const char **id_out, int64_t *at_out);
/** Put a tombstone in its place, if it is here. It is marked with its delay. */
void history_replace(struct history *h, const struct jid *room,
		     const char *stanza_id, struct elem *tombstone);

/** A line that was never said after all. */
void history_remove(struct history *h, const char *stanza_id);

/** Read <history/> of a join's <x/> (may be NULL); now in ms. */
struct history_wish history_read_wish(const struct elem *x, int64_t now);
/** How many of the newest lines fulfil the wish for an address that is to_len
 *  bytes long. */
size_t history_choose(struct history *h, const struct history_wish *wish,
		      const struct jid *room, size_t to_len);
/** Line i of history_choose()'s count, oldest first; borrowed. */
struct frozen *history_get(struct history *h, size_t chosen, size_t i,
			   const struct jid *room);
