/* SPDX-License-Identifier: MIT */
#include "store/schema.h"

#include <inttypes.h>
#include <stdio.h>

#include <sqlite3.h>

#include "base/error.h"
#include "base/log.h"
#include "base/rand.h"
#include "store/chain.h"
#include "store/sqlite.h"

/* What SQLite keeps in the file to tell whose it is: "hway". */
#define APPLICATION_ID 0x68776179
#define APPLICATION_ID_TEXT "1752654201"

struct migration {
	const char *sql;
	int (*fill)(struct sqlite3 *db); /* what SQL cannot; or NULL */
};

/*
 * Migration 4: digests for the lines that stand there already. Day after day of
 * a room, so that one value of the chain is enough.
 */

struct filling {
	int64_t day;
	int64_t room;
	unsigned char chain[CHAIN_SIZE];
};

static const char *text_at(struct sqlite3_stmt *row, int column)
{
	const char *text = (const char *)sqlite3_column_text(row, column);

	return text ? text : "";
}

/* Row: seq, room, its name, at, id, the line, is it sealed. */
static int fill_line(struct filling *f, struct sqlite3_stmt *row,
		     struct sqlite3_stmt *set, struct sqlite3_stmt *seal)
{
	unsigned char salt[CHAIN_SALT_SIZE], digest[CHAIN_SIZE];
	int64_t at = sqlite3_column_int64(row, 3);
	bool is_sealed = sqlite3_column_int(row, 6) != 0;
	int error = 0;

	if (f->room != sqlite3_column_int64(row, 1) || f->day != chain_day(at))
		chain_begin(text_at(row, 2), chain_day(at), f->chain);
	f->room = sqlite3_column_int64(row, 1);
	f->day = chain_day(at);
	rand_nonce(salt, sizeof(salt));
	chain_digest(salt, text_at(row, 4), at, text_at(row, 5), digest);
	chain_add(f->chain, digest);
	sqlite_bind_number(set, 1, sqlite3_column_int64(row, 0));
	if (!is_sealed)
		sqlite_bind_blob(set, 2, salt, sizeof(salt));
	sqlite_bind_blob(set, 3, digest, sizeof(digest));
	sqlite_bind_blob(set, 4, f->chain, sizeof(f->chain));
	error = sqlite_step(set);
	if (error || !is_sealed)
		return error;
	sqlite_bind_number(seal, 1, sqlite3_column_int64(row, 0));
	sqlite_bind_blob(seal, 2, salt, sizeof(salt));
	return sqlite_step(seal);
}

#define FILL_DAYS                                                       \
	"INSERT INTO days (room, day, lines, public_lines, tombstones," \
	" public_tombstones, changed, first_seq, last_seq, chain)"      \
	" SELECT room, at / 86400000, count(*), sum(is_public),"        \
	" sum(is_tombstone), sum(is_tombstone AND is_public),"          \
	" max(max(at, ifnull((SELECT s.at FROM sealed s"                \
	" WHERE s.seq = archive.seq), 0))), min(seq), max(seq), x''"    \
	" FROM archive GROUP BY room, at / 86400000;"                   \
	"UPDATE days SET chain ="                                       \
	" (SELECT chain FROM archive WHERE seq = last_seq)"

static int fill_lines(struct sqlite3 *db, struct sqlite3_stmt *const stmts[3])
{
	struct filling f = { .room = -1 };
	int code, error = 0;

	while (!error && (code = sqlite3_step(stmts[0])) == SQLITE_ROW)
		error = fill_line(&f, stmts[0], stmts[1], stmts[2]);
	return error ? error : sqlite_error(db, code);
}

