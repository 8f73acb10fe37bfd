/* SPDX-License-Identifier: MIT */
#include "web/day_page.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/zone.h"
#include "store/archive_query.h"
#include "store/log_reader.h"
#include "store/record.h"
#include "web/calendar.h"
#include "web/call.h"
#include "web/day.h"
#include "web/day_key.h"
#include "web/frame.h"
#include "web/html.h"
#include "web/line.h"
#include "web/line_look.h"
#include "web/line_marks.h"
#include "web/moment.h"
#include "web/room_path.h"
#include "web/web.h"
#include "web/web_site.h"
#include "web/zone_form.h"

#define LIVE_REFRESH 30 /* seconds, at ?live=1 */

/* What a page is made of. */
struct sheet {
	struct call *call;
	struct html html;
	struct day *day; /* owned */
	struct calendar calendar;
	struct zone *zone;         /* owned, or NULL: UTC */
	const char *tz;            /* asked for; NULL: none */
	char *mark_from, *mark_to; /* owned, or NULL */
	bool is_marking;           /* within the range */
	struct line_marks *marks;  /* owned, or NULL */
	bool is_today;
	struct day_span span;
	bool has_all;              /* the queue's bustle is unfolded */
	bool is_in_chatter;        /* within lines of that */
	int64_t kept_since; /* ms, or 0 */
};

static const struct {
	const char *suffix, *name;
} exports[] = {
	{ ".txt", "Text" },
	{ ".json", "JSON" },
	{ ".jsonl", "JSON lines" },
	{ ".xml", "XML" },
	{ ".md", "Markdown" },
	{ ".chatlog.json", "Datatracker chatlog" },
};

static const char *room_name(const struct call *c)
{
	return c->view && c->view->name && c->view->is_on_web ? c->view->name
							      : c->room;
}

static char *path_of(const struct sheet *s, const char *behind)
{
	return room_path_new(s->call->desk->settings, s->call->room, behind);
}

/* ---- around the lines ---- */

static void write_neighbour(struct sheet *s, const struct calendar_day *day,
			    const char *rel, const char *word)
{
	char *path;

	html_open(&s->html, "li");
	if (day) {
		path = path_of(s, day->key);
		html_open(&s->html, "a");
		html_attr(&s->html, "href", path);
		html_attr(&s->html, "rel", rel);
		html_format(&s->html, "%s: %s", word, day->key);
		html_close(&s->html);
		mem_free(&path);
	} else {
		html_format(&s->html, "%s: none", word);
	}
	html_close(&s->html);
}

static void write_neighbours(struct sheet *s, const char *label)
{
	const char *key = s->day->key;
	char year[8];
	char *path;

	snprintf(year, sizeof(year), "%.4s/", key);
	path = path_of(s, year);
	html_open_class(&s->html, "nav", "days");
	html_attr(&s->html, "aria-label", label);
	html_open(&s->html, "ul");
	write_neighbour(s, calendar_before(&s->calendar, key), "prev",
			"Day before");
	html_open(&s->html, "li");
	html_open(&s->html, "a");
	html_attr(&s->html, "href", path);
	html_format(&s->html, "All days of %.4s", key);
	html_close_n(&s->html, 2);
	write_neighbour(s, calendar_after(&s->calendar, key), "next",
			"Day after");
	html_close_n(&s->html, 2);
	mem_free(&path);
}

static void write_presence_link(struct sheet *s)
{
	char *path = path_of(s, s->day->key);
	char *with = str_format("%s?presence=1", path);

	html_open(&s->html, "p");
	html_open(&s->html, "a");
	html_attr(&s->html, "href", s->span.with_presence ? path : with);
	html_text(&s->html, s->span.with_presence ? "Hide who came and went"
					    : "Show who came and went");
	html_close_n(&s->html, 2);
	mem_free(&with);
	mem_free(&path);
}

static void write_exports(struct sheet *s)
{
	struct html *h = &s->html;

	html_open_class(h, "p", "exports");
	html_text(h, "This day as");
	for (size_t i = 0; i < array_len(exports); i++) {
		char *behind =
			str_format("%s%s", s->day->key, exports[i].suffix);
		char *path = path_of(s, behind);

		html_text(h, i == 0 ? " " : ", ");
		html_link(h, path, exports[i].name);
		mem_free(&path);
		mem_free(&behind);
	}
	html_text(h, ".");
	html_close(h);
}

