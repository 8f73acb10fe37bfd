/* SPDX-License-Identifier: MIT */
#include "store/schema.h"

#include <inttypes.h>
#include <stdio.h>

#include <sqlite3.h>

#include "base/error.h"
#include "base/log.h"
#include "store/sqlite.h"

/* What SQLite keeps in the file to tell whose it is: "hway". */
#define APPLICATION_ID 0x68776179
#define APPLICATION_ID_TEXT "1752654201"

/*
 * Number i + 1 brings a database from schema i to i + 1. A published one is
 * never changed: the next change is a migration more.
 */
static const char *const migrations[] = {
	/*
	 * 1. Times are ms since 1970 UTC. "rooms" is every room that ever was,
	 * so that the archive of one that is gone keeps its name; what a living
	 * room has is in "room_states". The order of sessions is the order of
	 * joining, the order of the archive the order of being said; both are
	 * "seq", never a clock.
	 */
	"PRAGMA application_id = " APPLICATION_ID_TEXT ";"
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
	/*
	 * 2. What was taken back: the line as it was, who did it and why. In
	 * "archive" its tombstone stands, in the same place.
	 */
	"CREATE TABLE sealed ("
	"  seq INTEGER PRIMARY KEY REFERENCES archive (seq),"
	"  stanza TEXT NOT NULL,"
	"  body TEXT,"
	"  sealed_by TEXT NOT NULL,"
	"  reason TEXT,"
	"  at INTEGER NOT NULL);",
	/*
	 * 3. The best way in which each domain ever proved itself, since when:
	 * a weaker one later is a reason for an alarm.
	 */
	"CREATE TABLE proofs ("
	"  domain TEXT PRIMARY KEY,"
	"  proof TEXT NOT NULL,"
	"  at INTEGER NOT NULL) WITHOUT ROWID;",
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
	error = sqlite_run(db, migrations[version]);
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
