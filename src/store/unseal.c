/* SPDX-License-Identifier: MIT */
#include "store/unseal.h"

#include <sqlite3.h>

#include "base/codec.h"
#include "base/error.h"
#include "base/mem.h"
#include "store/reader_handle.h"
#include "store/sqlite.h"

static char *hex_at(struct sqlite3_stmt *row, int column)
{
	if (sqlite3_column_type(row, column) != SQLITE_BLOB)
		return NULL;
	return hex_encode(sqlite3_column_blob(row, column),
			  (size_t)sqlite3_column_bytes(row, column));
}

static void fill(struct unsealed *u, struct sqlite3_stmt *row)
{
	*u = (struct unsealed){
		.room = reader_text(row, 0),
		.jid = reader_text(row, 1),
		.nick = reader_text(row, 2),
		.stanza = reader_text(row, 3),
		.salt = hex_at(row, 4),
		.digest = hex_at(row, 5),
		.sealed_by = reader_text(row, 6),
		.reason = reader_text(row, 7),
		.at = sqlite3_column_int64(row, 8),
		.sealed_at = sqlite3_column_int64(row, 9),
	};
}

int unseal(struct reader *r, const char *id, struct unsealed *out)
{
	struct sqlite3_stmt *stmt = NULL;
	bool is_there = false;
	int error = sqlite_prepare(
		reader_db(r),
		"SELECT rooms.jid, a.jid, a.nick, s.stanza, s.salt, a.digest,"
		" s.sealed_by, s.reason, a.at, s.at FROM sealed s"
		" JOIN archive a ON a.seq = s.seq"
		" JOIN rooms ON rooms.id = a.room WHERE a.id = ?1",
		&stmt);

	if (!error) {
		sqlite_bind_text(stmt, 1, id);
		is_there = sqlite_next(stmt, &error);
	}
	if (is_there)
		fill(out, stmt);
	sqlite_finalize(&stmt);
	return !error && !is_there ? HW_E_NOT_FOUND : error;
}

void unsealed_fini(struct unsealed *u)
{
	mem_free(&u->room);
	mem_free(&u->jid);
	mem_free(&u->nick);
	mem_free(&u->stanza);
	mem_free(&u->salt);
	mem_free(&u->digest);
	mem_free(&u->sealed_by);
	mem_free(&u->reason);
}