static void write_tools(struct sheet *s)
{
	struct html *h = &s->html;

	html_open_class(h, "div", "tools");
	html_open_class(h, "p", "times");
	if (s->zone)
		html_format(h, "Times are those of %s.", zone_name(s->zone));
	else
		html_text(h, "Times are UTC.");
	html_text(h, " The day is that of UTC.");
	if (s->tz && !s->zone)
		html_text(h, " The time zone asked for is not known here.");
	html_close(h);
	zone_form_write(&s->html, "Time zone", s->tz,
			s->span.with_presence ? "presence" : NULL);
	line_marks_write_sessions(s->marks, h, s->call->desk->settings,
				  s->call->room);
	write_presence_link(s);
	write_exports(s);
	html_close(h);
}

static void write_heading(struct sheet *s)
{
	struct html *h = &s->html;
	char day[MOMENT_SIZE];

	moment_print_day(s->day->key, day);
	html_open(h, "h1");
	html_isolate(h, room_name(s->call));
	html_text(h, ": ");
	html_open(h, "time");
	html_attr(h, "datetime", s->day->key);
	html_text(h, day);
	html_close_n(h, 2);
}

/* ---- between the lines ---- */

static void write_moment(struct sheet *s, int64_t at, enum moment_form form)
{
	moment_write(&s->html, at, s->zone, form, s->day->key);
}

/* "14:02-14:09", or with seconds when that would say nothing. */
static void write_span(struct sheet *s, int64_t from, int64_t until)
{
	enum moment_form form =
		from / 60000 == until / 60000 ? MOMENT_CLOCK : MOMENT_MINUTE;

	write_moment(s, from, form);
	html_text(&s->html, "-");
	write_moment(s, until, form);
}

static void write_gap(struct sheet *s, const struct record_gap *gap)
{
	struct html *h = &s->html;

	html_open_class(h, "li", "gap");
	if (gap->domain) {
		html_text(h, "link to ");
		html_isolate(h, gap->domain);
		html_text(h, " lost ");
	} else {
		html_text(h, "this service was down ");
	}
	write_span(s, gap->from, gap->until);
	html_text(h, gap->domain ? ": what its people said then is missing"
				 : ": nothing could be said");
	html_close(h);
	html_text(h, "\n");
}

/* Every line from the one to the other, both included. */
static bool takes_mark(struct sheet *s, const char *id)
{
	bool is_first = str_equal(id, s->mark_from);
	bool is_last = str_equal(id, s->mark_to);

	if (!s->mark_from)
		return false;
	if (!s->mark_to)
		return is_first;
	if (is_first || is_last) {
		/* whichever comes first begins it */
		s->is_marking = !s->is_marking && !(is_first && is_last);
		return true;
	}
	return s->is_marking;
}

/* Lines that only moved the queue are a click away, where they were said. */
static void fold_chatter(struct sheet *s, bool is_chatter)
{
	struct html *h = &s->html;

	if (is_chatter == s->is_in_chatter)
		return;
	s->is_in_chatter = is_chatter;
	if (!is_chatter) {
		html_close_n(h, 3);
		html_text(h, "\n");
		return;
	}
	html_open_class(h, "li", "chatter");
	html_open(h, "details");
	html_attr(h, "open", s->has_all || s->mark_from ? "" : NULL);
	html_elem(h, "summary", "queue, hands, microphone");
	html_open_class(h, "ol", "log");
}

static void write_item(struct sheet *s, const struct day_item *item)
{
	struct line_view view = {
		.settings = s->call->desk->settings,
		.room = s->call->room,
		.day = s->day->key,
		.zone = s->zone,
		.lang = s->call->view ? s->call->view->lang : NULL,
		.is_live = s->is_today,
	};

	if (item->kind != DAY_LINE)
		fold_chatter(s, false);
	if (item->kind == DAY_GAP) {
		write_gap(s, &item->record->as_gap);
	} else if (item->kind == DAY_PRESENCE) {
		line_look_write_presence(&s->html, item->record, s->zone,
					 s->day->key);
	} else {
		const struct line_mark *mark =
			line_marks_find(s->marks, item->line->id);

		view.is_marked = takes_mark(s, item->line->id);
		view.mark = mark;
		if (item->is_folded)
			return;
		fold_chatter(s, mark && mark->is_chatter);
		line_look_write(&s->html, &view, item->line, item);
	}
}

static void write_kept(struct sheet *s)
{
	if (s->kept_since <= s->day->start)
		return;
	html_open_class(&s->html, "p", "gap");
	html_text(&s->html, "What was said before ");
	write_moment(s, s->kept_since, MOMENT_WHOLE);
	html_text(&s->html, " UTC is not kept any longer.");
	html_close(&s->html);
}

