/* SPDX-License-Identifier: MIT */
#include "store/line_index.h"

#include <string.h>

#include <sqlite3.h>

#include "store/sqlite.h"

#define PORTION 2000 /* lines; takes about 10 ms */
#define PORTION_TEXT "2000"
#define PORTION_BYTES (1 << 19) /* of texts */

#define STATEMENT_TABLE(X)                                                 \
	X(MARK, "SELECT seq FROM indexed")                                 \
	X(UNTIL, "SELECT max(seq), count(*) FROM (SELECT seq FROM archive" \
		 " WHERE seq > ?1 ORDER BY seq LIMIT " PORTION_TEXT ")")   \
	X(COUNT_WAITING, "SELECT count(*) FROM archive WHERE seq > ?1")    \
	X(WORDS, "INSERT INTO archive_words (rowid, body)"                 \
		 " SELECT seq, body FROM archive"                          \
		 " WHERE seq > ?1 AND seq <= ?2 AND body IS NOT NULL"      \
		 " ORDER BY seq")                                          \
	X(ROOMS, "INSERT INTO room_lines (room, seq, at, is_public)"       \
		 " SELECT room, seq, at, is_public FROM archive"           \
		 " WHERE seq > ?1 AND seq <= ?2 ORDER BY room, seq")       \
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

/* Numbers of the one row that there is. */
static int ask(struct sqlite3_stmt *stmt, int64_t *first_out,
	       int64_t *second_out)
{
	int error;

	if (sqlite_next(stmt, &error)) {
		*first_out = sqlite3_column_int64(stmt, 0);
		if (second_out)
			*second_out = sqlite3_column_int64(stmt, 1);
	}
	sqlite_reset(stmt);
	return error;
}

int line_index_init(struct line_index *x, struct sqlite3 *db)
{
	int64_t mark = 0, waiting = 0;
	int error;

	*x = (struct line_index){ .lines = 0 };
	error = sqlite_prepare_all(db, statement_sql, STATEMENT_COUNT,
				   x->statements);
	if (!error)
		error = ask(get(x, STATEMENT_MARK), &mark, NULL);
	if (error)
		return error;
	/* after a crash there are some */
	sqlite_bind_number(get(x, STATEMENT_COUNT_WAITING), 1, mark);
	error = ask(get(x, STATEMENT_COUNT_WAITING), &waiting, NULL);
	x->lines = (size_t)waiting;
	return error;
}

void line_index_fini(struct line_index *x)
{
	sqlite_finalize_all(x->statements, STATEMENT_COUNT);
}

void line_index_note(struct line_index *x, const char *body)
{
	x->lines++;
	x->bytes += body ? strlen(body) : 0;
}

bool line_index_is_due(const struct line_index *x, bool is_soon)
{
	return is_soon ? x->lines > 0
		       : x->lines >= PORTION || x->bytes >= PORTION_BYTES;
}

static int run_span(struct line_index *x, enum statement which, int64_t after,
		    int64_t until)
{
	sqlite_bind_number(get(x, which), 1, after);
	sqlite_bind_number(get(x, which), 2, until);
	return sqlite_step(get(x, which));
}

int line_index_run(struct line_index *x, bool *more_out)
{
	int64_t mark = 0, until = 0, count = 0;
	int error = ask(get(x, STATEMENT_MARK), &mark, NULL);

	*more_out = false;
	if (error)
		return error;
	sqlite_bind_number(get(x, STATEMENT_UNTIL), 1, mark);
	error = ask(get(x, STATEMENT_UNTIL), &until, &count);
	if (!error && count > 0) {
		error = run_span(x, STATEMENT_WORDS, mark, until);
		if (!error)
			error = run_span(x, STATEMENT_ROOMS, mark, until);
		sqlite_bind_number(get(x, STATEMENT_SET_MARK), 1, until);
		if (!error)
			error = sqlite_step(get(x, STATEMENT_SET_MARK));
	}
	if (error)
		return error;
	*more_out = count == PORTION;
	if (!*more_out)
		x->lines = x->bytes = 0;
	return 0;
}
