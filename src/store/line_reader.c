/* SPDX-License-Identifier: MIT */
#include "store/reader.h"

#include <inttypes.h>

#include <sqlite3.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/archive_query.h"
#include "store/chain.h"
#include "store/reader_handle.h"
#include "store/sqlite.h"
#include "store/words.h"

/* Before and behind all times (ms) that can be; not so large that reckoning
 * with them might overflow. */
#define TIME_MIN (-((int64_t)1 << 52))
#define TIME_MAX ((int64_t)1 << 52)
#define NO_ROOM (-1) /* nobody's: an unknown room is an empty one */

#define COLUMNS                                                      \
	"SELECT a.id, a.at, a.jid, a.nick, a.occupant_id, a.stanza," \
	" a.body, a.is_subject, a.is_public, a.hats"
#define ROOM_NAME ", (SELECT jid FROM rooms WHERE rooms.id = a.room)"

/* A stretch of the archive by its order; both ends exclusive. */
struct stretch {
	int64_t after, before;
};

/* A query in the making: its names made numbers. */
struct search {
	struct reader *reader;
	const struct archive_query *query;
	struct words words;
	int64_t room;           /* or NO_ROOM */
	int64_t start, end;     /* inclusive */
	int64_t mark;           /* so far goes what is found by way of lines:
				 * line_index.h */
	int64_t newest;         /* the last line; beyond the mark: it is late */
	struct stretch matches; /* outside of it no row matches */
	struct stretch page;    /* the page lies here */
};

/*
 * Asking. Parameters have names; what a statement does not use is not bound.
 */

static void bind_number(struct sqlite3_stmt *stmt, const char *name,
			int64_t number)
{
	int at = sqlite3_bind_parameter_index(stmt, name);

	if (at)
		sqlite_bind_number(stmt, at, number);
}

static void bind_text(struct sqlite3_stmt *stmt, const char *name,
		      const char *text)
{
	int at = sqlite3_bind_parameter_index(stmt, name);

	if (at)
		sqlite_bind_text(stmt, at, text);
}

static void bind_list(struct sqlite3_stmt *stmt, const char *name,
		      char *const *items, size_t count)
{
	char *parameter;

	for (size_t i = 0; i < count; i++) {
		parameter = str_format(":%s%zu", name, i);
		bind_text(stmt, parameter, items[i]);
		mem_free(&parameter);
	}
}

static void add_list(struct buf *sql, const char *name, size_t count)
{
	for (size_t i = 0; i < count; i++)
		buf_add_format(sql, "%s:%s%zu", i ? ", " : "", name, i);
}

static void bind_search(struct sqlite3_stmt *stmt, const struct search *s,
			const struct stretch *stretch)
{
	const struct archive_query *query = s->query;

	bind_number(stmt, ":room", s->room);
	bind_number(stmt, ":start", s->start);
	bind_number(stmt, ":end", s->end);
	bind_number(stmt, ":first_day", chain_day(s->start));
	bind_number(stmt, ":last_day", chain_day(s->end));
	bind_number(stmt, ":mark", s->mark);
	bind_number(stmt, ":after", stretch->after);
	bind_number(stmt, ":before", stretch->before);
	bind_number(stmt, ":max_scan", (int64_t)query->max_scan);
	bind_number(stmt, ":max_count", (int64_t)query->max_count + 1);
	bind_text(stmt, ":jid", query->jid);
	bind_text(stmt, ":nick", query->nick);
	bind_text(stmt, ":occupant_id", query->occupant_id);
	bind_text(stmt, ":holds", query->holds);
	bind_text(stmt, ":noted", query->noted);
	bind_text(stmt, ":must", s->words.must);
	bind_text(stmt, ":none", s->words.none);
	bind_list(stmt, "id", query->ids, query->id_count);
	bind_list(stmt, "in", query->rooms, query->room_count);
}

static int prepare(struct search *s, const char *sql,
		   const struct stretch *stretch, struct sqlite3_stmt **out)
{
	int error = reader_get(s->reader, sql, out);

	if (!error)
		bind_search(*out, s, stretch);
	return error;
}