/* The day has more lines than a page can carry. */
static void write_rest(struct sheet *s)
{
	struct html *h = &s->html;
	char *path = path_of(s, s->day->key);
	struct buf way = { 0 };

	buf_add_format(&way, "%s?after=%s%s", path, s->day->next,
		       s->span.with_presence ? "&presence=1" : "");
	if (s->zone) {
		buf_add_str(&way, "&tz=");
		html_add_encoded(&way, s->tz);
	}
	html_open_class(h, "p", "gap");
	html_link(h, buf_str(&way), "More of this day");
	html_close(h);
	buf_fini(&way);
	mem_free(&path);
}

static void write_before(struct sheet *s)
{
	struct html *h = &s->html;
	char *path = path_of(s, s->day->key);

	html_open_class(h, "p", "gap");
	html_text(h, "This is a later part of the day. ");
	html_link(h, path, "Its beginning");
	html_close(h);
	mem_free(&path);
}

static void write_lines(struct sheet *s)
{
	struct html *h = &s->html;

	write_kept(s);
	if (s->span.after)
		write_before(s);
	html_elem_class(h, "h2", "away", "What was said");
	html_open_class(h, "ol", "log");
	html_attr(h, "id", "log");
	for (size_t i = 0; i < s->day->count; i++)
		write_item(s, s->day->items[i]);
	fold_chatter(s, false);
	html_close(h);
	if (s->day->line_count == 0)
		html_elem(h, "p", "Nothing has been said on this day.");
	if (s->day->next)
		write_rest(s);
}

static void write_live_note(struct sheet *s)
{
	struct html *h = &s->html;
	char *path;

	if (!s->is_today)
		return;
	path = path_of(s, s->day->key);
	html_open_class(h, "p", "live");
	html_attr(h, "id", "live");
	html_attr(h, "role", "status");
	html_text(h, "The day is not over. ");
	html_open(h, "a");
	if (call_flag(s->call, "live")) {
		html_attr(h, "href", path);
		html_text(h, "Stop loading this page again");
	} else {
		html_attr_format(h, "href", "%s?live=1#live", path);
		html_text(h, "Load this page again every half minute");
	}
	html_close_n(h, 2);
	mem_free(&path);
}

/* ---- the page ---- */

static void write_page(struct sheet *s)
{
	struct call *c = s->call;
	const char *key = s->day->key;
	const struct calendar_day *prev = calendar_before(&s->calendar, key);
	const struct calendar_day *next = calendar_after(&s->calendar, key);
	char *self = path_of(s, key), *live = path_of(s, "live");
	char *before = prev ? path_of(s, prev->key) : NULL;
	char *after = next ? path_of(s, next->key) : NULL;
	char *title = str_format("%s %s", room_name(c), key);
	char *text = str_format("%s.txt", self),
	     *json = str_format("%s.json", self);
	struct frame_alternate alternates[] = {
		{ "text/plain", text, "This day as text" },
		{ "application/json", json, "This day as JSON" },
	};
	struct frame frame = {
		.title = title,
		.canonical = self,
		.room = c->room,
		.room_name = room_name(c),
		.prev = before,
		.next = after,
		.live = s->is_today ? live : NULL,
		.alternates = alternates,
		.alternate_count = array_len(alternates),
		.refresh =
			s->is_today && call_flag(c, "live") ? LIVE_REFRESH : 0,
		.is_noindex =
			c->view && (c->view->is_noindex || !c->view->is_on_web),
	};

	frame_open(&frame, &s->html, c);
	write_heading(s);
	write_neighbours(s, "Other days");
	write_tools(s);
	write_lines(s);
	write_live_note(s);
	write_neighbours(s, "Other days, again");
	frame_close(&frame, &s->html);
	mem_free(&self);
	mem_free(&live);
	mem_free(&before);
	mem_free(&after);
	mem_free(&title);
	mem_free(&text);
	mem_free(&json);
}

static void read_marks(struct sheet *s)
{
	const char *hl = call_arg(s->call, "hl");
	const char *dots = hl ? strstr(hl, "..") : NULL;

	if (!hl || !*hl)
		return;
	s->mark_from = str_dup_n(hl, dots ? (size_t)(dots - hl) : strlen(hl));
	s->mark_to = dots ? str_dup(dots + 2) : NULL;
}

/* A long day in a dress of its own is made for whoever asks alone, and one that
 * is over for who asks first: it costs as much as a search, and counts as one. Many
 * read the plain page of today from one address, where they meet. */
static bool may_cost(const struct sheet *s, const struct calendar_day *day)
{
	const struct call *c = s->call;

	return !day || day->lines < CALL_COSTLY ||
	       (s->is_today && c->arg_count == 0) || call_may_cost(c);
}

