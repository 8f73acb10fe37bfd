/* SPDX-License-Identifier: MIT */
#include "web/session_page.h"

#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/zone.h"
#include "store/record.h"
#include "web/call.h"
#include "web/day.h"
#include "web/frame.h"
#include "web/html.h"
#include "web/line.h"
#include "web/minutes.h"
#include "web/minutes_text.h"
#include "web/record_package.h"
#include "web/room_path.h"
#include "web/session_export.h"
#include "web/session_log.h"
#include "web/web.h"
#include "web/web_site.h"
#include "web/zone_form.h"

#define REFRESH 30 /* seconds, at ?live=1 */

struct sheet {
	struct call *call;
	struct html html;
	struct session_log *log; /* owned */
	struct zone *zone;       /* owned, or NULL: UTC */
	const char *tz;          /* asked for; or NULL */
	struct minutes_view view;
	bool is_open;
};

static const struct {
	const char *behind, *name;
} files[] = {
	{ "minutes.md", "Minutes in Markdown" },
	{ "chatlog.json", "Datatracker chatlog" },
	{ "polls.json", "Datatracker polls" },
};

/* ---- reading ---- */

static const char *room_name(const struct call *c)
{
	return c->view && c->view->name && c->view->is_on_web ? c->view->name
							      : c->room;
}

/* What is asked for in a dress of its own is made for one alone, and costs as
 * much as a search; the rest is kept until something happens. */
static bool may_cost(const struct call *c)
{
	return !c->arg_count || call_may_cost(c);
}

static void keep(struct call *c)
{
	c->is_kept = c->desk->days != NULL;
	c->file_size = c->body.len;
}

static int open_sheet(struct sheet *s, struct call *c)
{
	int error;

	*s = (struct sheet){ .call = c, .tz = call_arg(c, "tz") };
	if (!may_cost(c))
		return HW_E_FULL;
	error = session_log_read(c->desk->reader, c->room, c->parts[0],
				 &s->log);
	if (error)
		return error;
	if (s->tz && *s->tz)
		s->zone = zone_new(s->tz);
	else
		s->tz = NULL;
	s->is_open = s->log->row->state == RECORD_MEETING_OPEN;
	s->view = (struct minutes_view){
		.settings = c->desk->settings,
		.room = c->room,
		.name = room_name(c),
		.row = s->log->row,
		.minutes = s->log->minutes,
		.zone = s->zone,
		.lines = s->log->lines,
	};
	return 0;
}

static void close_sheet(struct sheet *s, int error)
{
	if (error == HW_E_NOT_FOUND)
		call_fail(s->call, 404,
			  "There is no such session on the record.");
	else if (error == HW_E_FULL)
		call_fail(s->call, 429, NULL);
	else if (error)
		call_fail(s->call, 503, NULL);
	session_log_free(&s->log);
	zone_free(&s->zone);
}

static char *path_of(const struct sheet *s, const char *behind)
{
	char *inner = str_format("meeting/%s/%s", s->log->row->name, behind);
	char *path =
		room_path_new(s->call->desk->settings, s->call->room, inner);

	mem_free(&inner);
	return path;
}

/* ---- what is going on ---- */

static void write_queue(struct sheet *s)
{
	const struct minutes *m = s->log->minutes;
	struct html *h = &s->html;

	html_elem(h, "h3", "The floor and the queue");
	html_open(h, "p");
	if (m->speaker) {
		html_isolate(h, m->speaker);
		html_text(h, " has the floor. ");
	}
	if (!m->queue.count)
		html_text(h, "Nobody waits to speak.");
	if (m->is_queue_closed)
		html_text(h, " The queue is closed.");
	html_close(h);
	if (!m->queue.count)
		return;
	html_open_class(h, "ol", "queue");
	for (size_t i = 0; i < m->queue.count; i++) {
		html_open(h, "li");
		html_isolate(h, m->queue.items[i].name);
		if (m->queue.items[i].about) {
			html_text(h, ": ");
			html_isolate(h, m->queue.items[i].about);
		}
		html_close(h);
	}
	html_close(h);
}