/* The number that is asked for; ARCHIVE_NO_ID: there is no row, or it is NULL. */
static enum archive_status ask(struct search *s, const char *sql,
			       const struct stretch *stretch,
			       int64_t *number_out)
{
	enum archive_status status = ARCHIVE_NO_ID;
	struct sqlite3_stmt *stmt = NULL;
	int error = prepare(s, sql, stretch, &stmt);

	if (!error && sqlite_next(stmt, &error) &&
	    sqlite3_column_type(stmt, 0) != SQLITE_NULL) {
		*number_out = sqlite3_column_int64(stmt, 0);
		status = ARCHIVE_OK;
	}
	reader_put(&stmt);
	return error ? ARCHIVE_FAILED : status;
}

/*
 * Where: names made numbers
 */

static enum archive_status find_text(struct search *s, const char *sql,
				     const char *text, int64_t *number_out)
{
	enum archive_status status = ARCHIVE_NO_ID;
	struct sqlite3_stmt *stmt = NULL;
	int error = reader_get(s->reader, sql, &stmt);

	if (error)
		return ARCHIVE_FAILED;
	bind_text(stmt, ":text", text);
	bind_number(stmt, ":room", s->room);
	if (sqlite_next(stmt, &error)) {
		*number_out = sqlite3_column_int64(stmt, 0);
		status = ARCHIVE_OK;
	}
	reader_put(&stmt);
	return error ? ARCHIVE_FAILED : status;
}

static enum archive_status find_seq(struct search *s, const char *id,
				    int64_t *seq_out)
{
	if (!id)
		return ARCHIVE_OK;
	return find_text(s,
			 s->query->room ? "SELECT seq FROM archive"
					  " WHERE id = :text AND room = :room"
					: "SELECT seq FROM archive"
					  " WHERE id = :text",
			 id, seq_out);
}

static enum archive_status find_room(struct search *s)
{
	enum archive_status status;

	s->room = NO_ROOM;
	if (!s->query->room)
		return ARCHIVE_OK;
	status = find_text(s, "SELECT id FROM rooms WHERE jid = :text",
			   s->query->room, &s->room);
	return status == ARCHIVE_FAILED ? status : ARCHIVE_OK;
}

/* All of them must be there. */
static enum archive_status find_all(struct search *s)
{
	enum archive_status status = ARCHIVE_OK;
	int64_t seq;

	for (size_t i = 0; i < s->query->id_count && status == ARCHIVE_OK; i++)
		status = find_seq(s, s->query->ids[i], &seq);
	return status;
}

/* One row: what lies between its neighbours. */
static enum archive_status find_only(struct search *s)
{
	int64_t seq = 0;
	enum archive_status status = find_seq(s, s->query->only_id, &seq);

	if (s->query->only_id && status == ARCHIVE_OK)
		s->page = (struct stretch){ seq - 1, seq + 1 };
	return status;
}

/* The first and the last row of a span of time, by the days: none is skipped for
 * a clock that was set. */
#define DAY_BOUND(which, seq, beyond, day, inside, order)                      \
	"SELECT " which "(seq) FROM ("                                         \
	"SELECT " which "(" seq ") AS seq FROM all_days"                       \
	" WHERE room = :room AND day " beyond " UNION ALL SELECT"              \
	" (SELECT l.seq FROM room_lines l WHERE l.room = :room"                \
	" AND l.seq >= d.first_seq AND l.seq <= d.last_seq AND " inside        \
	" ORDER BY l.seq " order " LIMIT 1)"                                   \
	" FROM all_days d WHERE d.room = :room AND d.day = " day               \
	" UNION ALL SELECT"                                                    \
	" (SELECT l.seq FROM archive l"                                        \
	" WHERE l.seq > max(:mark, d.first_seq - 1)"                           \
	" AND l.seq <= d.last_seq"                                             \
	" AND l.room = :room AND " inside " ORDER BY l.seq " order " LIMIT 1)" \
	" FROM all_days d WHERE d.room = :room AND d.day = " day               \
	" AND d.last_seq > :mark)"
