/* SPDX-License-Identifier: MIT */
#include "store/line_writer.h"

#include <string.h>

#include <sqlite3.h>

#include "base/error.h"
#include "base/log.h"
#include "base/rand.h"
#include "store/chain.h"
#include "store/late_lines.h"
#include "store/record.h"
#include "store/sqlite.h"

/* Lines are written many at once: what a statement costs is paid once for them. */
#define ROW "(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
#define ROW_COLUMNS 14
#define ROWS_4 ROW ", " ROW ", " ROW ", " ROW
#define ROWS_8 ROWS_4 ", " ROWS_4
#define ROWS_32 ROWS_8 ", " ROWS_8 ", " ROWS_8 ", " ROWS_8
/* A commit that failed late may have gone through: no line twice. FAIL: all is
 * rolled back anyway, so no statement has to be able to be undone alone. */
#define INSERT(rows)                                                \
	"INSERT OR FAIL INTO archive (room, id, at, jid, nick,"     \
	" occupant_id,"                                             \
	" stanza, body, is_subject, is_public, hats, salt, digest," \
	" chain) VALUES " rows " ON CONFLICT (id) DO NOTHING"

#define STATEMENT_TABLE(X)                                                   \
	X(SAVE, INSERT(ROW))                                                 \
	X(SAVE_8, INSERT(ROWS_8))                                            \
	X(SAVE_32, INSERT(ROWS_32))                                          \
	X(REOPEN, "DELETE FROM closed_days WHERE room = ?1 AND day = ?2")    \
	X(FIND, "SELECT seq, at, is_public, is_tombstone, room FROM archive" \
		" WHERE id = ?2 AND room ="                                  \
		" (SELECT id FROM rooms WHERE jid = ?1)")                    \
	/* the first of two is the one that counts */                        \
	X(SEAL,                                                              \
	  "INSERT INTO sealed (seq, stanza, body, sealed_by, reason, at,"    \
	  " salt) SELECT seq, stanza, body, ?2, ?3, ?4, salt FROM archive"   \
	  " WHERE seq = ?1 ON CONFLICT (seq) DO NOTHING")                    \
	/* the words of a line behind the mark are not there yet */          \
	X(UNINDEX, "INSERT INTO archive_words (archive_words, rowid, body)"  \
		   " SELECT 'delete', seq, body FROM archive"                \
		   " WHERE seq = ?1 AND body IS NOT NULL"                    \
		   " AND seq <= (SELECT seq FROM indexed)")                  \
	X(BURY, "UPDATE archive SET stanza = ?2, body = NULL, salt = NULL,"  \
		" is_tombstone = 1 WHERE seq = ?1")                          \
	X(MARK_DAY,                                                          \
	  "UPDATE days SET tombstones = tombstones + ?3,"                    \
	  " public_tombstones = public_tombstones + ?4,"                     \
	  " changed = max(changed, ?5) WHERE room = ?1 AND day = ?2")

#define STATEMENT_MEMBER(name, sql) STATEMENT_##name,
enum statement { STATEMENT_TABLE(STATEMENT_MEMBER) STATEMENT_COUNT };

#define STATEMENT_SQL(name, sql) sql,
static const char *const statement_sql[] = { STATEMENT_TABLE(STATEMENT_SQL) };

_Static_assert(STATEMENT_COUNT == LINE_WRITER_STATEMENTS, "of struct");

int line_writer_init(struct line_writer *w, struct sqlite3 *db,
		     struct late_lines *late)
{
	int error;

	*w = (struct line_writer){ .db = db, .late = late };
	error = places_init(&w->places, db);
	if (!error)
		error = day_counts_init(&w->days, db);
	return error ? error
		     : sqlite_prepare_all(db, statement_sql, STATEMENT_COUNT,
					  w->statements);
}

void line_writer_fini(struct line_writer *w)
{
	sqlite_finalize_all(w->statements, STATEMENT_COUNT);
	day_counts_fini(&w->days);
	places_fini(&w->places);
}

static struct sqlite3_stmt *get(struct line_writer *w, enum statement which)
{
	return w->statements[which];
}

/*
 * Rows
 */

