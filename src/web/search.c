/* SPDX-License-Identifier: MIT */
#include "web/search.h"

#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/zone.h"
#include "store/archive_query.h"
#include "store/reader.h"
#include "store/record.h"
#include "web/call.h"
#include "web/group_index.h"
#include "web/found.h"
#include "web/frame.h"
#include "web/html.h"
#include "web/line.h"
#include "web/line_look.h"
#include "web/room_path.h"
#include "web/search_query.h"
#include "web/web.h"
#include "web/web_site.h"

#define QUERY_MAX 500 /* bytes that are looked at */

struct search {
	struct call *call;
	struct html html;
	char *typed; /* owned; never NULL */
	struct search_query query;
	struct zone *zone;         /* owned, or NULL */
	char *room;                /* owned; of one room: which; or NULL */
	struct archive_page *page; /* owned; NULL: nothing was asked */
};

/* ---- the question ---- */

/* "council", or "council@rooms.example"; as text, since it need not exist. */
static char *room_of(const struct search *s, const char *typed)
{
	const struct web_settings *settings = s->call->desk->settings;
	char *lower = str_dup(typed);
	char *room;

	str_lower_ascii(lower);
	room = strchr(lower, '@')
		       ? str_dup(lower)
		       : str_format("%s@%s", lower, settings->domains[0]);
	mem_free(&lower);
	return room;
}

/* The rooms of an area; none: nothing can be found. */
static int ask_area(struct search *s, struct archive_query *q, const char *area)
{
	struct group_index c;
	int error = group_index_read(&c, s->call->desk->reader);

	if (!error)
		q->rooms = mem_zero(c.count + 1, sizeof(*q->rooms));
	for (size_t i = 0; !error && i < c.count; i++) {
		const struct record *group = c.groups[i];

		if (group->as_group.area &&
		    str_equal_case(group->as_group.area, area))
			q->rooms[q->room_count++] = str_dup(group->room);
	}
	group_index_fini(&c);
	if (!error && q->room_count == 0)
		error = HW_E_NOT_FOUND;
	return error;
}

static int make_query(struct search *s, struct archive_query *q)
{
	const struct search_query *asked = &s->query;
	const char *before = call_arg(s->call, "before");
	const char *after = call_arg(s->call, "after");

	q->only_public = true;
	q->want_count = true;
	q->max_scan = CALL_SCAN;
	q->max_count = CALL_COUNT;
	q->last_page = !after;
	q->start = asked->start;
	q->end = asked->end;
	str_set(&q->words, asked->words);
	str_set(&q->nick, asked->nick);
	str_set(&q->noted, asked->noted);
	str_set(&q->before_id, before);
	str_set(&q->after_id, after);
	if (q->room)
		return 0;
	if (asked->room)
		q->room = room_of(s, asked->room);
	else if (asked->area)
		return ask_area(s, q, asked->area);
	return 0;
}

static int ask(struct search *s)
{
	const struct web_desk *desk = s->call->desk;
	struct archive_query *q =
		archive_query_new(s->call->room, desk->settings->page_lines);
	int error = make_query(s, q);

	s->room = str_dup(q->room);
	if (!error)
		s->page = reader_ask(desk->reader, q);
	else if (error == HW_E_NOT_FOUND)
		s->page = archive_page_new(ARCHIVE_OK);
	archive_query_free(&q);
	if (!s->page || s->page->status == ARCHIVE_FAILED)
		return HW_E_IO;
	return s->page->status == ARCHIVE_NO_ID ? HW_E_NOT_FOUND : 0;
}

/* ---- the answer ---- */

static char *self_path(const struct search *s)
{
	if (s->call->room)
		return room_path_new(s->call->desk->settings, s->call->room,
				     "search");
	return str_dup("/-/search");
}

