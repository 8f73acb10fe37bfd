/* SPDX-License-Identifier: MIT */
/*
 * scratch: what the tests of the store share: a folder with a database that goes
 * away again, and short ways to make records.
 */
#pragma once

#include "base/base.h"
#include "store/record.h"

struct sqlite3;

#define SCRATCH_ROOM "talk@rooms.example"

struct scratch {
	bool indexes; /* what is saved is indexed at once */
	char dir[64];
	char path[96];
};

void scratch_init(struct scratch *s);
void scratch_fini(struct scratch *s);

/** A second handle, as another program would have it. */
struct sqlite3 *scratch_open(const struct scratch *s);
void scratch_run(struct sqlite3 *db, const char *sql);
int64_t scratch_number(struct sqlite3 *db, const char *sql);
/** As above, with a handle that lives for the question only. */
int64_t scratch_ask(const struct scratch *s, const char *sql);

/** Brings what is found by way of lines up to date. */
void scratch_index(void *backend);
/** Saves the records in one transaction and takes them. */
void scratch_save(const struct scratch *s, struct record **owned, size_t count);

struct record *scratch_room(const char *room, const char *config);
struct record *scratch_session(const char *room, const char *jid,
			       const char *nick);
struct record *scratch_gone(const char *room, const char *jid);
struct record *scratch_affiliation(const char *room, const char *jid,
				   const char *affiliation);
/** Its id is "m" and the number, its time 1000 times the number. */
struct record *scratch_message(const char *room, int number);
/** The same, at that time, with words: "word" and the number, and "common". */
struct record *scratch_words(const char *room, int number, int64_t at);
/** Of the line of that id in SCRATCH_ROOM, by a@x. */
struct record *scratch_retraction(const char *id);
