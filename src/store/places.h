/* SPDX-License-Identifier: MIT */
/*
 * places: where lines of rooms go on - the room's key, the day, the value its
 * chain has reached - kept from line to line, and what the row of the day does
 * not say yet. It is written once for each room and transaction.
 *
 * Thread: the store's. Owner: embedded in struct line_writer.
 */
#pragma once

#include "base/base.h"
#include "base/list.h"
#include "store/chain.h"

struct map;
struct sqlite3;
struct sqlite3_stmt;

#define PLACES_STATEMENTS 5

/** The day of a room in which its last line lies. */
struct place {
	struct list node; /* in places.changed, if its row says less */
	int64_t room;
	int64_t day;
	unsigned char chain[CHAIN_SIZE]; /* behind its last line */
	bool is_closed;
	/* what the row does not say yet */
	int64_t lines, public_lines;
	int64_t changed; /* ms */
	int64_t first_seq, last_seq;
};

struct places {
	struct sqlite3_stmt *statements[PLACES_STATEMENTS];
	struct map *rooms;   /* owned; bare JID to struct place */
	struct list changed; /* of struct place */
};

HW_MUST_USE int places_init(struct places *p, struct sqlite3 *db);
void places_fini(struct places *p);

/** The place of a line at that time; the room gets a key if it has none.
 *  Borrowed until the next call. */
HW_MUST_USE int places_get(struct places *p, const char *room, int64_t at,
			   struct place **place_out);
/** A line was put there: the chain is what the place has. */
void places_add(struct places *p, struct place *place, int64_t seq, int64_t at,
		bool is_public);
/** Writes the rows of the days: before each commit, and before anybody else
 *  changes them. */
HW_MUST_USE int places_save(struct places *p);
/** Somebody else has changed the days, or all was rolled back. */
void places_forget(struct places *p);
