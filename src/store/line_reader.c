/* SPDX-License-Identifier: MIT */
#include "store/reader.h"

#include <sqlite3.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/archive_query.h"
#include "store/line_search.h"
#include "store/line_source.h"
#include "store/reader_handle.h"
#include "store/sqlite.h"

#define COLUMNS                                                      \
	"SELECT a.id, a.at, a.jid, a.nick, a.occupant_id, a.stanza," \
	" a.body, a.is_subject, a.is_public, a.hats"
#define ROOM_NAME ", (SELECT jid FROM rooms WHERE rooms.id = a.room)"

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

static enum archive_status read_stretch(struct line_search *s,
					const struct stretch *stretch,
					bool is_late, struct filling *f)
{
	const struct line_source *source = line_source_choose(s, is_late);
	enum archive_status status = ARCHIVE_FAILED;
	struct sqlite3_stmt *stmt = NULL;
	struct buf sql = { 0 };

	if (stretch_is_empty(stretch) ||
	    (is_late && !line_search_has_late(s)) || !f->page->is_complete)
		return ARCHIVE_OK;
	buf_add_str(&sql, s->query->room ? COLUMNS : COLUMNS ROOM_NAME);
	buf_add_str(&sql, source->from);
	line_source_add_filters(&sql, s, source);
	buf_add_format(&sql, " ORDER BY %s%s LIMIT :max", source->seq,
		       s->query->last_page ? " DESC" : "");
	s->max = (int64_t)(f->max + 1 - f->page->count);
	if (line_search_prepare(s, buf_str(&sql), stretch, &stmt) == 0)
		status = read_rows(stmt, f);
	reader_put(&stmt);
	buf_fini(&sql);
	return status;
}

static enum archive_status read_page(struct line_search *s,
				     struct archive_page *page)
{
	const struct archive_query *query = s->query;
	struct filling f = {
		.page = page,
		.max = query->max < INT32_MAX ? query->max : INT32_MAX,
		.max_bytes = query->max_bytes,
	};
	struct stretch halves[2] = { line_search_early(s, &s->page),
				     line_search_late(s, &s->page) };
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

/* Whole days are counted already; of others the lines are, and those that no day
 * has counted yet. */
#define COUNT_OF_DAY(table, from, condition)                     \
	"(SELECT count(*) FROM " table " l WHERE l.room = :room" \
	" AND l.seq > max(:after, d.first_seq - 1, " from ")"    \
	" AND l.seq < min(:before, d.last_seq + 1)"              \
	" AND l.at >= max(:start, d.day * 86400000)"             \
	" AND l.at <= min(:end, d.day * 86400000 + 86399999)" condition ")"
#define COUNT_UNCOUNTED(condition)                                \
	"(SELECT count(*) FROM archive l WHERE l.room = :room"    \
	" AND l.seq > max(:after, (SELECT counted FROM indexed))" \
	" AND l.seq < :before"                                    \
	" AND l.at >= :start AND l.at <= :end" condition ")"
#define COUNT_BY_DAYS(lines, condition)                                  \
	"SELECT ifnull(sum(CASE WHEN d.day > :first_day"                 \
	" AND d.day < :last_day AND d.first_seq > :after"                \
	" AND d.last_seq < :before THEN d." lines " ELSE "               \
	COUNT_OF_DAY("room_lines", ":after", condition)                  \
	" + CASE WHEN d.last_seq > :mark THEN "                          \
	COUNT_OF_DAY("archive", ":mark", condition)                      \
	" ELSE 0 END END), 0) + " COUNT_UNCOUNTED(condition)             \
	" FROM days d WHERE d.room = :room"                              \
	" AND d.day BETWEEN :first_day AND :last_day"                    \
	" AND d.last_seq > :after AND d.first_seq < :before"

static bool is_counted_by_days(const struct line_search *s)
{
	const struct archive_query *query = s->query;

	return query->room && !query->id_count && !query->jid && !query->nick &&
	       !query->occupant_id && !query->holds && !query->noted &&
	       !query->only_subjects && !s->words.must && !s->words.none;
}

static enum archive_status count_by_days(struct line_search *s,
					 const struct stretch *stretch,
					 int64_t *count_out)
{
	return line_search_ask(
		s,
		s->query->only_public
			? COUNT_BY_DAYS("public_lines", " AND l.is_public = 1")
			: COUNT_BY_DAYS("lines", ""),
		stretch, count_out);
}

/* Adds those of one side of the mark. */
static enum archive_status count_stretch(struct line_search *s,
					 const struct stretch *stretch,
					 bool is_late, int64_t *count)
{
	const struct line_source *source = line_source_choose(s, is_late);
	enum archive_status status;
	struct buf sql = { 0 };
	int64_t number = 0;

	if (stretch_is_empty(stretch) || (is_late && !line_search_has_late(s)))
		return ARCHIVE_OK;
	buf_add_str(&sql, "SELECT count(*)");
	if (s->query->max_count)
		buf_add_str(&sql, " FROM (SELECT 1");
	buf_add_str(&sql, source->from);
	line_source_add_filters(&sql, s, source);
	if (s->query->max_count)
		buf_add_str(&sql, " LIMIT :max_count)");
	status = line_search_ask(s, buf_str(&sql), stretch, &number);
	*count += number;
	buf_fini(&sql);
	return status;
}

static enum archive_status
count(struct line_search *s, const struct stretch *stretch, int64_t *count_out)
{
	struct stretch before = line_search_early(s, stretch),
		       behind = line_search_late(s, stretch);
	enum archive_status status;

	*count_out = 0;
	if (is_counted_by_days(s))
		return count_by_days(s, stretch, count_out);
	status = count_stretch(s, &before, false, count_out);
	return status == ARCHIVE_OK ? count_stretch(s, &behind, true, count_out)
				    : status;
}

static enum archive_status find_total(struct line_search *s,
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
static enum archive_status find_index(struct line_search *s,
				      struct archive_page *page)
{
	bool from_end = s->query->last_page;
	struct stretch others = s->matches;
	enum archive_status status;
	int64_t number = 0;

	if (page->count == 0 || page->has_more)
		return ARCHIVE_OK;
	status = from_end ? line_search_find_seq(s,
						 page->rows[page->count - 1].id,
						 &others.after)
			  : line_search_find_seq(s, page->rows[0].id,
						 &others.before);
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
static enum archive_status answer(struct line_search *s,
				  struct archive_page *page)
{
	enum archive_status status = line_search_find(s);

	if (status == ARCHIVE_OK)
		status = line_search_bound(s, page);
	if (status == ARCHIVE_OK)
		status = line_source_prepare(s);
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
	struct line_search search;

	line_search_init(&search, r, query);
	if (reader_begin(r) == 0)
		status = answer(&search, page);
	line_search_fini(&search);
	if (status == ARCHIVE_FAILED)
		sqlite_log_error(reader_db(r), "cannot read the archive");
	reader_end(r);
	if (status != ARCHIVE_OK) {
		archive_page_free(&page);
		page = archive_page_new(status);
	}
	return page;
}
