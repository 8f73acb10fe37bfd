/* SPDX-License-Identifier: MIT */
#include "store/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/error.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/backend.h"
#include "store/record.h"
#include "store/schema.h"

#define OPEN_PATIENCE 5000 /* ms; at start somebody waits for an answer */
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
	X(DROP_SESSIONS, "DELETE FROM sessions WHERE room = " ROOM_KEY)      \
	X(SAVE_AFFILIATION,                                                  \
	  "INSERT INTO affiliations (room, jid, affiliation, nick, reason,"  \
	  " at) VALUES (" ROOM_KEY ", ?2, ?3, ?4, ?5, ?6)"                   \
	  " ON CONFLICT (room, jid) DO UPDATE SET"                           \
	  " affiliation = excluded.affiliation, nick = excluded.nick,"       \
	  " reason = excluded.reason, at = excluded.at")                     \
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
	/* a commit that failed late may have gone through: no line twice */ \
	X(SAVE_MESSAGE,                                                      \
	  "INSERT INTO archive (room, id, at, jid, nick, occupant_id,"       \
	  " stanza, body, is_subject)"                                       \
	  " VALUES (" ROOM_KEY ", ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)"           \
	  " ON CONFLICT (id) DO NOTHING")                                    \
	/* the first of two is the one that counts */                        \
	X(SEAL_MESSAGE,                                                      \
	  "INSERT INTO sealed (seq, stanza, body, sealed_by, reason, at)"    \
	  " SELECT seq, stanza, body, ?3, ?4, ?5 FROM archive"               \
	  " WHERE room = " ROOM_KEY " AND id = ?2"                           \
	  " ON CONFLICT (seq) DO NOTHING")                                   \
	X(BURY_MESSAGE, "UPDATE archive SET stanza = ?3, body = NULL"        \
			" WHERE room = " ROOM_KEY " AND id = ?2")            \
	X(SAVE_HEARTBEAT, "INSERT INTO heartbeat (one, at) VALUES (1, ?1)"   \
			  " ON CONFLICT (one) DO UPDATE SET at = excluded.at")\
	/* told twice, the first time is what counts */                      \
	X(SAVE_PROOF, "INSERT INTO proofs (domain, proof, at)"               \
		      " VALUES (?1, ?2, ?3) ON CONFLICT (domain) DO UPDATE"  \
		      " SET proof = excluded.proof, at = excluded.at"        \
		      " WHERE proof <> excluded.proof")                      \
	X(DROP_PROOF, "DELETE FROM proofs WHERE domain = ?1")

#define STATEMENT_MEMBER(name, sql) STATEMENT_##name,
enum statement { STATEMENT_TABLE(STATEMENT_MEMBER) STATEMENT_COUNT };

#define STATEMENT_SQL(name, sql) sql,
static const char *const statement_sql[] = { STATEMENT_TABLE(STATEMENT_SQL) };

/* What backend_ops calls self. */
struct sqlite {
	struct sqlite3 *db;
	struct sqlite3_stmt *statements[STATEMENT_COUNT];
};

/* SQLite could not open a file: the system's own reason says more. */
static int error_of_cantopen(struct sqlite3 *db)
{
	int errnum = db ? sqlite3_system_errno(db) : 0;

	return errnum ? hw_error_of_errno(errnum) : HW_E_SYSTEM;
}

int sqlite_error(struct sqlite3 *db, int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
	case SQLITE_DONE:
		return 0;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return HW_E_BUSY;
	case SQLITE_FULL:
		return HW_E_NO_SPACE;
	case SQLITE_IOERR:
		require(code != SQLITE_IOERR_NOMEM);
		return HW_E_IO;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return HW_E_CORRUPT;
	case SQLITE_PERM:
	case SQLITE_READONLY:
	case SQLITE_AUTH:
		return HW_E_ACCESS;
	case SQLITE_CANTOPEN:
		return error_of_cantopen(db);
	case SQLITE_CONSTRAINT:
	case SQLITE_MISMATCH:
	case SQLITE_TOOBIG:
		return HW_E_INVALID;
	case SQLITE_INTERRUPT:
		return HW_E_CANCELLED;
	case SQLITE_NOMEM:
		require(!"memory for SQLite");
		break;
	default:
		break;
	}
	return HW_E_SYSTEM;
}