static void write_form(struct search *s)
{
	struct html *h = &s->html;
	char *path = self_path(s);

	html_open_class(h, "form", "finder");
	html_attr(h, "method", "get");
	html_attr(h, "action", path);
	html_attr(h, "role", "search");
	html_open(h, "label");
	html_text(h, "Search for ");
	html_open(h, "input");
	html_attr(h, "name", "q");
	html_attr(h, "type", "search");
	html_attr(h, "size", "40");
	html_attr(h, "maxlength", "500");
	html_attr(h, "value", s->typed);
	html_close_n(h, 2);
	html_text(h, " ");
	html_elem(h, "button", "Search");
	html_close(h);
	mem_free(&path);
}

static void write_help(struct search *s)
{
	static const struct {
		const char *sample, *meaning;
	} rows[] = {
		{ "dialback key", "lines that hold both words" },
		{ "\"dialback key\"", "these words, one behind the other" },
		{ "-key", "lines without that word" },
		{ "dial*", "words that begin so" },
		{ "nick:ana", "said under that nick" },
		{ "is:action", "noted in a session as that: also is:decision, "
			       "is:mic, is:topic, is:hands" },
		{ "from:2026-11-01 to:2026-11-22", "from that day to that "
						   "(UTC)" },
		{ "room:council", "in that room" },
		{ "area:sec", "in the rooms of that area" },
	};
	struct html *h = &s->html;

	html_open_class(h, "details", "help");
	html_elem(h, "summary", "How to search");
	html_open_class(h, "dl", "facts");
	for (size_t i = 0; i < array_len(rows); i++) {
		html_open(h, "dt");
		html_elem(h, "code", rows[i].sample);
		html_close(h);
		html_elem(h, "dd", rows[i].meaning);
	}
	html_close_n(h, 2);
}

static void write_room_name(struct search *s, const char *room)
{
	char *path = room_path_new(s->call->desk->settings, room, "");
	char *local = str_dup_n(room, strcspn(room, "@"));

	html_open(&s->html, "h3");
	html_open(&s->html, "a");
	html_attr(&s->html, "href", path);
	html_isolate(&s->html, local);
	html_close_n(&s->html, 2);
	mem_free(&local);
	mem_free(&path);
}

static void write_row(struct search *s, const struct record_message *row,
		      const char *room)
{
	struct line_view view = {
		.settings = s->call->desk->settings,
		.room = room,
		.zone = s->zone,
	};
	struct line *line = line_new(row);

	line_look_write(&s->html, &view, line, NULL);
	line_free(&line);
}

/* The newest first; a heading wherever the room is another. */
static void write_rows(struct search *s)
{
	struct html *h = &s->html;
	struct found *found = found_new(s->query.words);
	const char *last = NULL;

	h->found = found;
	for (size_t i = s->page->count; i-- > 0;) {
		const struct record_message *row = &s->page->rows[i];
		const char *room = row->room ? row->room : s->room;

		if (!str_equal(room, last)) {
			if (last)
				html_close(h);
			if (!s->call->room)
				write_room_name(s, room);
			html_open_class(h, "ol", "log found");
		}
		write_row(s, row, room);
		last = room;
	}
	if (last)
		html_close(h);
	h->found = NULL;
	found_free(&found);
}

static void write_turn(struct search *s, const char *where, const char *id,
		       const char *rel, const char *word)
{
	struct buf path;
	char *self = self_path(s);

	buf_init(&path);
	buf_add_str(&path, self);
	buf_add_str(&path, "?q=");
	html_add_encoded(&path, s->typed);
	if (s->zone) {
		buf_add_str(&path, "&tz=");
		html_add_encoded(&path, zone_name(s->zone));
	}
	buf_add_format(&path, "&%s=", where);
	html_add_encoded(&path, id);
	html_open(&s->html, "li");
	html_open(&s->html, "a");
	html_attr(&s->html, "href", buf_str(&path));
	html_attr(&s->html, "rel", rel);
	html_text(&s->html, word);
	html_close_n(&s->html, 2);
	mem_free(&self);
	buf_fini(&path);
}