#define FIRST_OF_ROOM                                                      \
	DAY_BOUND("min", "first_seq", "> :first_day", ":first_day",        \
		  "l.at >= :start AND l.at < (:first_day + 1) * 86400000", \
		  "ASC")
#define LAST_OF_ROOM                                             \
	DAY_BOUND("max", "last_seq", "< :last_day", ":last_day", \
		  "l.at <= :end AND l.at >= :last_day * 86400000", "DESC")
/* of each table by itself: there may be very many days */
#define BOUND_OF_ALL(which, seq, days, late)                           \
	"SELECT " which "(seq) FROM (SELECT " which "(" seq ")"        \
	" AS seq FROM days WHERE day " days " UNION ALL SELECT " which \
	"(seq) FROM archive"                                           \
	" WHERE seq > (SELECT counted FROM indexed) AND at " late ")"
#define FIRST_OF_ALL                                      \
	BOUND_OF_ALL("min", "first_seq", ">= :first_day", \
		     ">= :first_day * 86400000")
#define LAST_OF_ALL                                     \
	BOUND_OF_ALL("max", "last_seq", "<= :last_day", \
		     "< (:last_day + 1) * 86400000")

/* Times made a stretch, so that what lies outside is not looked at. */
static enum archive_status find_times(struct search *s)
{
	bool is_room = s->query->room != NULL;
	enum archive_status status = ARCHIVE_OK;
	int64_t seq;

	if (s->start > TIME_MIN) {
		status = ask(s, is_room ? FIRST_OF_ROOM : FIRST_OF_ALL,
			     &s->matches, &seq);
		s->matches.after = status == ARCHIVE_OK ? seq - 1 : INT64_MAX;
	}
	if (s->end < TIME_MAX && status != ARCHIVE_FAILED) {
		status = ask(s, is_room ? LAST_OF_ROOM : LAST_OF_ALL,
			     &s->matches, &seq);
		s->matches.before = status == ARCHIVE_OK ? seq + 1 : INT64_MIN;
	}
	return status == ARCHIVE_FAILED ? status : ARCHIVE_OK;
}

static int64_t clamp(int64_t at)
{
	return at < TIME_MIN ? TIME_MIN : at > TIME_MAX ? TIME_MAX : at;
}

static struct stretch both(struct stretch a, struct stretch b)
{
	return (struct stretch){
		.after = a.after > b.after ? a.after : b.after,
		.before = a.before < b.before ? a.before : b.before,
	};
}

static bool is_empty(const struct stretch *stretch)
{
	return stretch->after >= stretch->before;
}

static enum archive_status find_ids(struct search *s)
{
	const struct archive_query *query = s->query;
	struct stretch ids = { INT64_MIN, INT64_MAX };
	enum archive_status status = find_seq(s, query->from_id, &ids.after);

	if (status == ARCHIVE_OK)
		status = find_seq(s, query->until_id, &ids.before);
	if (status == ARCHIVE_OK)
		status = find_seq(s, query->after_id, &s->page.after);
	if (status == ARCHIVE_OK)
		status = find_seq(s, query->before_id, &s->page.before);
	if (status == ARCHIVE_OK)
		status = find_only(s);
	if (status == ARCHIVE_OK)
		status = find_all(s);
	s->matches = both(s->matches, ids);
	s->page = both(s->page, s->matches);
	return status;
}

static enum archive_status find_mark(struct search *s)
{
	enum archive_status status =
		find_text(s, "SELECT seq FROM indexed", NULL, &s->mark);

	if (status == ARCHIVE_OK)
		status = find_text(s, "SELECT ifnull(max(seq), 0) FROM archive",
				   NULL, &s->newest);
	return status == ARCHIVE_NO_ID ? ARCHIVE_FAILED : status;
}

static enum archive_status find(struct search *s)
{
	enum archive_status status = find_room(s);