void sqlite_log_error(struct sqlite3 *db, const char *what)
{
	/* what is read well and is no record is damaged all the same */
	bool was_read = sqlite_error(db, sqlite3_errcode(db)) == 0;

	log_error(LOG_STORE, "%s: %s: %s", sqlite3_db_filename(db, "main"),
		  what, was_read ? "damaged data" : sqlite3_errmsg(db));
}

int sqlite_prepare(struct sqlite3 *db, const char *sql,
		   struct sqlite3_stmt **stmt_out)
{
	return sqlite_error(db, sqlite3_prepare_v3(db, sql, -1,
						   SQLITE_PREPARE_PERSISTENT,
						   stmt_out, NULL));
}

void sqlite_finalize(struct sqlite3_stmt **stmt)
{
	sqlite3_finalize(*stmt);
	*stmt = NULL;
}

int sqlite_run(struct sqlite3 *db, const char *sql)
{
	return sqlite_error(db, sqlite3_exec(db, sql, NULL, NULL, NULL));
}

int sqlite_ask_number(struct sqlite3 *db, const char *sql, int64_t *number_out)
{
	struct sqlite3_stmt *stmt = NULL;
	int error = sqlite_prepare(db, sql, &stmt);
	int code;

	if (error)
		return error;
	code = sqlite3_step(stmt);
	error = code == SQLITE_DONE ? HW_E_NOT_FOUND : sqlite_error(db, code);
	if (!error)
		*number_out = sqlite3_column_int64(stmt, 0);
	sqlite_finalize(&stmt);
	return error;
}

void sqlite_set_patience(struct sqlite3 *db, int ms)
{
	sqlite3_busy_timeout(db, ms);
}

void sqlite_close(struct sqlite3 **db)
{
	require(sqlite3_close(*db) == SQLITE_OK);
	*db = NULL;
}

int sqlite_open(const char *path, bool may_write, struct sqlite3 **db_out)
{
	int flags = may_write ? SQLITE_OPEN_READWRITE : SQLITE_OPEN_READONLY;
	struct sqlite3 *db = NULL;
	int64_t tables;
	int code =
		sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_NOMUTEX, NULL);
	int error = sqlite_error(db, code);

	if (error)
		goto fail;
	sqlite3_extended_result_codes(db, 1);
	sqlite_set_patience(db, OPEN_PATIENCE);
	/* SQLite opens for reading only what it may not write */
	if (may_write && sqlite3_db_readonly(db, "main")) {
		log_error(LOG_STORE, "%s: not writable", path);
		sqlite_close(&db);
		return HW_E_ACCESS;
	}
	/* the first look at the file: is it a database, may we read it? */
	error = sqlite_ask_number(db, "SELECT count(*) FROM sqlite_master",
				  &tables);
	if (error)
		goto fail;
	*db_out = db;
	return 0;
fail:
	log_error(LOG_STORE, "%s: cannot open: %s (%s)", path,
		  db ? sqlite3_errmsg(db) : "no memory", hw_error_text(error));
	sqlite_close(&db);
	return error;
}

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
	if (!error)
		error = sqlite_run(db, "PRAGMA trusted_schema = OFF");
	if (error)
		sqlite_log_error(db, "cannot set up");
	return error;
}

static int prepare_all(struct sqlite *s)
{
	int error = 0;

	for (int i = 0; i < STATEMENT_COUNT && !error; i++)
		error = sqlite_prepare(s->db, statement_sql[i],
				       &s->statements[i]);
	if (error)
		sqlite_log_error(s->db, "cannot use");
	return error;
}

