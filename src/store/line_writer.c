/* SPDX-License-Identifier: MIT */
#include "store/line_writer.h"

#include <string.h>

#include <sqlite3.h>

#include "base/error.h"
#include "base/log.h"
#include "base/rand.h"
#include "store/chain.h"
#include "store/line_index.h"
#include "store/record.h"
#include "store/sqlite.h"

#define STATEMENT_TABLE(X)                                                   \
	/* a commit that failed late may have gone through: no line twice */ \
	X(SAVE,                                                              \
	  "INSERT INTO archive (room, id, at, jid, nick, occupant_id,"       \
	  " stanza, body, is_subject, is_public, hats, salt, digest, chain)" \
	  " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"      \
	  " ?13, ?14) ON CONFLICT (id) DO NOTHING")                          \
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
		     struct line_index *index)
{
	int error;

	*w = (struct line_writer){ .db = db, .index = index };
	error = places_init(&w->places, db);
	return error ? error
		     : sqlite_prepare_all(db, statement_sql, STATEMENT_COUNT,
					  w->statements);
}

void line_writer_fini(struct line_writer *w)
{
	sqlite_finalize_all(w->statements, STATEMENT_COUNT);
	places_fini(&w->places);
}

static struct sqlite3_stmt *get(struct line_writer *w, enum statement which)
{
	return w->statements[which];
}

/* The row alone; chain is then the value behind it. */
static int insert(struct line_writer *w, const struct record_message *m,
		  int64_t room, unsigned char chain[CHAIN_SIZE])
{
	struct sqlite3_stmt *stmt = get(w, STATEMENT_SAVE);
	unsigned char salt[CHAIN_SALT_SIZE], digest[CHAIN_SIZE];

	rand_nonce(salt, sizeof(salt));
	chain_digest(salt, m->id, m->at, m->stanza, digest);
	chain_add(chain, digest);
	sqlite_bind_number(stmt, 1, room);
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
	sqlite_bind_blob(stmt, 14, chain, CHAIN_SIZE);
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

int line_writer_save(struct line_writer *w, const struct record *r)
{
	const struct record_message *m = &r->as_message;
	unsigned char chain[CHAIN_SIZE];
	struct place *place;
	int error = places_get(&w->places, r->room, m->at, &place);

	if (error)
		return error;
	memcpy(chain, place->chain, CHAIN_SIZE);
	error = insert(w, m, place->room, chain);
	if (error || sqlite3_changes(w->db) == 0)
		return error;
	if (place->is_closed && place->lines == 0)
		error = reopen(w, r, place);
	if (error)
		return error;
	memcpy(place->chain, chain, CHAIN_SIZE);
	places_add(&w->places, place, sqlite3_last_insert_rowid(w->db), m->at,
		   m->is_public);
	line_index_note(w->index, m->body);
	return 0;
}

int line_writer_finish(struct line_writer *w)
{
	return places_save(&w->places);
}

void line_writer_forget(struct line_writer *w)
{
	places_forget(&w->places);
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
	int error = find_grave(w, r, &grave);

	if (error)
		return error == HW_E_NOT_FOUND ? 0 : error;
	error = places_save(&w->places);
	if (!error)
		error = seal(w, &r->as_retraction, &grave);
	return error ? error : bury(w, &r->as_retraction, &grave);
}