static int read_sheet(struct sheet *s, const char *key)
{
	struct reader *r = s->call->desk->reader;
	int error = calendar_read(&s->calendar, r, s->call->room);
	char today[DAY_KEY_SIZE];

	day_key_print(clock_wall(), today);
	s->is_today = strcmp(today, key) == 0;
	/* a room's first line may be said while its page is open */
	if (!error && !calendar_find(&s->calendar, key) &&
	    !(s->is_today && s->call->view && s->call->view->is_on_web))
		error = HW_E_NOT_FOUND;
	if (!error && !may_cost(s, calendar_find(&s->calendar, key)))
		error = HW_E_FULL;
	if (!error)
		error = day_read(r, s->call->room, key, &s->span, &s->day);
	if (!error && s->day->next)
		s->is_today = false; /* nothing new appears here */
	if (!error)
		error = line_marks_read(r, s->call->room, s->day->start,
					s->day->end, &s->marks);
	if (!error)
		error = log_reader_kept_since(r, &s->kept_since);
	return error;
}

int day_page_write(struct call *c, const char *key)
{
	struct sheet s = {
		.call = c,
		.tz = call_arg(c, "tz"),
		.span = { .after = call_arg(c, "after"),
			  .max = c->desk->settings->day_lines,
			  .with_presence = call_flag(c, "presence") },
		.has_all = call_flag(c, "all"),
	};
	int error;

	if (s.tz && *s.tz)
		s.zone = zone_new(s.tz);
	else
		s.tz = NULL;
	read_marks(&s);
	error = read_sheet(&s, key);
	if (!error)
		write_page(&s);
	zone_free(&s.zone);
	day_free(&s.day);
	line_marks_free(&s.marks);
	calendar_fini(&s.calendar);
	mem_free(&s.mark_from);
	mem_free(&s.mark_to);
	return error;
}

/* Nothing of that day: because nothing was said, or is kept no more? */
static void tell_nothing(struct call *c, const char *key)
{
	int64_t since = 0, start = 0;

	if (!log_reader_kept_since(c->desk->reader, &since) &&
	    day_key_parse(key, &start) && start < since)
		call_fail(c, 410,
			  "What was said on that day is not kept any "
			  "longer.");
	else
		call_fail(c, 404,
			  "Nothing is on the record for that room and "
			  "day.");
}

void day_page_answer(struct call *c)
{
	int error = day_page_write(c, c->parts[0]);

	if (error == HW_E_NOT_FOUND)
		tell_nothing(c, c->parts[0]);
	else if (error == HW_E_FULL)
		call_fail(c, 429, NULL);
	else if (error)
		call_fail(c, 503, NULL);
}

/* The line before it, if a day is so long that the page of its beginning does
 * not have this line; owned, or NULL. */
static char *find_part(struct call *c, const char *room, const char *key,
		       const char *id)
{
	size_t max = c->desk->settings->day_lines;
	struct archive_query *q = archive_query_new(room, 1);
	struct archive_page *page;
	char *before = NULL;
	int64_t start = 0;

	(void)day_key_parse(key, &start);
	q->start = start ? start : 1;
	q->end = start + DAY_MS - 1;
	q->only_public = true;
	q->before_id = str_dup(id);
	q->last_page = true;
	q->want_count = true;
	page = reader_ask(c->desk->reader, q);
	if (page->status == ARCHIVE_OK && page->count == 1 &&
	    page->first_index + 1 >= (int64_t)max)
		before = str_dup(page->rows[0].id);
	archive_page_free(&page);
	archive_query_free(&q);
	return before;
}

static void redirect_to_line(struct call *c, const char *room, int64_t at,
			     const char *id)
{
	char key[DAY_KEY_SIZE];
	char *before, *behind, *path;

	day_key_print(at, key);
	before = find_part(c, room, key, id);
	behind = str_format("%s%s%s#%s", key, before ? "?after=" : "",
			    before ? before : "", id);
	mem_free(&before);
	path = room_path_new(c->desk->settings, room, behind);
	/* where it stands may be written otherwise one day: not for ever */
	call_redirect(c, 302, path);
	mem_free(&path);
	mem_free(&behind);
}

void day_page_answer_line(struct call *c)
{
	const char *id = c->parts[0];
	bool is_public = false;
	int64_t at = 0;
	char *room = NULL;
	int error =
		log_reader_find(c->desk->reader, id, &room, &at, &is_public);

	if (!error && is_public)
		redirect_to_line(c, room, at, id);
	else if (error && error != HW_E_NOT_FOUND)
		call_fail(c, 503, NULL);
	else
		call_fail(c, 404, "No line of that name is on the record.");
	mem_free(&room);
}