static bool is_waiting(const struct minutes_item *item)
{
	return !item->done_at &&
	       (item->kind == MINUTES_MIC || item->kind == MINUTES_HANDS);
}

static void write_waiting_item(struct sheet *s, const struct minutes_item *item)
{
	struct html *h = &s->html;

	html_open(h, "li");
	minutes_write_time(h, &s->view, item->at, item->line);
	if (item->kind == MINUTES_HANDS) {
		html_text(h, "Show of hands (not a vote): ");
	} else {
		html_format(h, "MIC %lld, ", (long long)item->number);
		html_isolate(h, item->person);
		html_text(h, ": ");
	}
	html_isolate(h, item->text ? item->text : "(taken back)");
	html_close(h);
}

static void write_waiting(struct sheet *s)
{
	const struct minutes *m = s->log->minutes;
	struct html *h = &s->html;
	bool is_begun = false;

	html_elem(h, "h3", "Not answered yet");
	for (size_t i = 0; i < m->topic_count; i++)
		for (size_t j = 0; j < m->topics[i].count; j++) {
			if (!is_waiting(&m->topics[i].items[j]))
				continue;
			if (!is_begun)
				html_open_class(h, "ul", "minutes");
			is_begun = true;
			write_waiting_item(s, &m->topics[i].items[j]);
		}
	if (is_begun)
		html_close(h);
	else
		html_elem(h, "p", "All questions were asked aloud.");
}

static void write_now(struct sheet *s)
{
	const struct minutes *m = s->log->minutes;
	const struct minutes_topic *topic = &m->topics[m->topic_count - 1];
	struct html *h = &s->html;
	char *path;

	html_open(h, "section");
	html_attr(h, "aria-labelledby", "now");
	html_open(h, "h2");
	html_attr(h, "id", "now");
	html_text(h, "Now");
	html_close(h);
	if (m->topic_count > 1) {
		html_open(h, "p");
		html_text(h, "Topic: ");
		html_isolate(h, topic->text ? topic->text : "(taken back)");
		html_close(h);
	}
	write_queue(s);
	write_waiting(s);
	path = path_of(s, call_flag(s->call, "live") ? "" : "?live=1");
	html_open_class(h, "p", "live");
	html_attr(h, "id", "live");
	html_attr(h, "role", "status");
	html_text(h, "The session is open. ");
	html_link(h, path,
		  call_flag(s->call, "live")
			  ? "Stop loading this page again"
			  : "Load this page again every half minute");
	html_close_n(h, 2);
	mem_free(&path);
}

/* ---- what there is of it ---- */

/* The lines of its time, marked on the page of their day. */
static void write_log_links(struct sheet *s)
{
	const struct session_log *l = s->log;
	struct html *h = &s->html;

	html_elem(h, "h2", "Log and files");
	html_open(h, "ul");
	for (size_t i = 0; i < l->day_count; i++) {
		const char *key = l->days[i]->key;
		char *path = room_path_new(s->call->desk->settings,
					   s->call->room, key);
		const char *first = NULL, *last = NULL;

		for (size_t j = 0; j < l->item_count; j++) {
			if (l->items[j]->at < l->days[i]->start ||
			    l->items[j]->at > l->days[i]->end ||
			    l->items[j]->is_folded)
				continue;
			first = first ? first : l->items[j]->line->id;
			last = l->items[j]->line->id;
		}
		if (first) {
			html_open(h, "li");
			html_open(h, "a");
			html_attr_format(h, "href", "%s?hl=%s..%s#%s", path,
					 first, last, first);
			html_format(h, "What was said on %s", key);
			html_close_n(h, 2);
		}
		mem_free(&path);
	}
	for (size_t i = 0; i < array_len(files); i++) {
		char *path = path_of(s, files[i].behind);

		html_open(h, "li");
		html_link(h, path, files[i].name);
		html_close(h);
		mem_free(&path);
	}
	html_close(h);
}