static int fill_chain(struct sqlite3 *db)
{
	static const char *const sql[] = {
		/* sorted as a whole first: what is written is not read again */
		("SELECT a.seq, a.room, jid_of.jid, a.at, a.id,"
		" ifnull(s.stanza, a.stanza), s.seq IS NOT NULL"
		" FROM archive a JOIN rooms jid_of ON jid_of.id = a.room"
		" LEFT JOIN sealed s ON s.seq = a.seq"
		" ORDER BY a.room, a.at / 86400000, +a.seq"),
		("UPDATE archive SET salt = ?2, digest = ?3, chain = ?4"
		" WHERE seq = ?1"),
		"UPDATE sealed SET salt = ?2 WHERE seq = ?1",
	};
	struct sqlite3_stmt *stmts[array_len(sql)] = { NULL };
	int error = 0;

	for (size_t i = 0; i < array_len(sql) && !error; i++)
		error = sqlite_prepare(db, sql[i], &stmts[i]);
	if (!error)
		error = fill_lines(db, stmts);
	for (size_t i = 0; i < array_len(sql); i++)
		sqlite_finalize(&stmts[i]);
	return error ? error : sqlite_run(db, FILL_DAYS);
}

/*
 * Number i + 1 brings a database from schema i to i + 1. A published one is
 * never changed: the next change is a migration more.
 */
