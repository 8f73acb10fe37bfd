/* SPDX-License-Identifier: MIT */
/*
 * minutes: the draft that a session writes of itself, made of its notes: topics
 * and what was noted, said, decided, asked and counted under each. A draft is
 * corrected by "s/a/b/" and "#undo"; the log never is.
 *
 * Pure. Thread: any; the owner's.
 */
#pragma once

#include "base/base.h"
#include "web/minutes_people.h"

struct record;

enum minutes_kind {
	MINUTES_INFO,
	MINUTES_SAID,
	MINUTES_ACTION,
	MINUTES_DECISION,
	MINUTES_MIC,
	MINUTES_HANDS,
};

/** Strings are owned, or NULL. */
struct minutes_item {
	enum minutes_kind kind;
	char *person;    /* who spoke, or asked */
	char *text;      /* NULL: the line was taken back */
	char *line;      /* stanza-id of the line that said it */
	int64_t at;      /* ms */
	int64_t number;  /* of a question, a show of hands */
	int64_t done_at; /* ms; it was said aloud, the hands were counted; 0:
			    * not yet */
	int64_t yes, no, abstained, present; /* hands, once counted */
};

struct minutes_topic {
	char *text; /* owned; NULL: before the first, or taken back */
	char *line; /* owned, or NULL */
	int64_t at; /* ms; 0: before the first */
	struct minutes_item *items; /* owned */
	size_t count;
};

struct minutes {
	struct minutes_topic *topics; /* owned; the first is what was before
				       * the first topic */
	size_t topic_count;
	struct minutes_people present, regrets, scribes; /* who said so */
	struct minutes_people queue; /* who waits at the end of the notes */
	char *speaker; /* owned; who has the floor then, or NULL */
	bool is_queue_closed;
	size_t people; /* who were there */
	size_t actions, decisions, mics, open_mics, hands;
};

/** Was that line taken back, or is it not for the public? */
typedef bool (*minutes_hidden_fn)(void *owner, const char *line);

/** From RECORD_NOTE in the order of their making. hidden may be NULL: none
 *  is. */
struct minutes *minutes_new(const struct record *const *notes, size_t count,
			    minutes_hidden_fn hidden, void *owner);
void minutes_free(struct minutes **m);

/** Where a walk through the items of one kind is; { 0 }: before the first. */
struct minutes_walk {
	size_t topic, item; /* the one to look at next */
};

/** The next of that kind, under whatever topic; borrowed, NULL: no more. */
const struct minutes_item *minutes_next(const struct minutes *m,
					enum minutes_kind kind,
					struct minutes_walk *walk);