static void bind_row(struct sqlite3_stmt *stmt, int at,
		     const struct line_row *row)
{
	const struct record_message *m = row->message;

	sqlite_bind_number(stmt, at + 1, row->room);
	sqlite_bind_text(stmt, at + 2, m->id);
	sqlite_bind_number(stmt, at + 3, m->at);
	sqlite_bind_text(stmt, at + 4, m->jid);
	sqlite_bind_text(stmt, at + 5, m->nick);
	sqlite_bind_text(stmt, at + 6, m->occupant_id);
	sqlite_bind_text(stmt, at + 7, m->stanza);
	sqlite_bind_text(stmt, at + 8, m->body);
	sqlite_bind_number(stmt, at + 9, m->is_subject);
	sqlite_bind_number(stmt, at + 10, m->is_public);
	sqlite_bind_text(stmt, at + 11, m->hats);
	sqlite_bind_blob(stmt, at + 12, row->salt, CHAIN_SALT_SIZE);
	sqlite_bind_blob(stmt, at + 13, row->digest, CHAIN_SIZE);
	sqlite_bind_blob(stmt, at + 14, row->chain, CHAIN_SIZE);
}

/* Their numbers follow each other. */
static void note_late(struct line_writer *w, const struct line_row *rows,
		      size_t count)
{
	int64_t seq = sqlite3_last_insert_rowid(w->db) - (int64_t)count;

	for (size_t i = 0; i < count; i++) {
		const struct record_message *m = rows[i].message;
		const struct late_line line = {
			.seq = ++seq,
			.room = rows[i].room,
			.at = m->at,
			.bytes = m->body ? strlen(m->body) : 0,
			.is_public = m->is_public,
		};

		late_lines_add(w->late, &line);
	}
}

/* written_out: false, if one of them was there already. */
static int insert(struct line_writer *w, enum statement which,
		  const struct line_row *rows, size_t count, bool *written_out)
{
	struct sqlite3_stmt *stmt = get(w, which);
	int error;

	for (size_t i = 0; i < count; i++)
		bind_row(stmt, (int)i * ROW_COLUMNS, &rows[i]);
	error = sqlite_step(stmt);
	*written_out = !error && sqlite3_changes(w->db) == (int)count;
	if (*written_out)
		note_late(w, rows, count);
	return error;
}

static const struct portion {
	enum statement which;
	size_t count;
} portions[] = {
	{ STATEMENT_SAVE_32, 32 },
	{ STATEMENT_SAVE_8, 8 },
	{ STATEMENT_SAVE, 1 },
};

static const struct portion *choose_portion(size_t count)
{
	const struct portion *p = portions;

	while (p->count > count)
		p++;
	return p;
}

/* If a line is there already, the chain is wrong behind it; if one does not fit,
 * nobody knows which: all is tried again, line by line. */
static int flush(struct line_writer *w)
{
	size_t done = 0;
	bool was_written = true;
	int error = 0;

	while (done < w->row_count && !error && was_written) {
		const struct portion *p = choose_portion(w->row_count - done);

		error = insert(w, p->which, w->rows + done, p->count,
			       &was_written);
		done += p->count;
	}
	w->row_count = 0;
	return !was_written && (!error || error == HW_E_INVALID) ? HW_E_BUSY
								 : error;
}

/*
 * Lines
 */

/* Not known, its day's row is to say all before it is read. */
static int read_place(struct line_writer *w, const char *room, int64_t day,
		      struct place **place_out)
{
	int64_t key = 0;
	int error = flush(w);

	if (!error)
		error = places_find_room(&w->places, room, &key);
	if (!error && late_lines_has_uncounted(w->late, key))
		error = line_writer_count(w);
	return error ? error
		     : places_read(&w->places, room, key, day, place_out);
}

static int get_place(struct line_writer *w, const char *room, int64_t day,
		     struct place **place_out)
{
	*place_out = places_find(&w->places, room, day);
	return *place_out ? 0 : read_place(w, room, day, place_out);
}

/* Somebody has set the clock back: the day is closed anew when it is over. */
static int reopen(struct line_writer *w, const struct record *r,
		  struct place *p)
{
	struct sqlite3_stmt *stmt = get(w, STATEMENT_REOPEN);
	char day[CHAIN_DAY_SIZE];

	chain_day_print(p->day, day);
	log_warn(LOG_STORE,
		 "%s: a line for %s, a day that was closed; it is "
		 "open again",
		 r->room, day);
	p->is_closed = false;
	w->has_reopened = true;
	sqlite_bind_number(stmt, 1, p->room);
	sqlite_bind_number(stmt, 2, p->day);
	return sqlite_step(stmt);
}

static void fill_row(struct line_row *row, const struct record_message *m,
		     const struct place *place)
{
	row->message = m;
	row->room = place->room;
	rand_nonce(row->salt, sizeof(row->salt));
	chain_digest(row->salt, m->id, m->at, m->stanza, row->digest);
	memcpy(row->chain, place->chain, CHAIN_SIZE);
	chain_add(row->chain, row->digest);
}

