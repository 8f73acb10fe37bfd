/* SPDX-License-Identifier: MIT */
#include "store/line_source.h"

#include "base/buf.h"
#include "store/line_search.h"
#include "store/reader_handle.h"
#include "store/sqlite.h"

/* Where the rows come from decides what is read in order and what is tried; it
 * is not left to guesses about a database nobody has measured. */
static const struct line_source all_lines = {
	" FROM archive a NOT INDEXED WHERE a.seq > :after AND a.seq < :before",
	"a.seq",
	"a",
};
static const struct line_source named_lines = {
	" FROM archive a WHERE a.seq > :after AND a.seq < :before",
	"a.seq",
	"a",
};
static const struct line_source room_lines = {
	" FROM room_lines l CROSS JOIN archive a ON a.seq = l.seq"
	" WHERE l.room = :room AND l.seq > :after AND l.seq < :before",
	"l.seq",
	"l",
};
static const struct line_source lines_with_words = {
	" FROM archive_words w CROSS JOIN archive a ON a.seq = w.rowid"
	" WHERE archive_words MATCH :must"
	" AND w.rowid > :after AND w.rowid < :before",
	"w.rowid",
	"a",
};
static const struct line_source late_lines_with_words = {
	" FROM late_words w CROSS JOIN archive a ON a.seq = w.rowid"
	" WHERE late_words MATCH :must"
	" AND w.rowid > :after AND w.rowid < :before",
	"w.rowid",
	"a",
};

const struct line_source *line_source_choose(const struct line_search *s,
					     bool is_late)
{
	if (s->words.must)
		return is_late ? &late_lines_with_words : &lines_with_words;
	if (s->query->id_count)
		return &named_lines;
	return s->query->room && !is_late ? &room_lines : &all_lines;
}

/* The words of late lines, for as long as this transaction lasts; searched as the
 * others are, by the same rules. */
#define LATE_WORDS                                                    \
	"CREATE VIRTUAL TABLE temp.late_words USING fts5 (body,"      \
	" content = '', tokenize = 'unicode61 remove_diacritics 2');" \
	"INSERT INTO temp.late_words (rowid, body) SELECT seq, body"  \
	" FROM archive WHERE seq > (SELECT seq FROM indexed)"         \
	" AND body IS NOT NULL"

enum archive_status line_source_prepare(struct line_search *s)
{
	if (!line_search_has_late(s) || (!s->words.must && !s->words.none))
		return ARCHIVE_OK;
	return sqlite_run(reader_db(s->reader), LATE_WORDS) ? ARCHIVE_FAILED
							    : ARCHIVE_OK;
}

/*
 * Conditions
 */

static void add_list(struct buf *sql, const char *name, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buf_add_format(sql, "%s:%s%zu", i ? ", " : "", name, i);
}

static void add_rooms(struct buf *sql, const struct archive_query *query)
{
	if (query->room) {
		buf_add_str(sql, " AND a.room = :room");
	} else if (query->room_count) {
		buf_add_str(sql, " AND a.room IN"
				 " (SELECT id FROM rooms WHERE jid IN (");
		add_list(sql, "in", query->room_count);
		buf_add_str(sql, "))");
	}
}

#define NOTED                                                       \
	" AND a.id IN (SELECT line FROM notes WHERE kind = :noted)" \
	" AND a.id NOT IN (SELECT line FROM notes"                  \
	" WHERE kind = 'taken-back' AND line IS NOT NULL"           \
	" UNION ALL SELECT other_text FROM notes"                   \
	" WHERE kind = 'undo' AND other_text IS NOT NULL)"

void line_source_add_filters(struct buf *sql, const struct line_search *s,
			     const struct line_source *source)
{
	const struct archive_query *query = s->query;

	add_rooms(sql, query);
	if (s->has_start)
		buf_add_format(sql, " AND %s.at >= :start", source->time);
	if (s->has_end)
		buf_add_format(sql, " AND %s.at <= :end", source->time);
	if (query->only_public)
		buf_add_format(sql, " AND %s.is_public = 1", source->time);
	if (query->only_subjects)
		buf_add_str(sql, " AND a.is_subject = 1");
	if (query->jid)
		buf_add_str(sql, " AND a.jid = :jid");
	if (query->nick)
		buf_add_str(sql, " AND a.nick = :nick");
	if (query->occupant_id)
		buf_add_str(sql, " AND a.occupant_id = :occupant_id");
	if (query->holds)
		buf_add_str(sql, " AND instr(a.stanza, :holds) > 0");
	if (query->noted)
		buf_add_str(sql, NOTED);
	if (s->words.none)
		buf_add_str(sql, " AND a.seq NOT IN"
				 " (SELECT rowid FROM archive_words"
				 " WHERE archive_words MATCH :none"
				 " AND rowid > :after AND rowid < :before)");
	if (s->words.none && line_search_has_late(s))
		buf_add_str(sql, " AND a.seq NOT IN"
				 " (SELECT rowid FROM late_words"
				 " WHERE late_words MATCH :none)");
	if (query->id_count) {
		buf_add_str(sql, " AND a.id IN (");
		add_list(sql, "id", query->id_count);
		buf_add_char(sql, ')');
	}
}
