/* SPDX-License-Identifier: MIT */
#include "store/places.h"

#include <string.h>

#include <sqlite3.h>

#include "base/error.h"
#include "base/map.h"
#include "base/mem.h"
#include "store/sqlite.h"

#define MAX_PLACES 10000 /* 2 MiB; of more rooms they are read again */

#define STATEMENT_TABLE(X)                                 \
	X(NAME_ROOM, "INSERT INTO rooms (jid) VALUES (?1)" \
		     " ON CONFLICT (jid) DO NOTHING")      \
	X(ROOM, "SELECT id FROM rooms WHERE jid = ?1")     \
	X(DAY, "SELECT chain, is_closed FROM days"         \
	       " WHERE room = ?1 AND day = ?2")

#define STATEMENT_MEMBER(name, sql) STATEMENT_##name,
enum statement { STATEMENT_TABLE(STATEMENT_MEMBER) STATEMENT_COUNT };

#define STATEMENT_SQL(name, sql) sql,
static const char *const statement_sql[] = { STATEMENT_TABLE(STATEMENT_SQL) };

_Static_assert(STATEMENT_COUNT == PLACES_STATEMENTS, "of struct");

int places_init(struct places *p, struct sqlite3 *db)
{
	*p = (struct places){ .rooms = map_new() };
	return sqlite_prepare_all(db, statement_sql, STATEMENT_COUNT,
				  p->statements);
}

static void free_place(void *value)
{
	struct place *place = value;

	mem_free(&place);
}

void places_fini(struct places *p)
{
	sqlite_finalize_all(p->statements, STATEMENT_COUNT);
	if (p->rooms)
		map_free(&p->rooms, free_place);
}

void places_forget(struct places *p)
{
	map_free(&p->rooms, free_place);
	p->rooms = map_new();
}

static struct sqlite3_stmt *get(struct places *p, enum statement which)
{
	return p->statements[which];
}

struct place *places_find(const struct places *p, const char *room, int64_t day)
{
	struct place *place = map_get(p->rooms, room);

	return place && place->day == day ? place : NULL;
}

int places_find_room(struct places *p, const char *room, int64_t *key_out)
{
	struct sqlite3_stmt *stmt = get(p, STATEMENT_NAME_ROOM);
	int error;

	sqlite_bind_text(stmt, 1, room);
	error = sqlite_step(stmt);
	if (error)
		return error;
	stmt = get(p, STATEMENT_ROOM);
	sqlite_bind_text(stmt, 1, room);
	if (sqlite_next(stmt, &error))
		*key_out = sqlite3_column_int64(stmt, 0);
	else if (!error)
		error = HW_E_NOT_FOUND;
	sqlite_reset(stmt);
	return error;
}

/* The chain goes on where it is, or begins. */
static int read_day(struct places *p, const char *room, int64_t day,
		    struct place *place)
{
	struct sqlite3_stmt *stmt = get(p, STATEMENT_DAY);
	int error;

	place->day = day;
	place->is_closed = false;
	sqlite_bind_number(stmt, 1, place->room);
	sqlite_bind_number(stmt, 2, day);
	if (!sqlite_next(stmt, &error)) {
		chain_begin(room, day, place->chain);
	} else if (sqlite3_column_bytes(stmt, 0) != CHAIN_SIZE) {
		error = HW_E_CORRUPT;
	} else {
		memcpy(place->chain, sqlite3_column_blob(stmt, 0), CHAIN_SIZE);
		place->is_closed = sqlite3_column_int(stmt, 1) != 0;
	}
	sqlite_reset(stmt);
	return error;
}

int places_read(struct places *p, const char *room, int64_t key, int64_t day,
		struct place **place_out)
{
	struct place found = { .room = key };
	int error = read_day(p, room, day, &found);

	if (error)
		return error;
	if (map_count(p->rooms) >= MAX_PLACES)
		places_forget(p);
	*place_out = map_get(p->rooms, room);
	if (!*place_out) {
		*place_out = mem_new(struct place);
		map_add(p->rooms, room, *place_out);
	}
	**place_out = found;
	return 0;
}
