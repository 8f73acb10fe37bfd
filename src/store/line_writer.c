/* SPDX-License-Identifier: MIT */
#include "store/line_writer.h"

#include <string.h>

#include <sqlite3.h>

#include "base/error.h"
#include "base/log.h"
#include "base/rand.h"
#include "store/chain.h"
#include "store/record.h"
#include "store/sqlite.h"

#define STATEMENT_TABLE(X)                                                   \
	X(ROOM, "SELECT id FROM rooms WHERE jid = ?1")                       \
	X(DAY, "SELECT chain, is_closed FROM days"                           \
	       " WHERE room = ?1 AND day = ?2")                              \
	/* a commit that failed late may have gone through: no line twice */ \
	X(SAVE,                                                              \
	  "INSERT INTO archive (room, id, at, jid, nick, occupant_id,"       \
	  " stanza, body, is_subject, is_public, hats, salt, digest, chain)" \
	  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"      \
	  " ?13, ?14) ON CONFLICT (id) DO NOTHING")                          \
	X(INDEX, "INSERT INTO archive_words (rowid, body) VALUES (?1, ?2)")  \
	X(ADD_TO_DAY,                                                        \
	  "INSERT INTO days (room, day, lines, public_lines, tombstones,"    \
	  " public_tombstones, changed, first_seq, last_seq, chain)"         \
	  " VALUES (?1, ?2, 1, ?3, 0, 0, ?4, ?5, ?5, ?6)"                    \
	  " ON CONFLICT (room, day) DO UPDATE SET lines = lines + 1,"        \
	  " public_lines = public_lines + ?3, is_closed = 0,"                \
	  " changed = max(changed, ?4), last_seq = ?5, chain = ?6")          \
	X(REOPEN, "DELETE FROM closed_days WHERE room = ?1 AND day = ?2")    \
	X(FIND, "SELECT seq, at, is_public, is_tombstone FROM archive"       \
		" WHERE room = ?1 AND id = ?2")                              \
	/* the first of two is the one that counts */                        \
	X(SEAL,                                                              \
	  "INSERT INTO sealed (seq, stanza, body, sealed_by, reason, at,"    \
	  " salt) SELECT seq, stanza, body, ?2, ?3, ?4, salt FROM archive"   \
	  " WHERE seq = ?1 ON CONFLICT (seq) DO NOTHING")                    \
	X(UNINDEX, "INSERT INTO archive_words (archive_words, rowid, body)"  \
		   " SELECT 'delete', seq, body FROM archive"                \
		   " WHERE seq = ?1 AND body IS NOT NULL")                   \
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

/* A line on its way into a day. */
struct place {
	int64_t room;
	int64_t day;
	unsigned char chain[CHAIN_SIZE]; /* the day's, before and then after */
	bool is_closed;
};

int line_writer_init(struct line_writer *w, struct sqlite3 *db)
{
	*w = (struct line_writer){ .db = db };
	return sqlite_prepare_all(db, statement_sql, STATEMENT_COUNT,
				  w->statements);
}

void line_writer_fini(struct line_writer *w)
{
	sqlite_finalize_all(w->statements, STATEMENT_COUNT);
}

static struct sqlite3_stmt *get(struct line_writer *w, enum statement which)
{
	return w->statements[which];
}

static int find_room(struct line_writer *w, const char *jid, int64_t *room_out)
{
	struct sqlite3_stmt *stmt = get(w, STATEMENT_ROOM);
	int error;

	sqlite_bind_text(stmt, 1, jid);
	if (sqlite_next(stmt, &error))
		*room_out = sqlite3_column_int64(stmt, 0);
	else if (!error)
		error = HW_E_NOT_FOUND;
	sqlite_reset(stmt);
	return error;
}

/* The chain goes on where it is, or begins. */
static int find_place(struct line_writer *w, const struct record *r,
		      struct place *p)
{
	struct sqlite3_stmt *stmt = get(w, STATEMENT_DAY);
	int error = find_room(w, r->room, &p->room);

	if (error)
		return error;
	p->day = chain_day(r->as_message.at);
	sqlite_bind_number(stmt, 1, p->room);
	sqlite_bind_number(stmt, 2, p->day);
	if (!sqlite_next(stmt, &error)) {
		chain_begin(r->room, p->day, p->chain);
	} else if (sqlite3_column_bytes(stmt, 0) != CHAIN_SIZE) {
		error = HW_E_CORRUPT;
	} else {
		memcpy(p->chain, sqlite3_column_blob(stmt, 0), CHAIN_SIZE);
		p->is_closed = sqlite3_column_int(stmt, 1) != 0;
	}
	sqlite_reset(stmt);
	return error;
}