static const struct migration migrations[] = {
	/*
	 * 1. Times are ms since 1970 UTC. "rooms" is every room that ever was,
	 * so that the archive of one that is gone keeps its name; what a living
	 * room has is in "room_states". The order of sessions is the order of
	 * joining, the order of the archive the order of being said; both are
	 * "seq", never a clock.
	 */
	{ "PRAGMA application_id = " APPLICATION_ID_TEXT ";"
	  "CREATE TABLE rooms ("
	  "  id INTEGER PRIMARY KEY,"
	  "  jid TEXT NOT NULL UNIQUE);"
	  "CREATE TABLE room_states ("
	  "  room INTEGER PRIMARY KEY REFERENCES rooms (id),"
	  "  config TEXT NOT NULL,"
	  "  subject TEXT,"
	  "  subject_nick TEXT,"
	  "  subject_at INTEGER NOT NULL,"
	  "  created INTEGER NOT NULL,"
	  "  changed INTEGER NOT NULL);"
	  "CREATE TABLE affiliations ("
	  "  room INTEGER NOT NULL REFERENCES rooms (id),"
	  "  jid TEXT NOT NULL,"
	  "  affiliation TEXT NOT NULL,"
	  "  nick TEXT,"
	  "  reason TEXT,"
	  "  at INTEGER NOT NULL,"
	  "  PRIMARY KEY (room, jid)) WITHOUT ROWID;"
	  "CREATE TABLE sessions ("
	  "  seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	  "  room INTEGER NOT NULL REFERENCES rooms (id),"
	  "  jid TEXT NOT NULL,"
	  "  nick TEXT NOT NULL,"
	  "  role TEXT NOT NULL,"
	  "  presence TEXT,"
	  "  joined INTEGER NOT NULL,"
	  "  changed INTEGER NOT NULL,"
	  "  UNIQUE (room, jid));"
	  "CREATE TABLE archive ("
	  "  seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	  "  id TEXT NOT NULL UNIQUE,"
	  "  room INTEGER NOT NULL REFERENCES rooms (id),"
	  "  at INTEGER NOT NULL,"
	  "  jid TEXT,"
	  "  nick TEXT,"
	  "  occupant_id TEXT,"
	  "  stanza TEXT NOT NULL,"
	  "  body TEXT,"
	  "  is_subject INTEGER NOT NULL);"
	  /* with "at", so that a span of time is sought in the index alone */
	  "CREATE INDEX archive_order ON archive (room, seq, at);"
	  "CREATE TABLE heartbeat ("
	  "  one INTEGER PRIMARY KEY CHECK (one = 1),"
	  "  at INTEGER NOT NULL);",
	  NULL },
	/*
	 * 2. What was taken back: the line as it was, who did it and why. In
	 * "archive" its tombstone stands, in the same place.
	 */
	{ "CREATE TABLE sealed ("
	  "  seq INTEGER PRIMARY KEY REFERENCES archive (seq),"
	  "  stanza TEXT NOT NULL,"
	  "  body TEXT,"
	  "  sealed_by TEXT NOT NULL,"
	  "  reason TEXT,"
	  "  at INTEGER NOT NULL);",
	  NULL },
	/*
	 * 3. The best way in which each domain ever proved itself, since when:
	 * a weaker one later is a reason for an alarm.
	 */
	{ "CREATE TABLE proofs ("
	  "  domain TEXT PRIMARY KEY,"
	  "  proof TEXT NOT NULL,"
	  "  at INTEGER NOT NULL) WITHOUT ROWID;",
	  NULL },
	/*
	 * 4. The log. Each line has a salted digest and the value of its day's
	 * chain (chain.h); what stood before gets them in fill_chain(), and is
	 * public where its room is open now. "days" says what of a room lies
	 * in a day (days since 1970, UTC), so that nobody has to count lines;
	 * its row goes with the lines, that in "closed_days" stays for ever.
	 * "archive_words" is the index for searching; it holds no text of its
	 * own, and learns of each change from whoever makes it.
	 */
	{ "ALTER TABLE archive ADD COLUMN is_public"
	  "  INTEGER NOT NULL DEFAULT 0;"
	  "ALTER TABLE archive ADD COLUMN is_tombstone"
	  "  INTEGER NOT NULL DEFAULT 0;"
	  "ALTER TABLE archive ADD COLUMN hats TEXT;"
	  "ALTER TABLE archive ADD COLUMN salt BLOB;"
	  "ALTER TABLE archive ADD COLUMN digest BLOB;"
	  "ALTER TABLE archive ADD COLUMN chain BLOB;"
	  "ALTER TABLE sealed ADD COLUMN salt BLOB;"
	  "UPDATE archive SET is_public = 1 WHERE room IN ("
	  "  SELECT room FROM room_states WHERE"
	  "  config LIKE '%muc#roomconfig_publicroom''__value_1_%'"
	  "  AND config NOT LIKE '%muc#roomconfig_membersonly''__value_1_%'"
	  "  AND config NOT LIKE '%muc#roomconfig_roomsecret''__value_%');"
	  "UPDATE archive SET is_tombstone = 1"
	  "  WHERE seq IN (SELECT seq FROM sealed);"
	  "CREATE INDEX archive_times ON archive (room, at, is_public);"
	  "CREATE TABLE days ("
	  "  room INTEGER NOT NULL REFERENCES rooms (id),"
	  "  day INTEGER NOT NULL,"
	  "  lines INTEGER NOT NULL,"
	  "  public_lines INTEGER NOT NULL,"
	  "  tombstones INTEGER NOT NULL,"
	  "  public_tombstones INTEGER NOT NULL,"
	  "  changed INTEGER NOT NULL,"
	  "  first_seq INTEGER NOT NULL,"
	  "  last_seq INTEGER NOT NULL,"
	  "  chain BLOB NOT NULL,"
	  "  is_closed INTEGER NOT NULL DEFAULT 0,"
	  "  PRIMARY KEY (room, day)) WITHOUT ROWID;"
	  "CREATE INDEX days_open ON days (day) WHERE is_closed = 0;"
	  "CREATE INDEX days_order ON days (day);"
	  "CREATE TABLE closed_days ("
	  "  room INTEGER NOT NULL REFERENCES rooms (id),"
	  "  day INTEGER NOT NULL,"
	  "  lines INTEGER NOT NULL,"
	  "  digest BLOB NOT NULL,"
	  "  signature BLOB,"
	  "  at INTEGER NOT NULL,"
	  "  PRIMARY KEY (room, day)) WITHOUT ROWID;"
	  "CREATE VIEW archive_texts AS"
	  "  SELECT seq, body FROM archive WHERE body IS NOT NULL;"
	  "CREATE VIRTUAL TABLE archive_words USING fts5 (body,"
	  "  content = 'archive_texts', content_rowid = 'seq',"
	  "  tokenize = 'unicode61 remove_diacritics 2');"
	  "INSERT INTO archive_words (archive_words) VALUES ('rebuild');"
	  "CREATE TABLE presence ("
	  "  seq INTEGER PRIMARY KEY,"
	  "  room INTEGER NOT NULL REFERENCES rooms (id),"
	  "  at INTEGER NOT NULL,"
	  "  move INTEGER NOT NULL,"
	  "  nick TEXT NOT NULL,"
	  "  other TEXT,"
	  "  occupant_id TEXT,"
	  "  reason TEXT,"
	  "  is_public INTEGER NOT NULL);"
	  "CREATE INDEX presence_times ON presence (room, at);"
	  "CREATE INDEX presence_ages ON presence (at);"
	  "CREATE TABLE gaps ("
	  "  seq INTEGER PRIMARY KEY,"
	  "  room INTEGER REFERENCES rooms (id)," /* NULL: of all */
	  "  domain TEXT,"
	  "  since INTEGER NOT NULL,"
	  "  until INTEGER NOT NULL);"
	  "CREATE INDEX gaps_times ON gaps (until);"
	  "CREATE TABLE hats ("
	  "  room INTEGER NOT NULL REFERENCES rooms (id),"
	  "  jid TEXT NOT NULL,"
	  "  uri TEXT NOT NULL,"
	  "  title TEXT NOT NULL,"
	  "  given_by TEXT,"
	  "  at INTEGER NOT NULL,"
	  "  PRIMARY KEY (room, jid, uri)) WITHOUT ROWID;"
	  "CREATE TABLE audit ("
	  "  seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	  "  room INTEGER REFERENCES rooms (id)," /* NULL: of the service */
	  "  at INTEGER NOT NULL,"
	  "  done_by TEXT NOT NULL,"
	  "  act TEXT NOT NULL,"
	  "  target TEXT,"
	  "  reason TEXT,"
	  "  detail TEXT);"
	  "CREATE INDEX audit_rooms ON audit (room);"
	  "CREATE TABLE news ("
	  "  seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	  "  id TEXT NOT NULL UNIQUE,"
	  "  at INTEGER NOT NULL,"
	  "  text TEXT NOT NULL,"
	  "  link TEXT);"
	  "CREATE TABLE list_groups ("
	  "  key TEXT PRIMARY KEY,"
	  "  room INTEGER NOT NULL REFERENCES rooms (id),"
	  "  at INTEGER NOT NULL,"
	  "  acronym TEXT NOT NULL,"
	  "  name TEXT NOT NULL,"
	  "  type TEXT,"
	  "  state TEXT,"
	  "  area TEXT,"
	  "  list_email TEXT,"
	  "  list_subscribe TEXT,"
	  "  list_archive TEXT,"
	  "  charter TEXT,"
	  "  successor TEXT,"
	  "  chairs TEXT,"
	  "  is_retired INTEGER NOT NULL) WITHOUT ROWID;"
	  /* before this time archive.keep has ended the record */
	  "CREATE TABLE kept ("
	  "  one INTEGER PRIMARY KEY CHECK (one = 1),"
	  "  since INTEGER NOT NULL);",
	  fill_chain },
	/* 5. What people say of themselves when they register with a room. */
	{ "ALTER TABLE affiliations ADD COLUMN details TEXT;", NULL },
	/*
	 * 6. Sessions of rooms, and what happened in them. The state of a
	 * session is its row; all else is put together from its notes.
	 */
	{ "CREATE TABLE meetings ("
	  "  room INTEGER NOT NULL REFERENCES rooms (id),"
	  "  name TEXT NOT NULL,"
	  "  at INTEGER NOT NULL,"
	  "  title TEXT,"
	  "  uid TEXT,"
	  "  agenda TEXT,"
	  "  made_by TEXT,"
	  "  subject TEXT,"
	  "  state INTEGER NOT NULL,"
	  "  planned INTEGER NOT NULL,"
	  "  planned_end INTEGER NOT NULL,"
	  "  started INTEGER NOT NULL,"
	  "  ended INTEGER NOT NULL,"
	  "  is_public INTEGER NOT NULL,"
	  "  PRIMARY KEY (room, name)) WITHOUT ROWID;"
	  "CREATE INDEX meetings_states ON meetings (state);"
	  "CREATE TABLE notes ("
	  "  seq INTEGER PRIMARY KEY AUTOINCREMENT,"
	  "  room INTEGER NOT NULL REFERENCES rooms (id),"
	  "  meeting TEXT NOT NULL,"
	  "  at INTEGER NOT NULL,"
	  "  id TEXT NOT NULL UNIQUE,"
	  "  kind TEXT NOT NULL,"
	  "  line TEXT,"
	  "  jid TEXT,"
	  "  nick TEXT,"
	  "  person TEXT,"
	  "  text TEXT,"
	  "  other_text TEXT,"
	  "  number INTEGER NOT NULL,"
	  "  other INTEGER NOT NULL);"
	  "CREATE INDEX notes_order ON notes (room, meeting, seq);"
	  "CREATE INDEX notes_kinds ON notes (room, kind, seq);"
	  "CREATE INDEX notes_ages ON notes (at);",
	  NULL },
	/* 7. What a list said of a group: a room that still says it follows. */
	{ "ALTER TABLE list_groups ADD COLUMN description TEXT;", NULL },
	/*
	 * 8. What is found by way of lines is made for many at once, up to the
	 * line of "indexed" (line_index.h): their words, and "room_lines", of
	 * each room its lines in order, in place of two indices of which every
	 * line wrote two pages.
	 */
	{ "DROP INDEX archive_order;"
	  "DROP INDEX archive_times;"
	  "CREATE TABLE room_lines ("
	  "  room INTEGER NOT NULL,"
	  "  seq INTEGER NOT NULL,"
	  "  at INTEGER NOT NULL,"
	  "  is_public INTEGER NOT NULL,"
	  "  PRIMARY KEY (room, seq)) WITHOUT ROWID;"
	  "INSERT INTO room_lines SELECT room, seq, at, is_public"
	  "  FROM archive ORDER BY room, seq;"
	  "CREATE TABLE indexed ("
	  "  one INTEGER PRIMARY KEY CHECK (one = 1),"
	  "  seq INTEGER NOT NULL);"
	  "INSERT INTO indexed SELECT 1, ifnull(max(seq), 0) FROM archive;"
	  /* of what the word index holds, so that it can be checked */
	  "DROP VIEW archive_texts;"
	  "CREATE VIEW archive_texts AS"
	  "  SELECT seq, body FROM archive WHERE body IS NOT NULL"
	  "  AND seq <= (SELECT seq FROM indexed);",
	  NULL },
	/*
	 * 9. Words are merged when there are eight parts of a size, not four: each
	 * is written anew less often, and a search looks at more of them.
	 */
	{ "INSERT INTO archive_words (archive_words, rank)"
	  "  VALUES ('automerge', 8);",
	  NULL },
	/*
	 * 10. The rows of a day lie together, not those of a room: all that is
	 * written today is in a few pages, however old the rooms are.
	 */
	{ "CREATE TABLE new_days ("
	  "  room INTEGER NOT NULL REFERENCES rooms (id),"
	  "  day INTEGER NOT NULL,"
	  "  lines INTEGER NOT NULL,"
	  "  public_lines INTEGER NOT NULL,"
	  "  tombstones INTEGER NOT NULL,"
	  "  public_tombstones INTEGER NOT NULL,"
	  "  changed INTEGER NOT NULL,"
	  "  first_seq INTEGER NOT NULL,"
	  "  last_seq INTEGER NOT NULL,"
	  "  chain BLOB NOT NULL,"
	  "  is_closed INTEGER NOT NULL DEFAULT 0,"
	  "  PRIMARY KEY (day, room)) WITHOUT ROWID;"
	  "INSERT INTO new_days SELECT room, day, lines, public_lines,"
	  "  tombstones, public_tombstones, changed, first_seq, last_seq,"
	  "  chain, is_closed FROM days ORDER BY day, room;"
	  "DROP TABLE days;"
	  "ALTER TABLE new_days RENAME TO days;"
	  "CREATE INDEX days_open ON days (day) WHERE is_closed = 0;"
	  "CREATE INDEX days_rooms ON days (room, day);",
	  NULL },
	/*
	 * 11. The rows of the days are written behind the commits, up to the
	 * line of "counted" (day_counts.h). "all_days" has the lines behind it
	 * as well, each as if it were a day of its own.
	 */
	{ "ALTER TABLE indexed ADD COLUMN counted INTEGER NOT NULL DEFAULT 0;"
	  "UPDATE indexed SET counted ="
	  "  (SELECT ifnull(max(seq), 0) FROM archive);"
	  "CREATE VIEW all_days AS"
	  "  SELECT room, day, lines, public_lines, tombstones,"
	  "  public_tombstones, changed, first_seq, last_seq, chain,"
	  "  is_closed FROM days"
	  "  UNION ALL SELECT room,"
	  "  (at - (at < 0) * 86399999) / 86400000 AS day, 1 AS lines,"
	  "  is_public AS public_lines, 0 AS tombstones,"
	  "  0 AS public_tombstones, at AS changed, seq AS first_seq,"
	  "  seq AS last_seq, chain, 0 AS is_closed FROM archive"
	  "  WHERE seq > (SELECT counted FROM indexed);",
	  NULL },
};