	if (status == ARCHIVE_OK)
		status = find_mark(s);
	if (status == ARCHIVE_OK)
		status = find_times(s);
	return status == ARCHIVE_OK ? find_ids(s) : status;
}

#define TOO_FAR                                                          \
	"SELECT seq FROM room_lines WHERE room = :room AND seq > :after" \
	" AND seq < :before ORDER BY seq DESC LIMIT 1 OFFSET :max_scan"
#define TOO_FAR_WITH_WORDS                                                \
	"SELECT rowid FROM archive_words WHERE archive_words MATCH :must" \
	" AND rowid > :after AND rowid < :before"                         \
	" ORDER BY rowid DESC LIMIT 1 OFFSET :max_scan"

/* Rows that are tried one by one are bounded: nobody's question reads it all. */
static enum archive_status bound(struct search *s, struct archive_page *page)
{
	const struct archive_query *query = s->query;
	struct stretch whole =
		both(s->matches, (struct stretch){ 0, s->newest + 1 });
	enum archive_status status = ARCHIVE_OK;
	int64_t far;

	if (!query->max_scan || query->id_count || query->only_id ||
	    is_empty(&whole))
		return ARCHIVE_OK;
	far = whole.before - 1 - (int64_t)query->max_scan;
	if (s->words.must)
		status = ask(s, TOO_FAR_WITH_WORDS, &whole, &far);
	else if (query->room)
		status = ask(s, TOO_FAR, &whole, &far);
	if (status == ARCHIVE_OK && far > whole.after) {
		page->is_bounded = true;
		s->matches.after = far;
		s->page = both(s->page, s->matches);
	}
	return status == ARCHIVE_FAILED ? status : ARCHIVE_OK;
}

static void search_init(struct search *s, struct reader *r,
			const struct archive_query *query)
{
	static const struct stretch all = { INT64_MIN, INT64_MAX };

	*s = (struct search){
		.reader = r,
		.query = query,
		.start = query->start ? clamp(query->start) : TIME_MIN,
		.end = query->end ? clamp(query->end) : TIME_MAX,
		.matches = all,
		.page = all,
	};
	if (query->words)
		words_init(&s->words, query->words);
}

/*
 * Which rows
 */

/* Where the rows come from decides what is read in order and what is tried; it
 * is not left to guesses about a database nobody has measured. */
struct source {
	const char *from; /* with its own conditions */
	const char *seq;  /* the column by which its rows are in order */
	const char *time; /* the table in which to look for time and openness */
};

static const struct source all_lines = {
	" FROM archive a NOT INDEXED WHERE a.seq > :after AND a.seq < :before",
	"a.seq",
	"a",
};
static const struct source named_lines = {
	" FROM archive a WHERE a.seq > :after AND a.seq < :before",
	"a.seq",
	"a",
};
static const struct source room_lines = {
	" FROM room_lines l CROSS JOIN archive a ON a.seq = l.seq"
	" WHERE l.room = :room AND l.seq > :after AND l.seq < :before",
	"l.seq",
	"l",
};
static const struct source lines_with_words = {
	" FROM archive_words w CROSS JOIN archive a ON a.seq = w.rowid"
	" WHERE archive_words MATCH :must"
	" AND w.rowid > :after AND w.rowid < :before",
	"w.rowid",
	"a",
};
static const struct source late_lines_with_words = {
	" FROM late_words w CROSS JOIN archive a ON a.seq = w.rowid"
	" WHERE late_words MATCH :must"
	" AND w.rowid > :after AND w.rowid < :before",
	"w.rowid",
	"a",
};

static const struct source *choose_source(const struct search *s, bool is_late)
{
	if (s->words.must)
		return is_late ? &late_lines_with_words : &lines_with_words;
	if (s->query->id_count)
		return &named_lines;
	return s->query->room && !is_late ? &room_lines : &all_lines;
}

/*
 * Lines behind the mark are not in what is found by way of lines: they are few,
 * and looked at one by one.
 */

static struct stretch early(const struct search *s, const struct stretch *whole)
{
	return both(*whole, (struct stretch){ INT64_MIN, s->mark + 1 });
}

