/* SPDX-License-Identifier: MIT */
#include "store/line_search.h"

#include <sqlite3.h>

#include "base/mem.h"
#include "base/str.h"
#include "store/chain.h"
#include "store/reader_handle.h"
#include "store/sqlite.h"

/* Before and behind all times (ms) that can be; not so large that reckoning
 * with them might overflow. */
#define TIME_MIN (-((int64_t)1 << 52))
#define TIME_MAX ((int64_t)1 << 52)
#define NO_ROOM (-1) /* nobody's: an unknown room is an empty one */

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

static void bind_search(struct sqlite3_stmt *stmt, const struct line_search *s,
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
	bind_number(stmt, ":max", s->max);
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

int line_search_prepare(struct line_search *s, const char *sql,
			const struct stretch *stretch,
			struct sqlite3_stmt **out)
{
	int error = reader_get(s->reader, sql, out);

	if (!error)
		bind_search(*out, s, stretch);
	return error;
}

/* The number that is asked for; ARCHIVE_NO_ID: there is no row, or it is NULL. */
enum archive_status line_search_ask(struct line_search *s, const char *sql,
				    const struct stretch *stretch,
				    int64_t *number_out)
{
	enum archive_status status = ARCHIVE_NO_ID;
	struct sqlite3_stmt *stmt = NULL;
	int error = line_search_prepare(s, sql, stretch, &stmt);

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

static enum archive_status find_text(struct line_search *s, const char *sql,
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

enum archive_status line_search_find_seq(struct line_search *s, const char *id,
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

static enum archive_status find_room(struct line_search *s)
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
static enum archive_status find_all(struct line_search *s)
{
	enum archive_status status = ARCHIVE_OK;
	int64_t seq;

	for (size_t i = 0; i < s->query->id_count && status == ARCHIVE_OK; i++)
		status = line_search_find_seq(s, s->query->ids[i], &seq);
	return status;
}

/* One row: what lies between its neighbours. */
static enum archive_status find_only(struct line_search *s)
{
	int64_t seq = 0;
	enum archive_status status =
		line_search_find_seq(s, s->query->only_id, &seq);

	if (s->query->only_id && status == ARCHIVE_OK)
		s->page = (struct stretch){ seq - 1, seq + 1 };
	return status;
}

/* The first and the last row of a span of time, by the days: none is skipped for
 * a clock that was set. Lines that no day has counted yet are the last ones. */
#define UNCOUNTED "l.seq > (SELECT counted FROM indexed)"
#define DAY_BOUND(which, seq, beyond, day, inside, late, order)                \
	"SELECT " which "(seq) FROM ("                                         \
	"SELECT " which "(" seq ") AS seq FROM days"                           \
	" WHERE room = :room AND day " beyond " UNION ALL SELECT"              \
	" (SELECT l.seq FROM room_lines l WHERE l.room = :room"                \
	" AND l.seq >= d.first_seq AND l.seq <= d.last_seq AND " inside        \
	" ORDER BY l.seq " order " LIMIT 1)"                                   \
	" FROM days d WHERE d.room = :room AND d.day = " day                   \
	" UNION ALL SELECT"                                                    \
	" (SELECT l.seq FROM archive l"                                        \
	" WHERE l.seq > max(:mark, d.first_seq - 1)"                           \
	" AND l.seq <= d.last_seq"                                             \
	" AND l.room = :room AND " inside " ORDER BY l.seq " order " LIMIT 1)" \
	" FROM days d WHERE d.room = :room AND d.day = " day                   \
	" AND d.last_seq > :mark"                                              \
	" UNION ALL SELECT (SELECT l.seq FROM archive l WHERE " UNCOUNTED      \
	" AND l.room = :room AND " late " ORDER BY l.seq " order " LIMIT 1))"
#define FIRST_OF_ROOM                                                      \
	DAY_BOUND("min", "first_seq", "> :first_day", ":first_day",        \
		  "l.at >= :start AND l.at < (:first_day + 1) * 86400000", \
		  "l.at >= :start", "ASC")
#define LAST_OF_ROOM                                               \
	DAY_BOUND("max", "last_seq", "< :last_day", ":last_day",   \
		  "l.at <= :end AND l.at >= :last_day * 86400000", \
		  "l.at <= :end", "DESC")
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
static enum archive_status find_times(struct line_search *s)
{
	bool is_room = s->query->room != NULL;
	enum archive_status status = ARCHIVE_OK;
	int64_t seq;

	if (s->has_start) {
		status = line_search_ask(s,
					 is_room ? FIRST_OF_ROOM : FIRST_OF_ALL,
					 &s->matches, &seq);
		s->matches.after = status == ARCHIVE_OK ? seq - 1 : INT64_MAX;
	}
	if (s->has_end && status != ARCHIVE_FAILED) {
		status =
			line_search_ask(s, is_room ? LAST_OF_ROOM : LAST_OF_ALL,
					&s->matches, &seq);
		s->matches.before = status == ARCHIVE_OK ? seq + 1 : INT64_MIN;
	}
	return status == ARCHIVE_FAILED ? status : ARCHIVE_OK;
}

static int64_t clamp(int64_t at)
{
	return at < TIME_MIN ? TIME_MIN : at > TIME_MAX ? TIME_MAX : at;
}

struct stretch stretch_meet(struct stretch a, struct stretch b)
{
	return (struct stretch){
		.after = a.after > b.after ? a.after : b.after,
		.before = a.before < b.before ? a.before : b.before,
	};
}

bool stretch_is_empty(const struct stretch *stretch)
{
	return stretch->after >= stretch->before;
}

static enum archive_status find_ids(struct line_search *s)
{
	const struct archive_query *query = s->query;
	struct stretch ids = { INT64_MIN, INT64_MAX };
	enum archive_status status =
		line_search_find_seq(s, query->from_id, &ids.after);

	if (status == ARCHIVE_OK)
		status = line_search_find_seq(s, query->until_id, &ids.before);
	if (status == ARCHIVE_OK)
		status = line_search_find_seq(s, query->after_id,
					      &s->page.after);
	if (status == ARCHIVE_OK)
		status = line_search_find_seq(s, query->before_id,
					      &s->page.before);
	if (status == ARCHIVE_OK)
		status = find_only(s);
	if (status == ARCHIVE_OK)
		status = find_all(s);
	s->matches = stretch_meet(s->matches, ids);
	s->page = stretch_meet(s->page, s->matches);
	return status;
}

static enum archive_status find_mark(struct line_search *s)
{
	enum archive_status status =
		find_text(s, "SELECT seq FROM indexed", NULL, &s->mark);

	if (status == ARCHIVE_OK)
		status = find_text(s, "SELECT ifnull(max(seq), 0) FROM archive",
				   NULL, &s->newest);
	return status == ARCHIVE_NO_ID ? ARCHIVE_FAILED : status;
}

enum archive_status line_search_find(struct line_search *s)
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
enum archive_status line_search_bound(struct line_search *s,
				      struct archive_page *page)
{
	const struct archive_query *query = s->query;
	struct stretch whole =
		stretch_meet(s->matches, (struct stretch){ 0, s->newest + 1 });
	enum archive_status status = ARCHIVE_OK;
	int64_t far;

	if (!query->max_scan || query->id_count || query->only_id ||
	    stretch_is_empty(&whole))
		return ARCHIVE_OK;
	far = whole.before - 1 - (int64_t)query->max_scan;
	if (s->words.must)
		status = line_search_ask(s, TOO_FAR_WITH_WORDS, &whole, &far);
	else if (query->room)
		status = line_search_ask(s, TOO_FAR, &whole, &far);
	if (status == ARCHIVE_OK && far > whole.after) {
		page->is_bounded = true;
		s->matches.after = far;
		s->page = stretch_meet(s->page, s->matches);
	}
	return status == ARCHIVE_FAILED ? status : ARCHIVE_OK;
}

void line_search_init(struct line_search *s, struct reader *r,
		      const struct archive_query *query)
{
	static const struct stretch all = { INT64_MIN, INT64_MAX };

	*s = (struct line_search){
		.reader = r,
		.query = query,
		.start = query->start ? clamp(query->start) : TIME_MIN,
		.end = query->end ? clamp(query->end) : TIME_MAX,
		.matches = all,
		.page = all,
	};
	s->has_start = s->start > TIME_MIN;
	s->has_end = s->end < TIME_MAX;
	if (query->words)
		words_init(&s->words, query->words);
}

void line_search_fini(struct line_search *s)
{
	words_fini(&s->words);
}

/*
 * Lines behind the mark are not in what is found by way of lines: they are few,
 * and looked at one by one.
 */

struct stretch line_search_early(const struct line_search *s,
				 const struct stretch *whole)
{
	return stretch_meet(*whole, (struct stretch){ INT64_MIN, s->mark + 1 });
}

struct stretch line_search_late(const struct line_search *s,
				const struct stretch *whole)
{
	return stretch_meet(*whole, (struct stretch){ s->mark, s->newest + 1 });
}

bool line_search_has_late(const struct line_search *s)
{
	return s->newest > s->mark;
}
