/* SPDX-License-Identifier: MIT */
#include "store/backend.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/late_lines.h"
#include "store/line_index.h"
#include "store/line_writer.h"
#include "store/record.h"
#include "store/schema.h"
#include "store/sqlite.h"
#include "store/upkeep.h"

#define WRITE_PATIENCE 250 /* ms; then the store thread looks at its mails */

/* The writer's statements; ?1 is always the room. What names a room that has
 * no key yet makes none: STATEMENT_NAME_ROOM has run before. */
#define ROOM_KEY "(SELECT id FROM rooms WHERE jid = ?1)"
#define STATEMENT_TABLE(X)                                                   \
	X(BEGIN, "BEGIN IMMEDIATE")                                          \
	X(COMMIT, "COMMIT")                                                  \
	X(NAME_ROOM, "INSERT INTO rooms (jid) VALUES (?1)"                   \
		     " ON CONFLICT (jid) DO NOTHING")                        \
	X(SAVE_ROOM,                                                         \
	  "INSERT INTO room_states (room, config, subject, subject_nick,"    \
	  " subject_at, created, changed)"                                   \
	  " VALUES (" ROOM_KEY ", ?2, ?3, ?4, ?5, ?6, ?7)"                   \
	  " ON CONFLICT (room) DO UPDATE SET config = excluded.config,"      \
	  " subject = excluded.subject,"                                     \
	  " subject_nick = excluded.subject_nick,"                           \
	  " subject_at = excluded.subject_at, created = excluded.created,"   \
	  " changed = excluded.changed")                                     \
	X(DROP_ROOM, "DELETE FROM room_states WHERE room = " ROOM_KEY)       \
	X(DROP_AFFILIATIONS,                                                 \
	  "DELETE FROM affiliations WHERE room = " ROOM_KEY)                 \
	X(DROP_HATS, "DELETE FROM hats WHERE room = " ROOM_KEY)              \
	X(DROP_SESSIONS, "DELETE FROM sessions WHERE room = " ROOM_KEY)      \
	X(SAVE_AFFILIATION,                                                  \
	  "INSERT INTO affiliations (room, jid, affiliation, nick, reason,"  \
	  " at, details) VALUES (" ROOM_KEY ", ?2, ?3, ?4, ?5, ?6, ?7)"      \
	  " ON CONFLICT (room, jid) DO UPDATE SET"                           \
	  " affiliation = excluded.affiliation, nick = excluded.nick,"       \
	  " reason = excluded.reason, at = excluded.at,"                     \
	  " details = excluded.details")                                     \
	X(DROP_AFFILIATION,                                                  \
	  "DELETE FROM affiliations WHERE room = " ROOM_KEY " AND jid = ?2") \
	X(SAVE_SESSION,                                                      \
	  "INSERT INTO sessions (room, jid, nick, role, presence, joined,"   \
	  " changed) VALUES (" ROOM_KEY ", ?2, ?3, ?4, ?5, ?6, ?7)"          \
	  " ON CONFLICT (room, jid) DO UPDATE SET nick = excluded.nick,"     \
	  " role = excluded.role, presence = excluded.presence,"             \
	  " joined = excluded.joined, changed = excluded.changed")           \
	X(DROP_SESSION,                                                      \
	  "DELETE FROM sessions WHERE room = " ROOM_KEY " AND jid = ?2")     \
	X(SAVE_HEARTBEAT, "INSERT INTO heartbeat (one, at) VALUES (1, ?1)"   \
			  " ON CONFLICT (one) DO UPDATE SET at = excluded.at")\
	/* told twice, the first time is what counts */                      \
	X(SAVE_PROOF, "INSERT INTO proofs (domain, proof, at)"               \
		      " VALUES (?1, ?2, ?3) ON CONFLICT (domain) DO UPDATE"  \
		      " SET proof = excluded.proof, at = excluded.at"        \
		      " WHERE proof <> excluded.proof")                      \
	X(DROP_PROOF, "DELETE FROM proofs WHERE domain = ?1")                \
	X(SAVE_PRESENCE,                                                     \
	  "INSERT INTO presence (room, at, move, nick, other, occupant_id,"  \
	  " reason, is_public) VALUES (" ROOM_KEY ", ?2, ?3, ?4, ?5, ?6, ?7,"\
	  " ?8)")                                                            \
	X(SAVE_GAP, "INSERT INTO gaps (room, domain, since, until)"          \
		    " VALUES (" ROOM_KEY ", ?2, ?3, ?4)")                    \
	X(SAVE_HAT,                                                          \
	  "INSERT INTO hats (room, jid, uri, title, given_by, at)"           \
	  " VALUES (" ROOM_KEY ", ?2, ?3, ?4, ?5, ?6)"                       \
	  " ON CONFLICT (room, jid, uri) DO UPDATE SET"                      \
	  " title = excluded.title, given_by = excluded.given_by,"           \
	  " at = excluded.at")                                               \
	X(DROP_HAT, "DELETE FROM hats"                                       \
		    " WHERE room = " ROOM_KEY " AND jid = ?2 AND uri = ?3")  \
	X(SAVE_AUDIT,                                                        \
	  "INSERT INTO audit (room, at, done_by, act, target, reason,"       \
	  " detail) VALUES (" ROOM_KEY ", ?2, ?3, ?4, ?5, ?6, ?7)")          \
	X(SAVE_NEWS, "INSERT INTO news (id, at, text, link)"                 \
		     " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (id) DO NOTHING") \
	X(SAVE_GROUP,                                                        \
	  "INSERT OR REPLACE INTO list_groups (room, at, key, acronym, name,"\
	  " type, state, area, list_email, list_subscribe, list_archive,"    \
	  " charter, successor, chairs, is_retired, description) VALUES ("   \
	  ROOM_KEY ", ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13,"   \
	  " ?14, ?15, ?16)")                                                 \
	X(DROP_GROUP, "DELETE FROM list_groups WHERE key = ?1")              \
	X(SAVE_MEETING,                                                      \
	  "INSERT OR REPLACE INTO meetings (room, name, at, title, uid,"     \
	  " agenda, made_by, subject, state, planned, planned_end, started," \
	  " ended, is_public) VALUES (" ROOM_KEY ", ?2, ?3, ?4, ?5, ?6, ?7," \
	  " ?8, ?9, ?10, ?11, ?12, ?13, ?14)")                               \
	X(SAVE_NOTE,                                                         \
	  "INSERT INTO notes (room, meeting, at, id, kind, line, jid, nick," \
	  " person, text, other_text, number, other) VALUES (" ROOM_KEY ","  \
	  " ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"             \
	  " ON CONFLICT (id) DO NOTHING")

