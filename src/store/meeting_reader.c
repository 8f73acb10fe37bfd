/* SPDX-License-Identifier: MIT */
#include "store/meeting_reader.h"

#include <string.h>

#include <sqlite3.h>

#include "base/buf.h"
#include "base/str.h"
#include "store/reader_handle.h"
#include "store/sqlite.h"

#define MEETINGS                                                            \
	"SELECT r.jid, m.at, m.name, m.title, m.uid, m.agenda, m.made_by,"  \
	" m.subject, m.state, m.planned, m.planned_end, m.started, m.ended,"\
	" m.is_public FROM meetings m JOIN rooms r ON r.id = m.room"
#define NOTES                                                               \
	"SELECT r.jid, n.at, n.meeting, n.id, n.kind, n.line, n.jid, n.nick,"\
	" n.person, n.text, n.other_text, n.number, n.other FROM notes n"   \
	" JOIN rooms r ON r.id = n.room"

static const char *text_at(struct sqlite3_stmt *row, int column)
{
	return (const char *)sqlite3_column_text(row, column);
}

static void fill_meeting(struct record *record, struct sqlite3_stmt *row)
{
	struct record_meeting *m = &record->as_meeting;

	m->name = reader_text(row, 2);
	m->title = reader_text(row, 3);
	m->uid = reader_text(row, 4);
	m->agenda = reader_text(row, 5);
	m->by = reader_text(row, 6);
	m->subject = reader_text(row, 7);
	m->state = (enum record_meeting_state)sqlite3_column_int(row, 8);
	m->planned = sqlite3_column_int64(row, 9);
	m->planned_end = sqlite3_column_int64(row, 10);
	m->started = sqlite3_column_int64(row, 11);
	m->ended = sqlite3_column_int64(row, 12);
	m->is_public = sqlite3_column_int(row, 13) != 0;
}

/* RECORD_NOTE_COUNT: a kind of a later release. */
static enum record_note_kind read_kind(const char *text)
{
	int kind = 0;

	while (kind < RECORD_NOTE_COUNT &&
	       !str_equal(text, record_note_text((enum record_note_kind)kind)))
		kind++;
	return (enum record_note_kind)kind;
}

static void fill_note(struct record *record, struct sqlite3_stmt *row)
{
	struct record_note *n = &record->as_note;
	const char *id = text_at(row, 3);

	n->meeting = reader_text(row, 2);
	str_copy(n->id, sizeof(n->id), id ? id : "");
	n->kind = read_kind(text_at(row, 4));
	n->line = reader_text(row, 5);
	n->jid = reader_text(row, 6);
	n->nick = reader_text(row, 7);
	n->person = reader_text(row, 8);
	n->text = reader_text(row, 9);
	n->other_text = reader_text(row, 10);
	n->number = sqlite3_column_int64(row, 11);
	n->other = sqlite3_column_int64(row, 12);
}

/* Steps through what is bound, and finalizes it. */
static int tell_all(struct reader *r, struct sqlite3_stmt *stmt,
		    enum record_kind kind, reader_fn fn, void *owner)
{
	int error = 0;

	while (!error && sqlite_next(stmt, &error)) {
		struct record *record =
			record_new(kind, text_at(stmt, 0),
				   sqlite3_column_int64(stmt, 1));

		if (kind == RECORD_MEETING)
			fill_meeting(record, stmt);
		else
			fill_note(record, stmt);
		if (kind == RECORD_MEETING ||
		    record->as_note.kind < RECORD_NOTE_COUNT)
			fn(owner, record);
		record_free(&record);
	}
	if (error)
		sqlite_log_error(reader_db(r), "cannot read the sessions");
	sqlite_finalize(&stmt);
	return error;
}

int meeting_reader_list(struct reader *r, const char *room, bool only_public,
			size_t max, reader_fn fn, void *owner)
{
	struct sqlite3_stmt *stmt = NULL;
	int error = sqlite_prepare(
		reader_db(r),
		MEETINGS " WHERE (?1 IS NULL OR r.jid = ?1)"
			 " AND m.is_public >= ?2"
			 " ORDER BY max(m.planned, m.started) DESC, m.name DESC"
			 " LIMIT ?3",
		&stmt);

	if (error)
		return error;
	sqlite_bind_text(stmt, 1, room);
	sqlite_bind_number(stmt, 2, only_public);
	sqlite_bind_number(stmt, 3, (int64_t)max);
	return tell_all(r, stmt, RECORD_MEETING, fn, owner);
}

/* " AND n.kind IN ('action', ...)": words of ours, no text of anybody. */
static void add_kinds(struct buf *sql, const enum record_note_kind *kinds,
		      size_t count)
{
	if (!count)
		return;
	buf_add_str(sql, " AND n.kind IN (");
	for (size_t i = 0; i < count; i++)
		buf_add_format(sql, "%s'%s'", i ? "," : "",
			       record_note_text(kinds[i]));
	buf_add_str(sql, ")");
}

int meeting_reader_notes(struct reader *r, const char *room,
			 const char *meeting,
			 const enum record_note_kind *kinds, size_t count,
			 size_t max, reader_fn fn, void *owner)
{
	struct sqlite3_stmt *stmt = NULL;
	struct buf sql = { 0 };
	int error;

	buf_add_str(&sql, NOTES " WHERE r.jid = ?1"
				" AND (?2 IS NULL OR n.meeting = ?2)");
	add_kinds(&sql, kinds, count);
	buf_add_str(&sql, meeting ? " ORDER BY n.seq LIMIT ?3"
				  : " ORDER BY n.seq DESC LIMIT ?3");
	error = sqlite_prepare(reader_db(r), buf_str(&sql), &stmt);
	buf_fini(&sql);
	if (error)
		return error;
	sqlite_bind_text(stmt, 1, room);
	sqlite_bind_text(stmt, 2, meeting);
	sqlite_bind_number(stmt, 3, (int64_t)max);
	return tell_all(r, stmt, RECORD_NOTE, fn, owner);
}

int meeting_reader_open(struct reader *r, int64_t since, reader_fn fn,
			void *owner)
{
	struct sqlite3_stmt *stmt = NULL;
	int error = sqlite_prepare(reader_db(r),
				   MEETINGS " WHERE m.state IN (0, 1)"
					    " OR (m.state = 2 AND m.ended >= ?1)"
					    " ORDER BY m.at, m.name",
				   &stmt);

	if (!error) {
		sqlite_bind_number(stmt, 1, since);
		error = tell_all(r, stmt, RECORD_MEETING, fn, owner);
	}
	if (!error)
		error = sqlite_prepare(
			reader_db(r),
			NOTES " JOIN meetings m ON m.room = n.room"
			      " AND m.name = n.meeting WHERE m.state = 1"
			      " ORDER BY n.seq",
			&stmt);
	if (!error)
		error = tell_all(r, stmt, RECORD_NOTE, fn, owner);
	return error;
}
