/* SPDX-License-Identifier: MIT */
#include "store/late_lines.h"

#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include "base/mem.h"
#include "store/sqlite.h"

#define STATEMENT_TABLE(X)                               \
	X(MARKS, "SELECT seq, counted FROM indexed")     \
	X(LINES, "SELECT seq, room, at, is_public,"      \
		 " ifnull(length(body), 0) FROM archive" \
		 " WHERE seq > ?1 ORDER BY seq")

#define STATEMENT_MEMBER(name, sql) STATEMENT_##name,
enum statement { STATEMENT_TABLE(STATEMENT_MEMBER) STATEMENT_COUNT };

#define STATEMENT_SQL(name, sql) sql,
static const char *const statement_sql[] = { STATEMENT_TABLE(STATEMENT_SQL) };

_Static_assert(STATEMENT_COUNT == LATE_LINES_STATEMENTS, "of struct");

int late_lines_init(struct late_lines *l, struct sqlite3 *db)
{
	int error;

	*l = (struct late_lines){ .lines = NULL };
	error = sqlite_prepare_all(db, statement_sql, STATEMENT_COUNT,
				   l->statements);
	return error ? error : late_lines_load(l);
}

void late_lines_fini(struct late_lines *l)
{
	sqlite_finalize_all(l->statements, STATEMENT_COUNT);
	mem_free(&l->lines);
}

void late_lines_add(struct late_lines *l, const struct late_line *line)
{
	if (l->count == l->cap) {
		l->cap = l->cap ? 2 * l->cap : 256;
		l->lines = mem_realloc(l->lines, l->cap * sizeof(*l->lines));
	}
	l->lines[l->count++] = *line;
	l->bytes += line->bytes;
}

static int read_marks(struct late_lines *l, int64_t *indexed_out,
		      int64_t *counted_out)
{
	struct sqlite3_stmt *stmt = l->statements[STATEMENT_MARKS];
	int error;

	*indexed_out = *counted_out = 0;
	if (sqlite_next(stmt, &error)) {
		*indexed_out = sqlite3_column_int64(stmt, 0);
		*counted_out = sqlite3_column_int64(stmt, 1);
	}
	sqlite_reset(stmt);
	return error;
}

static int read_lines(struct late_lines *l, int64_t indexed, int64_t counted)
{
	struct sqlite3_stmt *stmt = l->statements[STATEMENT_LINES];
	int error;

	sqlite_bind_number(stmt, 1, indexed);
	while (sqlite_next(stmt, &error)) {
		const struct late_line line = {
			.seq = sqlite3_column_int64(stmt, 0),
			.room = sqlite3_column_int64(stmt, 1),
			.at = sqlite3_column_int64(stmt, 2),
			.is_public = sqlite3_column_int(stmt, 3) != 0,
			.bytes = (size_t)sqlite3_column_int64(stmt, 4),
		};

		late_lines_add(l, &line);
		l->counted += line.seq <= counted;
	}
	sqlite_reset(stmt);
	return error;
}

int late_lines_load(struct late_lines *l)
{
	int64_t indexed, counted;
	int error;

	if (l->is_known)
		return 0;
	l->count = l->bytes = l->counted = l->indexed = 0;
	error = read_marks(l, &indexed, &counted);
	if (!error)
		error = read_lines(l, indexed, counted);
	l->is_known = error == 0;
	return error;
}

void late_lines_settle(struct late_lines *l)
{
	if (!l->indexed)
		return;
	for (size_t i = 0; i < l->indexed; i++)
		l->bytes -= l->lines[i].bytes;
	l->count -= l->indexed;
	l->counted -= l->indexed;
	memmove(l->lines, l->lines + l->indexed, l->count * sizeof(*l->lines));
	l->indexed = 0;
}

void late_lines_doubt(struct late_lines *l)
{
	l->is_known = false;
}

bool late_lines_has_uncounted(const struct late_lines *l, int64_t room)
{
	for (size_t i = l->counted; i < l->count; i++)
		if (l->lines[i].room == room)
			return true;
	return false;
}

static int compare(const void *a, const void *b)
{
	const struct late_line *one = a, *other = b;

	if (one->room != other->room)
		return one->room < other->room ? -1 : 1;
	return one->seq < other->seq ? -1 : one->seq > other->seq;
}

struct late_line *late_lines_by_room(const struct late_lines *l, size_t from,
				     size_t count)
{
	struct late_line *sorted = mem_alloc(count * sizeof(*sorted));

	require(from + count <= l->count);
	memcpy(sorted, l->lines + from, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), compare);
	return sorted;
}
