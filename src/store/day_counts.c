/* SPDX-License-Identifier: MIT */
#include "store/day_counts.h"

#include <sqlite3.h>

#include "base/mem.h"
#include "store/chain.h"
#include "store/late_lines.h"
#include "store/sqlite.h"

#define CHAIN "(SELECT chain FROM archive WHERE seq = ?7)"
#define STATEMENT_TABLE(X)                                                \
	/* most often: no index of days has anything to change */         \
	X(GO_ON, "UPDATE days SET lines = lines + ?3,"                    \
		 " public_lines = public_lines + ?4,"                     \
		 " changed = max(changed, ?5), last_seq = ?7,"            \
		 " chain = " CHAIN                                        \
		 " WHERE room = ?1 AND day = ?2 AND +is_closed = 0")      \
	/* its first line, or its first after it was closed */            \
	X(SAVE,                                                           \
	  "INSERT INTO days (room, day, lines, public_lines, tombstones," \
	  " public_tombstones, changed, first_seq, last_seq, chain)"      \
	  " VALUES (?1, ?2, ?3, ?4, 0, 0, ?5, ?6, ?7, " CHAIN ")"         \
	  " ON CONFLICT (room, day) DO UPDATE SET lines = lines + ?3,"    \
	  " public_lines = public_lines + ?4, is_closed = 0,"             \
	  " changed = max(changed, ?5), last_seq = ?7,"                   \
	  " chain = excluded.chain")                                      \
	X(SET_MARK, "UPDATE indexed SET counted = ?1")

#define STATEMENT_MEMBER(name, sql) STATEMENT_##name,
enum statement { STATEMENT_TABLE(STATEMENT_MEMBER) STATEMENT_COUNT };

#define STATEMENT_SQL(name, sql) sql,
static const char *const statement_sql[] = { STATEMENT_TABLE(STATEMENT_SQL) };

_Static_assert(STATEMENT_COUNT == DAY_COUNTS_STATEMENTS, "of struct");

/* Lines of a room in a row, all of one day. */
struct run {
	int64_t room, day, lines, public_lines, changed, first_seq, last_seq;
};

int day_counts_init(struct day_counts *d, struct sqlite3 *db)
{
	*d = (struct day_counts){ .db = db };
	return sqlite_prepare_all(db, statement_sql, STATEMENT_COUNT,
				  d->statements);
}

void day_counts_fini(struct day_counts *d)
{
	sqlite_finalize_all(d->statements, STATEMENT_COUNT);
}

static int write_run(struct day_counts *d, enum statement which,
		     const struct run *r)
{
	struct sqlite3_stmt *stmt = d->statements[which];

	sqlite_bind_number(stmt, 1, r->room);
	sqlite_bind_number(stmt, 2, r->day);
	sqlite_bind_number(stmt, 3, r->lines);
	sqlite_bind_number(stmt, 4, r->public_lines);
	sqlite_bind_number(stmt, 5, r->changed);
	if (which == STATEMENT_SAVE)
		sqlite_bind_number(stmt, 6, r->first_seq);
	sqlite_bind_number(stmt, 7, r->last_seq);
	return sqlite_step(stmt);
}

static int save_run(struct day_counts *d, const struct run *r)
{
	int error = write_run(d, STATEMENT_GO_ON, r);

	if (!error && sqlite3_changes(d->db) == 0)
		error = write_run(d, STATEMENT_SAVE, r);
	return error;
}

static void begin_run(struct run *r, const struct late_line *line)
{
	*r = (struct run){
		.room = line->room,
		.day = chain_day(line->at),
		.first_seq = line->seq,
		.changed = line->at,
	};
}

static void add_to_run(struct run *r, const struct late_line *line)
{
	r->lines++;
	r->public_lines += line->is_public;
	r->last_seq = line->seq;
	if (line->at > r->changed)
		r->changed = line->at;
}

static int save_runs(struct day_counts *d, const struct late_line *sorted,
		     size_t count)
{
	struct run r = { .lines = 0 };
	int error = 0;

	for (size_t i = 0; i < count && !error; i++) {
		bool is_next = sorted[i].room == r.room &&
			       chain_day(sorted[i].at) == r.day;

		if (r.lines > 0 && !is_next)
			error = save_run(d, &r);
		if (r.lines == 0 || !is_next)
			begin_run(&r, &sorted[i]);
		add_to_run(&r, &sorted[i]);
	}
	return error ? error : save_run(d, &r);
}

int day_counts_run(struct day_counts *d, struct late_lines *lines)
{
	size_t count = lines->count - lines->counted;
	struct late_line *sorted;
	int error;

	if (!count)
		return 0;
	sorted = late_lines_by_room(lines, lines->counted, count);
	error = save_runs(d, sorted, count);
	mem_free(&sorted);
	if (error)
		return error;
	sqlite_bind_number(d->statements[STATEMENT_SET_MARK], 1,
			   lines->lines[lines->count - 1].seq);
	error = sqlite_step(d->statements[STATEMENT_SET_MARK]);
	if (!error)
		lines->counted = lines->count;
	return error;
}