/* The row alone; the chain in place is then that behind it. */
static int insert(struct line_writer *w, const struct record_message *m,
		  struct place *p)
{
	struct sqlite3_stmt *stmt = get(w, STATEMENT_SAVE);
	unsigned char salt[CHAIN_SALT_SIZE], digest[CHAIN_SIZE];

	rand_nonce(salt, sizeof(salt));
	chain_digest(salt, m->id, m->at, m->stanza, digest);
	chain_add(p->chain, digest);
	sqlite_bind_number(stmt, 1, p->room);
	sqlite_bind_text(stmt, 2, m->id);
	sqlite_bind_number(stmt, 3, m->at);
	sqlite_bind_text(stmt, 4, m->jid);
	sqlite_bind_text(stmt, 5, m->nick);
	sqlite_bind_text(stmt, 6, m->occupant_id);
	sqlite_bind_text(stmt, 7, m->stanza);
	sqlite_bind_text(stmt, 8, m->body);
	sqlite_bind_number(stmt, 9, m->is_subject);
	sqlite_bind_number(stmt, 10, m->is_public);
	sqlite_bind_text(stmt, 11, m->hats);
	sqlite_bind_blob(stmt, 12, salt, sizeof(salt));
	sqlite_bind_blob(stmt, 13, digest, sizeof(digest));
	sqlite_bind_blob(stmt, 14, p->chain, sizeof(p->chain));
	return sqlite_step(stmt);
}

static int index_words(struct line_writer *w, int64_t seq, const char *body)
{
	struct sqlite3_stmt *stmt = get(w, STATEMENT_INDEX);

	if (!body)
		return 0;
	sqlite_bind_number(stmt, 1, seq);
	sqlite_bind_text(stmt, 2, body);
	return sqlite_step(stmt);
}

/* Somebody has set the clock back: the day is closed anew when it is over. */
static int reopen(struct line_writer *w, const struct record *r,
		  const struct place *p)
{
	struct sqlite3_stmt *stmt = get(w, STATEMENT_REOPEN);
	char day[CHAIN_DAY_SIZE];

	chain_day_print(p->day, day);
	log_warn(LOG_STORE,
		 "%s: a line for %s, a day that was closed; it is "
		 "open again",
		 r->room, day);
	sqlite_bind_number(stmt, 1, p->room);
	sqlite_bind_number(stmt, 2, p->day);
	return sqlite_step(stmt);
}

static int add_to_day(struct line_writer *w, const struct record *r,
		      const struct place *p, int64_t seq)
{
	struct sqlite3_stmt *stmt = get(w, STATEMENT_ADD_TO_DAY);

	sqlite_bind_number(stmt, 1, p->room);
	sqlite_bind_number(stmt, 2, p->day);
	sqlite_bind_number(stmt, 3, r->as_message.is_public);
	sqlite_bind_number(stmt, 4, r->as_message.at);
	sqlite_bind_number(stmt, 5, seq);
	sqlite_bind_blob(stmt, 6, p->chain, sizeof(p->chain));
	return sqlite_step(stmt);
}

int line_writer_save(struct line_writer *w, const struct record *r)
{
	struct place place = { .is_closed = false };
	int64_t seq;
	int error = find_place(w, r, &place);

	if (!error)
		error = insert(w, &r->as_message, &place);
	if (error || sqlite3_changes(w->db) == 0)
		return error;
	seq = sqlite3_last_insert_rowid(w->db);
	error = index_words(w, seq, r->as_message.body);
	if (!error && place.is_closed)
		error = reopen(w, r, &place);
	return error ? error : add_to_day(w, r, &place, seq);
}

/* What of a line a retraction has to know. */
struct grave {
	int64_t room, seq, at;
	bool is_public, is_tombstone;
};

static int find_grave(struct line_writer *w, const struct record *r,
		      struct grave *g)
{
	struct sqlite3_stmt *stmt = get(w, STATEMENT_FIND);
	int error = find_room(w, r->room, &g->room);

	if (error)
		return error;
	sqlite_bind_number(stmt, 1, g->room);
	sqlite_bind_text(stmt, 2, r->as_retraction.id);
	if (sqlite_next(stmt, &error)) {
		g->seq = sqlite3_column_int64(stmt, 0);
		g->at = sqlite3_column_int64(stmt, 1);
		g->is_public = sqlite3_column_int(stmt, 2) != 0;
		g->is_tombstone = sqlite3_column_int(stmt, 3) != 0;
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
	struct grave grave;
	int error = find_grave(w, r, &grave);

	if (error)
		return error == HW_E_NOT_FOUND ? 0 : error;
	error = seal(w, &r->as_retraction, &grave);
	return error ? error : bury(w, &r->as_retraction, &grave);
}