static const int64_t newest = array_len(migrations);

static const char *path_of(struct sqlite3 *db)
{
	return sqlite3_db_filename(db, "main");
}

static int ask(struct sqlite3 *db, const char *sql, int64_t *number_out)
{
	int error = sqlite_ask_number(db, sql, number_out);

	if (error)
		sqlite_log_error(db, "cannot read the schema");
	return error;
}

/* An empty file is everybody's; any other must carry our mark. */
static int check_owner(struct sqlite3 *db, int64_t version)
{
	int64_t id, tables;
	int error = ask(db, "PRAGMA application_id", &id);

	if (!error)
		error = ask(db, "SELECT count(*) FROM sqlite_master", &tables);
	if (error)
		return error;
	if (id == APPLICATION_ID || (id == 0 && version == 0 && tables == 0))
		return 0;
	log_error(LOG_STORE, "%s: the database of another program",
		  path_of(db));
	return HW_E_INVALID;
}

static int read_version(struct sqlite3 *db, int64_t *version_out)
{
	int error = ask(db, "PRAGMA user_version", version_out);

	if (!error)
		error = check_owner(db, *version_out);
	if (error)
		return error;
	if (*version_out >= 0 && *version_out <= newest)
		return 0;
	log_error(LOG_STORE,
		  "%s: schema %" PRId64 ", this program knows %" PRId64
		  " at most",
		  path_of(db), *version_out, newest);
	return HW_E_TOO_NEW;
}