/* It may be there. */
static int save_alone(struct line_writer *w, const struct record *r,
		      struct place *place)
{
	struct line_row row;
	bool was_written;
	int error = flush(w);

	if (error)
		return error;
	fill_row(&row, &r->as_message, place);
	error = insert(w, STATEMENT_SAVE, &row, 1, &was_written);
	if (error || !was_written)
		return error;
	memcpy(place->chain, row.chain, CHAIN_SIZE);
	return place->is_closed ? reopen(w, r, place) : 0;
}

int line_writer_save(struct line_writer *w, const struct record *r)
{
	const struct record_message *m = &r->as_message;
	struct place *place;
	struct line_row *row;
	int error = get_place(w, r->room, chain_day(m->at), &place);

	if (error)
		return error;
	if (w->is_careful || place->is_closed)
		return save_alone(w, r, place);
	row = &w->rows[w->row_count++];
	fill_row(row, m, place);
	memcpy(place->chain, row->chain, CHAIN_SIZE);
	return w->row_count == LINE_WRITER_ROWS ? flush(w) : 0;
}

int line_writer_count(struct line_writer *w)
{
	return day_counts_run(&w->days, w->late);
}

int line_writer_finish(struct line_writer *w)
{
	int error = flush(w);

	return error || !w->has_reopened ? error : line_writer_count(w);
}

void line_writer_forget(struct line_writer *w)
{
	places_forget(&w->places);
}

void line_writer_end(struct line_writer *w, bool is_committed)
{
	w->row_count = 0;
	w->has_reopened = false;
	w->is_careful = !is_committed;
	if (!is_committed)
		line_writer_forget(w);
}

/*
 * What is taken back
 */

/* What of a line a retraction has to know. */
struct grave {
	int64_t room, seq, at;
	bool is_public, is_tombstone;
};

static int find_grave(struct line_writer *w, const struct record *r,
		      struct grave *g)
{
	struct sqlite3_stmt *stmt = get(w, STATEMENT_FIND);
	int error;

	sqlite_bind_text(stmt, 1, r->room);
	sqlite_bind_text(stmt, 2, r->as_retraction.id);
	if (sqlite_next(stmt, &error)) {
		g->seq = sqlite3_column_int64(stmt, 0);
		g->at = sqlite3_column_int64(stmt, 1);
		g->is_public = sqlite3_column_int(stmt, 2) != 0;
		g->is_tombstone = sqlite3_column_int(stmt, 3) != 0;
		g->room = sqlite3_column_int64(stmt, 4);
	} else if (!error) {
		error = HW_E_NOT_FOUND;
	}
	sqlite_reset(stmt);
	return error;
}

/* The line is kept, and its salt, where nobody looks. */
static int seal(struct line_writer *w, const struct record_retraction *t,
		const struct grave *g)
{
	struct sqlite3_stmt *stmt = get(w, STATEMENT_SEAL);
	int error;

	sqlite_bind_number(stmt, 1, g->seq);
	sqlite_bind_text(stmt, 2, t->by);
	sqlite_bind_text(stmt, 3, t->reason);
	sqlite_bind_number(stmt, 4, t->at);
	error = sqlite_step(stmt);
	if (error)
		return error;
	stmt = get(w, STATEMENT_UNINDEX);
	sqlite_bind_number(stmt, 1, g->seq);
	return sqlite_step(stmt);
}

static int bury(struct line_writer *w, const struct record_retraction *t,
		const struct grave *g)
{
	struct sqlite3_stmt *stmt = get(w, STATEMENT_BURY);
	int error;

	sqlite_bind_number(stmt, 1, g->seq);
	sqlite_bind_text(stmt, 2, t->stanza);
	error = sqlite_step(stmt);
	if (error)
		return error;
	stmt = get(w, STATEMENT_MARK_DAY);
	sqlite_bind_number(stmt, 1, g->room);
	sqlite_bind_number(stmt, 2, chain_day(g->at));
	sqlite_bind_number(stmt, 3, !g->is_tombstone);
	sqlite_bind_number(stmt, 4, !g->is_tombstone && g->is_public);
	sqlite_bind_number(stmt, 5, t->at);
	return sqlite_step(stmt);
}

int line_writer_retract(struct line_writer *w, const struct record *r)
{
	struct grave grave = { .seq = 0 };
	int error = flush(w);

	if (!error)
		error = find_grave(w, r, &grave);
	if (error)
		return error == HW_E_NOT_FOUND ? 0 : error;
	if (late_lines_has_uncounted(w->late, grave.room))
		error = line_writer_count(w);
	if (!error)
		error = seal(w, &r->as_retraction, &grave);
	return error ? error : bury(w, &r->as_retraction, &grave);
}
