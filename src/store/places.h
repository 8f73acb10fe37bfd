/* SPDX-License-Identifier: MIT */
/*
 * places: where lines of rooms go on - the room's key, the day, the value its
 * chain has reached - kept from line to line.
 *
 * Thread: the store's. Owner: embedded in struct line_writer.
 */
#pragma once

#include "base/base.h"
#include "store/chain.h"

struct map;
struct sqlite3;
struct sqlite3_stmt;

#define PLACES_STATEMENTS 3

/** The day of a room in which its last line lies. */
struct place {
	int64_t room;
	int64_t day;
	unsigned char chain[CHAIN_SIZE]; /* behind its last line */
	bool is_closed;
};

struct places {
	struct sqlite3_stmt *statements[PLACES_STATEMENTS];
	struct map *rooms; /* owned; bare JID to struct place */
};

HW_MUST_USE int places_init(struct places *p, struct sqlite3 *db);
void places_fini(struct places *p);

/** The place of a line on that day, if it is known. Borrowed until the next
 *  call. */
struct place *places_find(const struct places *p, const char *room,
			  int64_t day);
/** The room's key; it gets one if it has none. */
HW_MUST_USE int places_find_room(struct places *p, const char *room,
				 int64_t *key_out);
/** Reads the place of a room from its day's row, which says all. Borrowed until
 *  the next call. */
HW_MUST_USE int places_read(struct places *p, const char *room, int64_t key,
			    int64_t day, struct place **place_out);
/** Somebody else has changed the days, or all was rolled back. */
void places_forget(struct places *p);