/* A page is complete where nothing lies beyond it in the direction asked; that
 * there is something behind it is known from where it was come from. */
static void write_turns(struct search *s)
{
	const struct archive_page *p = s->page;
	bool is_back = call_arg(s->call, "after") != NULL;
	bool has_older = is_back || !p->is_complete;
	bool has_newer =
		is_back ? !p->is_complete : call_arg(s->call, "before") != NULL;

	if (p->count == 0 || (!has_older && !has_newer))
		return;
	html_open(&s->html, "nav");
	html_attr(&s->html, "aria-label", "Pages");
	html_open(&s->html, "ul");
	if (has_newer)
		write_turn(s, "after", p->rows[p->count - 1].id, "prev",
			   "Newer");
	if (has_older)
		write_turn(s, "before", p->rows[0].id, "next", "Older");
	html_close_n(&s->html, 2);
}

static void write_found(struct search *s)
{
	struct html *h = &s->html;
	int64_t total = s->page->total;

	html_elem(h, "h2", "Found");
	html_open(h, "p");
	if (total > 0)
		html_format(h, "%s%lld %s, the newest first. Times are %s.",
			    s->page->has_more ? "More than " : "",
			    (long long)total, total == 1 ? "line" : "lines",
			    s->zone ? zone_name(s->zone) : "UTC");
	else if (s->page->count == 0)
		html_text(h, "Nothing was found.");
	html_close(h);
	write_rows(s);
	write_turns(s);
	if (!s->page->is_bounded)
		return;
	html_open(h, "p");
	html_format(h, "No more than the newest %d lines, or of those with "
		       "these words, are gone through. to: and a day reaches "
		       "what was said before.", CALL_SCAN);
	html_close(h);
}

static void write_page(struct search *s)
{
	struct call *c = s->call;
	bool is_told = c->view && c->view->is_on_web && c->view->name;
	struct frame frame = {
		.title = "Search",
		.room = c->room,
		.room_name = is_told ? c->view->name : NULL,
		.is_noindex = true,
	};

	frame_open(&frame, &s->html, c);
	html_open(&s->html, "h1");
	html_text(&s->html, "Search");
	if (c->room) {
		html_text(&s->html, " in ");
		html_isolate(&s->html, is_told ? c->view->name : c->room);
	}
	html_close(&s->html);
	write_form(s);
	write_help(s);
	if (s->query.trouble) {
		html_open(&s->html, "p");
		html_attr(&s->html, "role", "alert");
		html_text(&s->html, s->query.trouble);
		html_close(&s->html);
	}
	if (s->page)
		write_found(s);
	frame_close(&frame, &s->html);
}

static void answer(struct search *s)
{
	int error = 0;

	if (!search_query_is_empty(&s->query) && !s->query.trouble) {
		if (!call_may_cost(s->call)) {
			call_fail(s->call, 429,
				  "So many searches cost too much. Wait a "
				  "minute, please.");
			return;
		}
		error = ask(s);
	}
	if (error == HW_E_NOT_FOUND)
		call_fail(s->call, 404,
			  "The line from which to turn the page "
			  "is not there.");
	else if (error)
		call_fail(s->call, 503, NULL);
	else
		write_page(s);
}

void search_answer(struct call *c)
{
	struct search s = { .call = c };
	const char *typed = call_arg(c, "q"), *tz = call_arg(c, "tz");
	size_t len = typed ? strlen(typed) : 0;

	while (len > QUERY_MAX ||
	       (len > 0 && typed[len] && (typed[len] & 0xc0) == 0x80))
		len--;
	s.typed = str_dup_n(typed ? typed : "", len);
	if (tz && *tz)
		s.zone = zone_new(tz);
	search_query_init(&s.query);
	search_query_read(&s.query, s.typed);
	answer(&s);
	search_query_fini(&s.query);
	archive_page_free(&s.page);
	mem_free(&s.room);
	zone_free(&s.zone);
	mem_free(&s.typed);
}