static void backend_close(void *self)
{
	struct sqlite *s = self;

	for (int i = 0; i < STATEMENT_COUNT; i++)
		sqlite_finalize(&s->statements[i]);
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
		error = sqlite_open(path, true, &db);
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

static void bind_text(struct sqlite3_stmt *stmt, int at, const char *text)
{
	/* borrowed until step() unbinds it; NULL is SQL's NULL */
	require(sqlite3_bind_text(stmt, at, text, -1, SQLITE_STATIC) ==
		SQLITE_OK);
}

static void bind_number(struct sqlite3_stmt *stmt, int at, int64_t number)
{
	require(sqlite3_bind_int64(stmt, at, number) == SQLITE_OK);
}

static struct sqlite3_stmt *get(struct sqlite *s, enum statement which)
{
	return s->statements[which];
}

static struct sqlite3_stmt *get_for_room(struct sqlite *s, enum statement which,
					 const struct record *r)
{
	bind_text(get(s, which), 1, r->room);
	return get(s, which);
}

static int step(struct sqlite *s, struct sqlite3_stmt *stmt)
{
	int error = sqlite_error(s->db, sqlite3_step(stmt));

	if (error)
		log_debug(LOG_STORE, "database: %s: %s", sqlite3_sql(stmt),
			  sqlite3_errmsg(s->db));
	sqlite3_reset(stmt);
	sqlite3_clear_bindings(stmt);
	return error;
}

static int save_room(struct sqlite *s, const struct record *r)
{
	const struct record_room *room = &r->as_room;
	struct sqlite3_stmt *stmt = get_for_room(s, STATEMENT_SAVE_ROOM, r);

	bind_text(stmt, 2, room->config);
	bind_text(stmt, 3, room->subject);
	bind_text(stmt, 4, room->subject_nick);
	bind_number(stmt, 5, room->subject_at);
	bind_number(stmt, 6, room->created);
	bind_number(stmt, 7, r->at);
	return step(s, stmt);
}

static int drop_room(struct sqlite *s, const struct record *r)
{
	static const enum statement drops[] = { STATEMENT_DROP_SESSIONS,
						STATEMENT_DROP_AFFILIATIONS,
						STATEMENT_DROP_ROOM };
	int error = 0;

	for (size_t i = 0; i < array_len(drops) && !error; i++)
		error = step(s, get_for_room(s, drops[i], r));
	return error;
}

static int save_affiliation(struct sqlite *s, const struct record *r)
{
	const struct record_affiliation *a = &r->as_affiliation;
	bool is_none = str_equal(a->affiliation, "none");
	struct sqlite3_stmt *stmt =
		get_for_room(s,
			     is_none ? STATEMENT_DROP_AFFILIATION
				     : STATEMENT_SAVE_AFFILIATION,
			     r);

	bind_text(stmt, 2, a->jid);
	if (is_none)
		return step(s, stmt);
	bind_text(stmt, 3, a->affiliation);
	bind_text(stmt, 4, a->nick);
	bind_text(stmt, 5, a->reason);
	bind_number(stmt, 6, a->at);
	return step(s, stmt);
}

static int save_session(struct sqlite *s, const struct record *r)
{
	const struct record_session *session = &r->as_session;
	struct sqlite3_stmt *stmt = get_for_room(s, STATEMENT_SAVE_SESSION, r);

	bind_text(stmt, 2, session->jid);
	bind_text(stmt, 3, session->nick);
	bind_text(stmt, 4, session->role);
	bind_text(stmt, 5, session->presence);
	bind_number(stmt, 6, session->joined);
	bind_number(stmt, 7, r->at);
	return step(s, stmt);
}

static int drop_session(struct sqlite *s, const struct record *r)
{
	struct sqlite3_stmt *stmt = get_for_room(s, STATEMENT_DROP_SESSION, r);

	bind_text(stmt, 2, r->as_session.jid);
	return step(s, stmt);
}

static int save_message(struct sqlite *s, const struct record *r)
{
	const struct record_message *m = &r->as_message;
	struct sqlite3_stmt *stmt = get_for_room(s, STATEMENT_SAVE_MESSAGE, r);

	bind_text(stmt, 2, m->id);
	bind_number(stmt, 3, m->at);
	bind_text(stmt, 4, m->jid);
	bind_text(stmt, 5, m->nick);
	bind_text(stmt, 6, m->occupant_id);
	bind_text(stmt, 7, m->stanza);
	bind_text(stmt, 8, m->body);
	bind_number(stmt, 9, m->is_subject);
	return step(s, stmt);
}

static int save_retraction(struct sqlite *s, const struct record *r)
{
	const struct record_retraction *t = &r->as_retraction;
	struct sqlite3_stmt *stmt = get_for_room(s, STATEMENT_SEAL_MESSAGE, r);
	int error;

	bind_text(stmt, 2, t->id);
	bind_text(stmt, 3, t->by);
	bind_text(stmt, 4, t->reason);
	bind_number(stmt, 5, t->at);
	error = step(s, stmt);
	if (error)
		return error;
	stmt = get_for_room(s, STATEMENT_BURY_MESSAGE, r);
	bind_text(stmt, 2, t->id);
	bind_text(stmt, 3, t->stanza);
	return step(s, stmt);
}

static int save_heartbeat(struct sqlite *s, const struct record *r)
{
	struct sqlite3_stmt *stmt = get(s, STATEMENT_SAVE_HEARTBEAT);

	bind_number(stmt, 1, r->at);
	return step(s, stmt);
}

static int save_proof(struct sqlite *s, const struct record *r)
{
	struct sqlite3_stmt *stmt = get(s, r->as_proof.proof
						   ? STATEMENT_SAVE_PROOF
						   : STATEMENT_DROP_PROOF);

	bind_text(stmt, 1, r->as_proof.domain);
	if (!r->as_proof.proof)
		return step(s, stmt);
	bind_text(stmt, 2, r->as_proof.proof);
	bind_number(stmt, 3, r->at);
	return step(s, stmt);
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
		return save_message(s, r);
	case RECORD_RETRACTION:
		return save_retraction(s, r);
	case RECORD_HEARTBEAT:
		return save_heartbeat(s, r);
	case RECORD_PROOF:
		return save_proof(s, r);
	case RECORD_PRESENCE:
	case RECORD_GAP:
	case RECORD_HAT:
	case RECORD_AUDIT:
	case RECORD_NEWS:
	case RECORD_GROUP:
	case RECORD_GROUP_GONE:
		break;
	}
	return HW_E_INVALID;
}

static int backend_save(void *self, const struct record *r)
{
	struct sqlite *s = self;
	int error = 0;

	if (r->room)
		error = step(s, get_for_room(s, STATEMENT_NAME_ROOM, r));
	return error ? error : save_of_kind(s, r);
}

static int backend_begin(void *self)
{
	struct sqlite *s = self;

	return step(s, get(s, STATEMENT_BEGIN));
}

static int backend_commit(void *self)
{
	struct sqlite *s = self;

	return step(s, get(s, STATEMENT_COMMIT));
}

/* Some errors have rolled back already. */
static void backend_rollback(void *self)
{
	struct sqlite *s = self;

	if (!sqlite3_get_autocommit(s->db) && sqlite_run(s->db, "ROLLBACK"))
		log_warn(LOG_STORE, "database: cannot roll back: %s",
			 sqlite3_errmsg(s->db));
}

const struct backend_ops backend_sqlite = {
	.open = backend_open,
	.begin = backend_begin,
	.save = backend_save,
	.commit = backend_commit,
	.rollback = backend_rollback,
	.close = backend_close,
};
