/* SPDX-License-Identifier: MIT */
#include "store/line_index.h"

#include <sqlite3.h>

#include "base/mem.h"
#include "store/late_lines.h"
#include "store/sqlite.h"

#define DUE 2000            /* lines; takes about 10 ms */
#define DUE_BYTES (1 << 19) /* of texts */
#define PORTION 2500        /* lines at once: those of the last batch as well */

#define STATEMENT_TABLE(X)                                             \
	X(WORDS, "INSERT INTO archive_words (rowid, body)"             \
		 " SELECT seq, body FROM archive"                      \
		 " WHERE seq >= ?1 AND seq <= ?2 AND body IS NOT NULL" \
		 " ORDER BY seq")                                      \
	X(ORDER, "INSERT INTO room_lines (room, seq, at, is_public)"   \
		 " VALUES (?1, ?2, ?3, ?4)")                           \
	X(SET_MARK, "UPDATE indexed SET seq = ?1")

#define STATEMENT_MEMBER(name, sql) STATEMENT_##name,
enum statement { STATEMENT_TABLE(STATEMENT_MEMBER) STATEMENT_COUNT };

#define STATEMENT_SQL(name, sql) sql,
static const char *const statement_sql[] = { STATEMENT_TABLE(STATEMENT_SQL) };

_Static_assert(STATEMENT_COUNT == LINE_INDEX_STATEMENTS, "of struct");

static struct sqlite3_stmt *get(struct line_index *x, enum statement which)
{
	return x->statements[which];
}

int line_index_init(struct line_index *x, struct sqlite3 *db)
{
	*x = (struct line_index){ .statements = { NULL } };
	return sqlite_prepare_all(db, statement_sql, STATEMENT_COUNT,
				  x->statements);
}

void line_index_fini(struct line_index *x)
{
	sqlite_finalize_all(x->statements, STATEMENT_COUNT);
}

bool line_index_is_due(const struct late_lines *lines, bool is_soon)
{
	if (!lines->is_known)
		return is_soon;
	return is_soon ? lines->count > 0
		       : lines->count >= DUE || lines->bytes >= DUE_BYTES;
}

static int add_words(struct line_index *x, int64_t first, int64_t last)
{
	struct sqlite3_stmt *stmt = get(x, STATEMENT_WORDS);

	sqlite_bind_number(stmt, 1, first);
	sqlite_bind_number(stmt, 2, last);
	return sqlite_step(stmt);
}

/* Room by room: those of one lie side by side. */
static int add_order(struct line_index *x, const struct late_lines *lines,
		     size_t count)
{
	struct late_line *sorted = late_lines_by_room(lines, 0, count);
	struct sqlite3_stmt *stmt = get(x, STATEMENT_ORDER);
	int error = 0;

	for (size_t i = 0; i < count && !error; i++) {
		sqlite_bind_number(stmt, 1, sorted[i].room);
		sqlite_bind_number(stmt, 2, sorted[i].seq);
		sqlite_bind_number(stmt, 3, sorted[i].at);
		sqlite_bind_number(stmt, 4, sorted[i].is_public);
		error = sqlite_step(stmt);
	}
	mem_free(&sorted);
	return error;
}

int line_index_run(struct line_index *x, struct late_lines *lines)
{
	size_t count = lines->count < PORTION ? lines->count : PORTION;
	int64_t last;
	int error;

	if (!count)
		return 0;
	last = lines->lines[count - 1].seq;
	error = add_words(x, lines->lines[0].seq, last);
	if (!error)
		error = add_order(x, lines, count);
	sqlite_bind_number(get(x, STATEMENT_SET_MARK), 1, last);
	if (!error)
		error = sqlite_step(get(x, STATEMENT_SET_MARK));
	if (!error)
		lines->indexed = count;
	return error;
}