static struct stretch late(const struct search *s, const struct stretch *whole)
{
	return both(*whole, (struct stretch){ s->mark, s->newest + 1 });
}

static bool has_late(const struct search *s)
{
	return s->newest > s->mark;
}

/* Their words, for as long as this transaction lasts; searched as the others
 * are, by the same rules. */
#define LATE_WORDS                                                    \
	"CREATE VIRTUAL TABLE temp.late_words USING fts5 (body,"      \
	" content = '', tokenize = 'unicode61 remove_diacritics 2');" \
	"INSERT INTO temp.late_words (rowid, body) SELECT seq, body"  \
	" FROM archive WHERE seq > (SELECT seq FROM indexed)"         \
	" AND body IS NOT NULL"

static enum archive_status index_late_words(struct search *s)
{
	if (!has_late(s) || (!s->words.must && !s->words.none))
		return ARCHIVE_OK;
	return sqlite_run(reader_db(s->reader), LATE_WORDS) ? ARCHIVE_FAILED
							    : ARCHIVE_OK;
}

/*
 * Conditions
 */

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

static void add_filters(struct buf *sql, const struct search *s,
			const struct source *source)
{
	const struct archive_query *query = s->query;

	add_rooms(sql, query);
	if (s->start > TIME_MIN)
		buf_add_format(sql, " AND %s.at >= :start", source->time);
	if (s->end < TIME_MAX)
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
	if (s->words.none && has_late(s))
		buf_add_str(sql, " AND a.seq NOT IN"
				 " (SELECT rowid FROM late_words"
				 " WHERE late_words MATCH :none)");
	if (query->id_count) {
		buf_add_str(sql, " AND a.id IN (");
		add_list(sql, "id", query->id_count);
		buf_add_char(sql, ')');
	}
}

/*
 * The page
 */

static bool fill_message(struct record_message *m, struct sqlite3_stmt *row)
{
	const char *id = (const char *)sqlite3_column_text(row, 0);

	m->at = sqlite3_column_int64(row, 1);
	m->jid = reader_text(row, 2);
	m->nick = reader_text(row, 3);
	m->occupant_id = reader_text(row, 4);
	m->stanza = reader_text(row, 5);
	m->body = reader_text(row, 6);
	m->is_subject = sqlite3_column_int(row, 7) != 0;
	m->is_public = sqlite3_column_int(row, 8) != 0;
	m->hats = reader_text(row, 9);
	if (sqlite3_column_count(row) > 10)
		m->room = reader_text(row, 10);
	return id && str_copy(m->id, sizeof(m->id), id) && m->stanza;
}

/* False: the row is damaged. */
static bool add_row(struct archive_page *page, size_t *cap,
		    struct sqlite3_stmt *row)
{
	if (page->count == *cap) {
		*cap = *cap ? 2 * *cap : 16;
		page->rows =
			mem_realloc(page->rows, *cap * sizeof(*page->rows));
	}
	page->rows[page->count] = (struct record_message){ .at = 0 };
	return fill_message(&page->rows[page->count++], row);
}

static void reverse(struct archive_page *page)
{
	for (size_t i = 0, j = page->count; i + 1 < j; i++) {
		struct record_message m = page->rows[i];

		page->rows[i] = page->rows[--j];
		page->rows[j] = m;
	}
}

/* Before the row is copied. */
static size_t row_size(struct sqlite3_stmt *row)
{
	return (size_t)sqlite3_column_bytes(row, 5) +
	       (size_t)sqlite3_column_bytes(row, 6);
}

/* A page in the making. */
struct filling {
	struct archive_page *page;
	size_t max, max_bytes;
	size_t cap, bytes;
};

/* One row more than wanted, to know whether it exists. */
static enum archive_status read_rows(struct sqlite3_stmt *stmt,
				     struct filling *f)
{
	bool is_good = true;
	int error = 0;