static void write_zone(struct sheet *s)
{
	struct html *h = &s->html;

	zone_form_write(h, "Time zone, perhaps that of the venue", s->tz, NULL);
	if (s->tz && !s->zone)
		html_elem(h, "p",
			  "The time zone asked for is not known here; times "
			  "are UTC.");
}

static void write_planned(struct sheet *s)
{
	if (s->log->row->state == RECORD_MEETING_CANCELLED)
		html_elem_class(&s->html, "p", "gap",
				"This session was cancelled.");
	else
		html_elem(&s->html, "p",
			  "This session has not begun yet. Its minutes will "
			  "be here.");
}

static void write_page(struct sheet *s)
{
	struct call *c = s->call;
	const char *name = session_log_title(s->log->row);
	char *self = path_of(s, ""), *markdown = path_of(s, "minutes.md");
	char *live = room_path_new(c->desk->settings, c->room, "live");
	char *title = str_format("%s (%s)", name, room_name(c));
	struct frame_alternate alternates[] = {
		{ "text/markdown", markdown, "Minutes in Markdown" },
	};
	struct frame frame = {
		.title = title,
		.canonical = self,
		.room = c->room,
		.room_name = room_name(c),
		.live = s->is_open && c->view && c->view->is_on_web ? live
								    : NULL,
		.alternates = alternates,
		.alternate_count = s->log->from ? 1 : 0,
		.refresh = s->is_open && call_flag(c, "live") ? REFRESH : 0,
		.is_noindex =
			c->view && (c->view->is_noindex || !c->view->is_on_web),
	};

	frame_open(&frame, &s->html, c);
	html_open_class(&s->html, "article", "session");
	html_attr(&s->html, "id", "session");
	html_attr(&s->html, "data-meeting", s->log->row->name);
	html_elem(&s->html, "h1", name);
	minutes_write_facts(&s->html, &s->view);
	write_zone(s);
	if (s->is_open)
		write_now(s);
	if (s->log->from) {
		minutes_write_html(&s->html, &s->view);
		write_log_links(s);
		record_package_write(c, &s->html, s->log);
	} else {
		write_planned(s);
	}
	html_close(&s->html);
	frame_close(&frame, &s->html);
	mem_free(&self);
	mem_free(&markdown);
	mem_free(&live);
	mem_free(&title);
}

void session_page_answer(struct call *c)
{
	struct sheet s;
	int error = open_sheet(&s, c);

	if (!error) {
		write_page(&s);
		keep(c);
	}
	close_sheet(&s, error);
}

/* ---- files ---- */

static void add_headers(struct call *c, const char *type)
{
	c->type = type;
	call_add_header(c, "Access-Control-Allow-Origin", "*");
	call_add_header(c, "X-Robots-Tag", "noindex");
}

/* Nothing to take along before it begins. */
static int open_begun(struct sheet *s, struct call *c)
{
	int error = open_sheet(s, c);

	return !error && !s->log->from ? HW_E_NOT_FOUND : error;
}

void session_page_answer_minutes(struct call *c)
{
	struct sheet s;
	int error = open_begun(&s, c);

	if (!error) {
		add_headers(c, "text/markdown; charset=utf-8");
		minutes_write_markdown(&c->body, &s.view);
		keep(c);
	}
	close_sheet(&s, error);
}

void session_page_answer_chatlog(struct call *c)
{
	struct sheet s;
	int error = open_begun(&s, c);

	if (!error) {
		add_headers(c, "application/json");
		session_export_chatlog(s.log, &c->body);
		keep(c);
	}
	close_sheet(&s, error);
}

void session_page_answer_polls(struct call *c)
{
	struct sheet s;
	int error = open_begun(&s, c);

	if (!error) {
		add_headers(c, "application/json");
		session_export_polls(s.log, &c->body);
		keep(c);
	}
	close_sheet(&s, error);
}