/* The version is written with what it stands for: both or nothing. */
static int apply(struct sqlite3 *db, int64_t version)
{
	char sql[64];
	int error;

	snprintf(sql, sizeof(sql), "PRAGMA user_version = %" PRId64,
		 version + 1);
	error = sqlite_run(db, migrations[version].sql);
	if (!error && migrations[version].fill)
		error = migrations[version].fill(db);
	if (!error)
		error = sqlite_run(db, sql);
	if (!error)
		error = sqlite_run(db, "COMMIT");
	if (error)
		sqlite_log_error(db, "cannot change the schema");
	else
		log_info(LOG_STORE, "%s: schema %" PRId64 " made", path_of(db),
			 version + 1);
	return error;
}

static int migrate_once(struct sqlite3 *db)
{
	int64_t version;
	int error = sqlite_run(db, "BEGIN IMMEDIATE");

	if (error) {
		sqlite_log_error(db, "cannot change the schema");
		return error;
	}
	/* read anew: now nobody else can change it */
	error = read_version(db, &version);
	if (!error && version < newest)
		error = apply(db, version);
	if (!sqlite3_get_autocommit(db))
		(void)!sqlite_run(db, "ROLLBACK");
	return error;
}

int schema_migrate(struct sqlite3 *db)
{
	int64_t version;
	int error;

	while ((error = read_version(db, &version)) == 0 && version < newest) {
		error = migrate_once(db);
		if (error)
			break;
	}
	return error;
}

int schema_check(struct sqlite3 *db)
{
	int64_t version;
	int error = read_version(db, &version);

	if (error || version == newest)
		return error;
	log_error(LOG_STORE,
		  "%s: schema %" PRId64 ", hallwayd would make it %" PRId64,
		  path_of(db), version, newest);
	return HW_E_INVALID;
}