	while (is_good && sqlite_next(stmt, &error)) {
		f->bytes += row_size(stmt);
		if (f->page->count == f->max ||
		    (f->page->count > 0 && f->bytes > f->max_bytes)) {
			f->page->is_complete = false;
			break;
		}
		is_good = add_row(f->page, &f->cap, stmt);
	}
	return is_good && !error ? ARCHIVE_OK : ARCHIVE_FAILED;
}

static enum archive_status read_stretch(struct search *s,
					const struct stretch *stretch,
					bool is_late, struct filling *f)
{
	const struct source *source = choose_source(s, is_late);
	enum archive_status status = ARCHIVE_FAILED;
	struct sqlite3_stmt *stmt = NULL;
	struct buf sql = { 0 };

	if (is_empty(stretch) || (is_late && !has_late(s)) ||
	    !f->page->is_complete)
		return ARCHIVE_OK;
	buf_add_str(&sql, s->query->room ? COLUMNS : COLUMNS ROOM_NAME);
	buf_add_str(&sql, source->from);
	add_filters(&sql, s, source);
	buf_add_format(&sql, " ORDER BY %s%s LIMIT :max", source->seq,
		       s->query->last_page ? " DESC" : "");
	if (prepare(s, buf_str(&sql), stretch, &stmt) == 0) {
		bind_number(stmt, ":max",
			    (int64_t)(f->max + 1 - f->page->count));
		status = read_rows(stmt, f);
	}
	reader_put(&stmt);
	buf_fini(&sql);
	return status;
}

static enum archive_status read_page(struct search *s,
				     struct archive_page *page)
{
	const struct archive_query *query = s->query;
	struct filling f = {
		.page = page,
		.max = query->max < INT32_MAX ? query->max : INT32_MAX,
		.max_bytes = query->max_bytes,
	};
	struct stretch halves[2] = { early(s, &s->page), late(s, &s->page) };
	bool from_end = query->last_page;
	enum archive_status status;

	page->is_complete = true;
	status = read_stretch(s, &halves[from_end], from_end, &f);
	if (status == ARCHIVE_OK)
		status = read_stretch(s, &halves[!from_end], !from_end, &f);
	if (from_end)
		reverse(page);
	return status;
}

/*
 * Counting
 */

/* Whole days are counted already; of others the lines are. */
#define COUNT_OF_DAY(table, from, condition)                     \
	"(SELECT count(*) FROM " table " l WHERE l.room = :room" \
	" AND l.seq > max(:after, d.first_seq - 1, " from ")"    \
	" AND l.seq < min(:before, d.last_seq + 1)"              \
	" AND l.at >= max(:start, d.day * 86400000)"             \
	" AND l.at <= min(:end, d.day * 86400000 + 86399999)" condition ")"
#define COUNT_BY_DAYS(lines, condition)                                        \
	"SELECT ifnull(sum(CASE WHEN d.day > :first_day"                       \
	" AND d.day < :last_day AND d.first_seq > :after"                      \
	" AND d.last_seq < :before THEN d." lines " ELSE " COUNT_OF_DAY(       \
		"room_lines", ":after",                                        \
		condition) " + CASE WHEN d.last_seq > :mark "                  \
			   "THEN " COUNT_OF_DAY("archive", ":mark",            \
						condition) " ELSE 0 END "      \
							   "END), 0)"          \
							   " FROM all_days d " \
							   "WHERE d.room = "   \
							   ":room"             \
							   " AND d.day "       \
							   "BETWEEN "          \
							   ":first_day AND "   \
							   ":last_day"         \
							   " AND d.last_seq "  \
							   "> :after AND "     \
							   "d.first_seq < "    \
							   ":before"

static bool is_counted_by_days(const struct search *s)
{
	const struct archive_query *query = s->query;

	return query->room && !query->id_count && !query->jid && !query->nick &&
	       !query->occupant_id && !query->holds && !query->noted &&
	       !query->only_subjects && !s->words.must && !s->words.none;
}

