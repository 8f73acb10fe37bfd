/* SPDX-License-Identifier: MIT */
#include "store/places.h"

#include <string.h>

#include <sqlite3.h>

#include "base/error.h"
#include "base/map.h"
#include "base/mem.h"
#include "store/sqlite.h"

#define MAX_PLACES 10000 /* 2 MiB; of more rooms they are read again */

#define STATEMENT_TABLE(X)                                                \
	X(NAME_ROOM, "INSERT INTO rooms (jid) VALUES (?1)"                \
		     " ON CONFLICT (jid) DO NOTHING")                     \
	X(ROOM, "SELECT id FROM rooms WHERE jid = ?1")                    \
	X(DAY, "SELECT chain, is_closed FROM days"                        \
	       " WHERE room = ?1 AND day = ?2")                           \
	/* most often: no index of days has anything to change */         \
	X(GO_ON, "UPDATE days SET lines = lines + ?3,"                    \
		 " public_lines = public_lines + ?4,"                     \
		 " changed = max(changed, ?5), last_seq = ?7, chain = ?8" \
		 " WHERE room = ?1 AND day = ?2 AND +is_closed = 0")      \
	/* its first line, or its first after it was closed */            \
	X(SAVE,                                                           \
	  "INSERT INTO days (room, day, lines, public_lines, tombstones," \
	  " public_tombstones, changed, first_seq, last_seq, chain)"      \
	  " VALUES (?1, ?2, ?3, ?4, 0, 0, ?5, ?6, ?7, ?8)"                \
	  " ON CONFLICT (room, day) DO UPDATE SET lines = lines + ?3,"    \
	  " public_lines = public_lines + ?4, is_closed = 0,"             \
	  " changed = max(changed, ?5), last_seq = ?7, chain = ?8")

#define STATEMENT_MEMBER(name, sql) STATEMENT_##name,
enum statement { STATEMENT_TABLE(STATEMENT_MEMBER) STATEMENT_COUNT };

#define STATEMENT_SQL(name, sql) sql,
static const char *const statement_sql[] = { STATEMENT_TABLE(STATEMENT_SQL) };

_Static_assert(STATEMENT_COUNT == PLACES_STATEMENTS, "of struct");

int places_init(struct places *p, struct sqlite3 *db)
{
	*p = (struct places){ .rooms = map_new() };
	list_init(&p->changed);
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
	list_init(&p->changed);
}

static struct sqlite3_stmt *get(struct places *p, enum statement which)
{
	return p->statements[which];
}

static int find_room(struct places *p, const char *jid, int64_t *room_out)
{
	struct sqlite3_stmt *stmt = get(p, STATEMENT_NAME_ROOM);
	int error;

	sqlite_bind_text(stmt, 1, jid);
	error = sqlite_step(stmt);
	if (error)
		return error;
	stmt = get(p, STATEMENT_ROOM);
	sqlite_bind_text(stmt, 1, jid);
	if (sqlite_next(stmt, &error))
		*room_out = sqlite3_column_int64(stmt, 0);
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

static int write_day(struct places *p, enum statement which,
		     const struct place *place)
{
	struct sqlite3_stmt *stmt = get(p, which);

	sqlite_bind_number(stmt, 1, place->room);
	sqlite_bind_number(stmt, 2, place->day);
	sqlite_bind_number(stmt, 3, place->lines);
	sqlite_bind_number(stmt, 4, place->public_lines);
	sqlite_bind_number(stmt, 5, place->changed);
	if (which == STATEMENT_SAVE)
		sqlite_bind_number(stmt, 6, place->first_seq);
	sqlite_bind_number(stmt, 7, place->last_seq);
	sqlite_bind_blob(stmt, 8, place->chain, CHAIN_SIZE);
	return sqlite_step(stmt);
}

static int save(struct places *p, struct place *place)
{
	struct sqlite3 *db = sqlite3_db_handle(get(p, STATEMENT_GO_ON));
	int error = write_day(p, STATEMENT_GO_ON, place);

	if (!error && sqlite3_changes(db) == 0)
		error = write_day(p, STATEMENT_SAVE, place);
	if (error)
		return error;
	list_remove(&place->node);
	place->lines = place->public_lines = 0;
	place->is_closed = false;
	return 0;
}

int places_save(struct places *p)
{
	struct place *place, *next;
	int error = 0;

	list_each_safe(place, next, &p->changed, node) {
		error = save(p, place);
		if (error)
			break;
	}
	return error;
}

static int add_room(struct places *p, const char *room, int64_t at,
		    struct place **place_out)
{
	struct place found = { .lines = 0 };
	int error;

	if (map_count(p->rooms) >= MAX_PLACES) {
		error = places_save(p);
		if (error)
			return error;
		places_forget(p);
	}
	error = find_room(p, room, &found.room);
	if (!error)
		error = read_day(p, room, chain_day(at), &found);
	if (error)
		return error;
	*place_out = mem_new(struct place);
	**place_out = found;
	list_init(&(*place_out)->node);
	map_add(p->rooms, room, *place_out);
	return 0;
}

int places_get(struct places *p, const char *room, int64_t at,
	       struct place **place_out)
{
	struct place *place = map_get(p->rooms, room);
	int error = 0;

	if (!place)
		return add_room(p, room, at, place_out);
	if (place->day != chain_day(at)) {
		if (place->lines > 0)
			error = save(p, place);
		if (!error)
			error = read_day(p, room, chain_day(at), place);
	}
	*place_out = place;
	return error;
}

void places_add(struct places *p, struct place *place, int64_t seq, int64_t at,
		bool is_public)
{
	if (place->lines++ == 0) {
		place->first_seq = seq;
		place->changed = at;
		list_add_tail(&p->changed, &place->node);
	}
	place->public_lines += is_public;
	place->last_seq = seq;
	if (at > place->changed)
		place->changed = at;
}