#define STATEMENT_MEMBER(name, sql) STATEMENT_##name,
enum statement { STATEMENT_TABLE(STATEMENT_MEMBER) STATEMENT_COUNT };

#define STATEMENT_SQL(name, sql) sql,
static const char *const statement_sql[] = { STATEMENT_TABLE(STATEMENT_SQL) };

/* What backend_ops calls self. */
struct sqlite {
	struct sqlite3 *db;
	struct sqlite3_stmt *statements[STATEMENT_COUNT];
	struct late_lines late;
	struct line_writer lines;
	struct line_index index;
	struct upkeep upkeep;
};

/* Only we may read what is said in closed rooms. SQLite gives its other files
 * the mode of this one. An existing file is not opened here: closing it would
 * take away the locks of this process's other handles. */
static int create_file(const char *path)
{
	int fd = open(path, O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
	int error;

	if (fd < 0 && errno == EEXIST)
		return 0;
	if (fd < 0) {
		error = hw_error_of_errno(errno);
		log_error(LOG_STORE, "%s: cannot create: %s", path,
			  hw_error_text(error));
		return error;
	}
	close(fd);
	return 0;
}

/* Readers must never wait for the writer, nor it for them: WAL or nothing. */
static int set_wal(struct sqlite3 *db)
{
	struct sqlite3_stmt *stmt = NULL;
	int error = sqlite_prepare(db, "PRAGMA journal_mode = WAL", &stmt);
	const char *mode;

	if (error)
		return error;
	error = sqlite_error(db, sqlite3_step(stmt));
	mode = (const char *)sqlite3_column_text(stmt, 0);
	if (error) {
		sqlite_log_error(db, "cannot set the journal's mode");
	} else if (!str_equal(mode, "wal")) {
		log_error(LOG_STORE,
			  "%s: its file system cannot hold a write-ahead log",
			  sqlite3_db_filename(db, "main"));
		error = HW_E_INVALID;
	}
	sqlite_finalize(&stmt);
	return error;
}

static int set_up(struct sqlite3 *db, enum backend_sync sync)
{
	int error = set_wal(db);

	if (error)
		return error;
	error = sqlite_run(db, sync == BACKEND_SYNC_FULL
				       ? "PRAGMA synchronous = FULL"
				       : "PRAGMA synchronous = NORMAL");
	if (!error) /* after a burst the log is cut back to 64 MiB */
		error = sqlite_run(db, "PRAGMA journal_size_limit = 67108864");
	if (!error) /* 16 MiB: the inner pages of tables and indices */
		error = sqlite_run(db, "PRAGMA cache_size = -16384");
	if (!error) /* 16 MiB of log between checkpoints: pages meet in it */
		error = sqlite_run(db, "PRAGMA wal_autocheckpoint = 4096");
	if (!error)
		error = sqlite_run(db, "PRAGMA trusted_schema = OFF");
	if (error)
		sqlite_log_error(db, "cannot set up");
	return error;
}

static int prepare_all(struct sqlite *s)
{
	int error = sqlite_prepare_all(s->db, statement_sql, STATEMENT_COUNT,
				       s->statements);

	if (!error)
		error = late_lines_init(&s->late, s->db);
	if (!error)
		error = line_index_init(&s->index, s->db);
	if (!error)
		error = line_writer_init(&s->lines, s->db, &s->late);
	return error ? error : upkeep_init(&s->upkeep, s->db);
}

static void backend_close(void *self)
{
	struct sqlite *s = self;

	sqlite_finalize_all(s->statements, STATEMENT_COUNT);
	line_writer_fini(&s->lines);
	line_index_fini(&s->index);
	late_lines_fini(&s->late);
	upkeep_fini(&s->upkeep);
	sqlite_close(&s->db);
	mem_free(&s);
}

static int backend_open(const char *path, enum backend_sync sync,
			void **self_out)
{
	struct sqlite *s;
	struct sqlite3 *db;
	int error = create_file(path);

	if (!error)
		error = sync == BACKEND_SYNC_FULL
				? sqlite_open_synced(path, &db)
				: sqlite_open(path, true, &db);
	if (error)
		return error;
	s = mem_new(struct sqlite);
	s->db = db;
	error = set_up(db, sync);
	if (!error)
		error = schema_migrate(db);
	if (!error)
		error = prepare_all(s);
	if (error) {
		backend_close(s);
		return error;
	}
	sqlite_set_patience(db, WRITE_PATIENCE);
	*self_out = s;
	return 0;
}

static struct sqlite3_stmt *get(struct sqlite *s, enum statement which)
{
	return s->statements[which];
}

static struct sqlite3_stmt *get_for_room(struct sqlite *s, enum statement which,
					 const struct record *r)
{
	sqlite_bind_text(get(s, which), 1, r->room);
	return get(s, which);
}

static int save_room(struct sqlite *s, const struct record *r)
{
	const struct record_room *room = &r->as_room;
	struct sqlite3_stmt *stmt = get_for_room(s, STATEMENT_SAVE_ROOM, r);

	sqlite_bind_text(stmt, 2, room->config);
	sqlite_bind_text(stmt, 3, room->subject);
	sqlite_bind_text(stmt, 4, room->subject_nick);
	sqlite_bind_number(stmt, 5, room->subject_at);
	sqlite_bind_number(stmt, 6, room->created);
	sqlite_bind_number(stmt, 7, r->at);
	return sqlite_step(stmt);
}

static int drop_room(struct sqlite *s, const struct record *r)
{
	static const enum statement drops[] = { STATEMENT_DROP_SESSIONS,
						STATEMENT_DROP_AFFILIATIONS,
						STATEMENT_DROP_HATS,
						STATEMENT_DROP_ROOM };
	int error = 0;

	for (size_t i = 0; i < array_len(drops) && !error; i++)
		error = sqlite_step(get_for_room(s, drops[i], r));
	return error;
}

static int save_affiliation(struct sqlite *s, const struct record *r)
{
	const struct record_affiliation *a = &r->as_affiliation;
	/* who only reserved a nick is listed as well */
	bool is_none = str_equal(a->affiliation, "none") && !a->nick;
	struct sqlite3_stmt *stmt =
		get_for_room(s,
			     is_none ? STATEMENT_DROP_AFFILIATION
				     : STATEMENT_SAVE_AFFILIATION,
			     r);

	sqlite_bind_text(stmt, 2, a->jid);
	if (is_none)
		return sqlite_step(stmt);
	sqlite_bind_text(stmt, 3, a->affiliation);
	sqlite_bind_text(stmt, 4, a->nick);
	sqlite_bind_text(stmt, 5, a->reason);
	sqlite_bind_number(stmt, 6, a->at);
	sqlite_bind_text(stmt, 7, a->details);
	return sqlite_step(stmt);
}

static int save_session(struct sqlite *s, const struct record *r)
{
	const struct record_session *session = &r->as_session;
	struct sqlite3_stmt *stmt = get_for_room(s, STATEMENT_SAVE_SESSION, r);

	sqlite_bind_text(stmt, 2, session->jid);
	sqlite_bind_text(stmt, 3, session->nick);
	sqlite_bind_text(stmt, 4, session->role);
	sqlite_bind_text(stmt, 5, session->presence);
	sqlite_bind_number(stmt, 6, session->joined);
	sqlite_bind_number(stmt, 7, r->at);
	return sqlite_step(stmt);
}

static int drop_session(struct sqlite *s, const struct record *r)
{
	struct sqlite3_stmt *stmt = get_for_room(s, STATEMENT_DROP_SESSION, r);

	sqlite_bind_text(stmt, 2, r->as_session.jid);
	return sqlite_step(stmt);
}

static int save_heartbeat(struct sqlite *s, const struct record *r)
{
	struct sqlite3_stmt *stmt = get(s, STATEMENT_SAVE_HEARTBEAT);

	sqlite_bind_number(stmt, 1, r->at);
	return sqlite_step(stmt);
}

static int save_proof(struct sqlite *s, const struct record *r)
{
	struct sqlite3_stmt *stmt =
		get(s, r->as_proof.proof ? STATEMENT_SAVE_PROOF
					 : STATEMENT_DROP_PROOF);

	sqlite_bind_text(stmt, 1, r->as_proof.domain);
	if (!r->as_proof.proof)
		return sqlite_step(stmt);
	sqlite_bind_text(stmt, 2, r->as_proof.proof);
	sqlite_bind_number(stmt, 3, r->at);
	return sqlite_step(stmt);
}

static int save_presence(struct sqlite *s, const struct record *r)
{
	const struct record_presence *p = &r->as_presence;
	struct sqlite3_stmt *stmt = get_for_room(s, STATEMENT_SAVE_PRESENCE, r);

	sqlite_bind_number(stmt, 2, r->at);
	sqlite_bind_number(stmt, 3, p->move);
	sqlite_bind_text(stmt, 4, p->nick);
	sqlite_bind_text(stmt, 5, p->other);
	sqlite_bind_text(stmt, 6, p->occupant_id);
	sqlite_bind_text(stmt, 7, p->reason);
	sqlite_bind_number(stmt, 8, p->is_public);
	return sqlite_step(stmt);
}

static int save_gap(struct sqlite *s, const struct record *r)
{
	struct sqlite3_stmt *stmt = get_for_room(s, STATEMENT_SAVE_GAP, r);

	sqlite_bind_text(stmt, 2, r->as_gap.domain);
	sqlite_bind_number(stmt, 3, r->as_gap.from);
	sqlite_bind_number(stmt, 4, r->as_gap.until);
	return sqlite_step(stmt);
}

static int save_hat(struct sqlite *s, const struct record *r)
{
	const struct record_hat *h = &r->as_hat;
	struct sqlite3_stmt *stmt = get_for_room(
		s, h->title ? STATEMENT_SAVE_HAT : STATEMENT_DROP_HAT, r);

	sqlite_bind_text(stmt, 2, h->jid);
	sqlite_bind_text(stmt, 3, h->uri);
	if (!h->title)
		return sqlite_step(stmt);
	sqlite_bind_text(stmt, 4, h->title);
	sqlite_bind_text(stmt, 5, h->by);
	sqlite_bind_number(stmt, 6, r->at);
	return sqlite_step(stmt);
}

static int save_audit(struct sqlite *s, const struct record *r)
{
	const struct record_audit *a = &r->as_audit;
	struct sqlite3_stmt *stmt = get_for_room(s, STATEMENT_SAVE_AUDIT, r);

	sqlite_bind_number(stmt, 2, r->at);
	sqlite_bind_text(stmt, 3, a->by);
	sqlite_bind_text(stmt, 4, a->act);
	sqlite_bind_text(stmt, 5, a->target);
	sqlite_bind_text(stmt, 6, a->reason);
	sqlite_bind_text(stmt, 7, a->detail);
	return sqlite_step(stmt);
}

static int save_meeting(struct sqlite *s, const struct record *r)
{
	const struct record_meeting *m = &r->as_meeting;
	struct sqlite3_stmt *stmt = get_for_room(s, STATEMENT_SAVE_MEETING, r);

	sqlite_bind_text(stmt, 2, m->name);
	sqlite_bind_number(stmt, 3, r->at);
	sqlite_bind_text(stmt, 4, m->title);
	sqlite_bind_text(stmt, 5, m->uid);
	sqlite_bind_text(stmt, 6, m->agenda);
	sqlite_bind_text(stmt, 7, m->by);
	sqlite_bind_text(stmt, 8, m->subject);
	sqlite_bind_number(stmt, 9, m->state);
	sqlite_bind_number(stmt, 10, m->planned);
	sqlite_bind_number(stmt, 11, m->planned_end);
	sqlite_bind_number(stmt, 12, m->started);
	sqlite_bind_number(stmt, 13, m->ended);
	sqlite_bind_number(stmt, 14, m->is_public);
	return sqlite_step(stmt);
}

static int save_note(struct sqlite *s, const struct record *r)
{
	const struct record_note *n = &r->as_note;
	struct sqlite3_stmt *stmt = get_for_room(s, STATEMENT_SAVE_NOTE, r);

	sqlite_bind_text(stmt, 2, n->meeting);
	sqlite_bind_number(stmt, 3, r->at);
	sqlite_bind_text(stmt, 4, n->id);
	sqlite_bind_text(stmt, 5, record_note_text(n->kind));
	sqlite_bind_text(stmt, 6, n->line);
	sqlite_bind_text(stmt, 7, n->jid);
	sqlite_bind_text(stmt, 8, n->nick);
	sqlite_bind_text(stmt, 9, n->person);
	sqlite_bind_text(stmt, 10, n->text);
	sqlite_bind_text(stmt, 11, n->other_text);
	sqlite_bind_number(stmt, 12, n->number);
	sqlite_bind_number(stmt, 13, n->other);
	return sqlite_step(stmt);
}

static int save_news(struct sqlite *s, const struct record *r)
{
	struct sqlite3_stmt *stmt = get(s, STATEMENT_SAVE_NEWS);

	sqlite_bind_text(stmt, 1, r->as_news.id);
	sqlite_bind_number(stmt, 2, r->at);
	sqlite_bind_text(stmt, 3, r->as_news.text);
	sqlite_bind_text(stmt, 4, r->as_news.link);
	return sqlite_step(stmt);
}

static int save_group(struct sqlite *s, const struct record *r)
{
	const struct record_group *g = &r->as_group;
	struct sqlite3_stmt *stmt = get_for_room(s, STATEMENT_SAVE_GROUP, r);

	sqlite_bind_number(stmt, 2, r->at);
	sqlite_bind_text(stmt, 3, g->key);
	sqlite_bind_text(stmt, 4, g->acronym);
	sqlite_bind_text(stmt, 5, g->name);
	sqlite_bind_text(stmt, 6, g->type);
	sqlite_bind_text(stmt, 7, g->state);
	sqlite_bind_text(stmt, 8, g->area);
	sqlite_bind_text(stmt, 9, g->list_email);
	sqlite_bind_text(stmt, 10, g->list_subscribe);
	sqlite_bind_text(stmt, 11, g->list_archive);
	sqlite_bind_text(stmt, 12, g->charter);
	sqlite_bind_text(stmt, 13, g->successor);
	sqlite_bind_text(stmt, 14, g->chairs);
	sqlite_bind_number(stmt, 15, g->is_retired);
	sqlite_bind_text(stmt, 16, g->description);
	return sqlite_step(stmt);
}

static int drop_group(struct sqlite *s, const struct record *r)
{
	struct sqlite3_stmt *stmt = get(s, STATEMENT_DROP_GROUP);

	sqlite_bind_text(stmt, 1, r->as_group.key);
	return sqlite_step(stmt);
}

static int save_of_kind(struct sqlite *s, const struct record *r)
{
	switch (r->kind) {
	case RECORD_ROOM:
		return save_room(s, r);
	case RECORD_ROOM_GONE:
		return drop_room(s, r);
	case RECORD_AFFILIATION:
		return save_affiliation(s, r);
	case RECORD_SESSION:
		return save_session(s, r);
	case RECORD_SESSION_GONE:
		return drop_session(s, r);
	case RECORD_MESSAGE:
		return line_writer_save(&s->lines, r);
	case RECORD_RETRACTION:
		return line_writer_retract(&s->lines, r);
	case RECORD_HEARTBEAT:
		return save_heartbeat(s, r);
	case RECORD_PROOF:
		return save_proof(s, r);
	case RECORD_PRESENCE:
		return save_presence(s, r);
	case RECORD_GAP:
		return save_gap(s, r);
	case RECORD_HAT:
		return save_hat(s, r);
	case RECORD_AUDIT:
		return save_audit(s, r);
	case RECORD_NEWS:
		return save_news(s, r);
	case RECORD_GROUP:
		return save_group(s, r);
	case RECORD_MEETING:
		return save_meeting(s, r);
	case RECORD_NOTE:
		return save_note(s, r);
	case RECORD_GROUP_GONE:
		return drop_group(s, r);
	}
	return HW_E_INVALID;
}

static int backend_save(void *self, const struct record *r)
{
	struct sqlite *s = self;
	int error = 0;

	if (r->room && r->kind != RECORD_MESSAGE)
		error = sqlite_step(get_for_room(s, STATEMENT_NAME_ROOM, r));
	return error ? error : save_of_kind(s, r);
}

/* Some errors have rolled back already. */
static void backend_rollback(void *self)
{
	struct sqlite *s = self;

	if (!sqlite3_get_autocommit(s->db) && sqlite_run(s->db, "ROLLBACK"))
		log_warn(LOG_STORE, "database: cannot roll back: %s",
			 sqlite3_errmsg(s->db));
	line_writer_end(&s->lines, false);
	late_lines_doubt(&s->late);
}

static int backend_begin(void *self)
{
	struct sqlite *s = self;
	int error = sqlite_step(get(s, STATEMENT_BEGIN));

	if (error)
		return error;
	error = late_lines_load(&s->late);
	if (error)
		backend_rollback(self);
	return error;
}

static int backend_commit(void *self)
{
	struct sqlite *s = self;
	int error = line_writer_finish(&s->lines);

	if (!error)
		error = sqlite_step(get(s, STATEMENT_COMMIT));
	if (error)
		return error;
	line_writer_end(&s->lines, true);
	late_lines_settle(&s->late);
	return 0;
}

/* Synced as all commits are, though a power cut would take nothing that could
 * not be made again: where a sync fails the kernel may forget what was to be
 * synced, this as well, and the batch behind it would not be readable. */
static int backend_index(void *self, bool is_soon, bool *more_out)
{
	struct sqlite *s = self;
	int error;

	*more_out = false;
	if (!line_index_is_due(&s->late, is_soon))
		return 0;
	error = backend_begin(self);
	if (error)
		return error;
	error = line_writer_count(&s->lines);
	if (!error)
		error = line_index_run(&s->index, &s->late);
	if (!error)
		error = backend_commit(self);
	if (error)
		backend_rollback(self);
	else
		*more_out = line_index_is_due(&s->late, is_soon);
	return error;
}

static int backend_tend(void *self, const struct backend_care *care,
			int64_t now, bool *more_out)
{
	struct sqlite *s = self;
	int error = backend_begin(self);

	*more_out = false;
	if (error)
		return error;
	error = line_writer_count(&s->lines);
	if (!error)
		error = upkeep_run(&s->upkeep, care, now, more_out);
	if (!error)
		error = backend_commit(self);
	if (error)
		backend_rollback(self);
	line_writer_forget(&s->lines);
	late_lines_doubt(&s->late); /* days were ended, perhaps */
	return error;
}

const struct backend_ops backend_sqlite = {
	.open = backend_open,
	.begin = backend_begin,
	.save = backend_save,
	.commit = backend_commit,
	.rollback = backend_rollback,
	.index = backend_index,
	.tend = backend_tend,
	.close = backend_close,
};