static enum archive_status count_by_days(struct search *s,
					 const struct stretch *stretch,
					 int64_t *count_out)
{
	return ask(s,
		   s->query->only_public ? COUNT_BY_DAYS("public_lines",
							 " AND l.is_public = 1")
					 : COUNT_BY_DAYS("lines", ""),
		   stretch, count_out);
}

/* Adds those of one side of the mark. */
static enum archive_status count_stretch(struct search *s,
					 const struct stretch *stretch,
					 bool is_late, int64_t *count)
{
	const struct source *source = choose_source(s, is_late);
	enum archive_status status;
	struct buf sql = { 0 };
	int64_t number = 0;

	if (is_empty(stretch) || (is_late && !has_late(s)))
		return ARCHIVE_OK;
	buf_add_str(&sql, "SELECT count(*)");
	if (s->query->max_count)
		buf_add_str(&sql, " FROM (SELECT 1");
	buf_add_str(&sql, source->from);
	add_filters(&sql, s, source);
	if (s->query->max_count)
		buf_add_str(&sql, " LIMIT :max_count)");
	status = ask(s, buf_str(&sql), stretch, &number);
	*count += number;
	buf_fini(&sql);
	return status;
}

static enum archive_status
count(struct search *s, const struct stretch *stretch, int64_t *count_out)
{
	struct stretch before = early(s, stretch), behind = late(s, stretch);
	enum archive_status status;

	*count_out = 0;
	if (is_counted_by_days(s))
		return count_by_days(s, stretch, count_out);
	status = count_stretch(s, &before, false, count_out);
	return status == ARCHIVE_OK ? count_stretch(s, &behind, true, count_out)
				    : status;
}

static enum archive_status find_total(struct search *s,
				      struct archive_page *page)
{
	enum archive_status status = count(s, &s->matches, &page->total);
	int64_t most = (int64_t)s->query->max_count;

	if (status == ARCHIVE_OK && most && !is_counted_by_days(s) &&
	    page->total > most) {
		page->total = most;
		page->has_more = true;
	}
	return status;
}

/* How many of those that match stand before the page's first row. Of a page from
 * the end those behind it are counted: they are few, or none. */
static enum archive_status find_index(struct search *s,
				      struct archive_page *page)
{
	bool from_end = s->query->last_page;
	struct stretch others = s->matches;
	enum archive_status status;
	int64_t number = 0;

	if (page->count == 0 || page->has_more)
		return ARCHIVE_OK;
	status = from_end ? find_seq(s, page->rows[page->count - 1].id,
				     &others.after)
			  : find_seq(s, page->rows[0].id, &others.before);
	if (status == ARCHIVE_OK)
		status = count(s, &others, &number);
	if (status != ARCHIVE_OK)
		return ARCHIVE_FAILED;
	page->first_index = number;
	if (from_end)
		page->first_index = page->total - (int64_t)page->count - number;
	return ARCHIVE_OK;
}

/* Inside one transaction: page and total are of the same moment. */
static enum archive_status answer(struct search *s, struct archive_page *page)
{
	enum archive_status status = find(s);

	if (status == ARCHIVE_OK)
		status = bound(s, page);
	if (status == ARCHIVE_OK)
		status = index_late_words(s);
	if (status == ARCHIVE_OK)
		status = read_page(s, page);
	if (status == ARCHIVE_OK && s->query->want_count)
		status = find_total(s, page);
	if (status == ARCHIVE_OK && s->query->want_count)
		status = find_index(s, page);
	page->status = status;
	return status;
}

struct archive_page *reader_ask(struct reader *r,
				const struct archive_query *query)
{
	struct archive_page *page = archive_page_new(ARCHIVE_FAILED);
	enum archive_status status = ARCHIVE_FAILED;
	struct search search;

	search_init(&search, r, query);
	if (reader_begin(r) == 0)
		status = answer(&search, page);
	words_fini(&search.words);
	if (status == ARCHIVE_FAILED)
		sqlite_log_error(reader_db(r), "cannot read the archive");
	reader_end(r);
	if (status != ARCHIVE_OK) {
		archive_page_free(&page);
		page = archive_page_new(status);
	}
	return page;
}
