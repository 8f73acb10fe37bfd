/* SPDX-License-Identifier: MIT */
#include "web/session_export.h"

#include <string.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/record.h"
#include "web/day.h"
#include "web/export_json.h"
#include "web/export_text.h"
#include "web/html.h"
#include "web/line.h"
#include "web/line_look.h"
#include "web/minutes.h"
#include "web/minutes_text.h"
#include "web/room_path.h"
#include "web/session_log.h"
#include "web/web.h"
#include "xmpp/datetime.h"

/* ---- helpers ---- */

static void set(json_t *object, const char *key, const char *text)
{
	if (text && *text)
		json_object_set_new(object, key, json_string(text));
}

static void set_time(json_t *object, const char *key, int64_t at)
{
	char text[DATETIME_SIZE];

	if (!at)
		return;
	datetime_print(at, text);
	set(object, key, text);
}

/* Takes the value; people may look at it, so it is on lines of its own. */
static void add_whole(struct buf *out, json_t *owned)
{
	char *text = json_dumps(owned, JSON_INDENT(1));

	require(text);
	buf_add_str(out, text);
	buf_add_char(out, '\n');
	mem_free(&text);
	json_decref(owned);
}

static bool is_shown(const struct day_item *item)
{
	return !item->is_folded && item->line->kind != LINE_OTHER;
}

/* ---- the datatracker's ---- */

void session_export_chatlog(const struct session_log *l, struct buf *out)
{
	struct day span = { .count = l->item_count };
	bool is_first = true;

	span.items = mem_zero(l->item_count + 1, sizeof(*span.items));
	if (l->item_count)
		memcpy(span.items, l->items,
		       l->item_count * sizeof(*span.items));
	buf_add_char(out, '[');
	export_json_chatlog(&span, &is_first, out);
	buf_add_str(out, "\n]\n");
	mem_free(&span.items);
}

static void add_poll(json_t *polls, const struct minutes_item *hands)
{
	json_t *poll = json_object();

	set_time(poll, "start_time", hands->at);
	set_time(poll, "end_time", hands->done_at);
	json_object_set_new(
		poll, "text",
		json_string(hands->text ? hands->text : "(taken back)"));
	json_object_set_new(poll, "raise_hand", json_integer(hands->yes));
	json_object_set_new(poll, "do_not_raise_hand", json_integer(hands->no));
	json_array_append_new(polls, poll);
}

void session_export_polls(const struct session_log *l, struct buf *out)
{
	struct minutes_walk walk = { 0 };
	const struct minutes_item *item;
	json_t *polls = json_array();

	while ((item = minutes_next(l->minutes, MINUTES_HANDS, &walk)))
		if (item->done_at)
			add_poll(polls, item);
	add_whole(out, polls);
}

/* ---- what was said ---- */

void session_export_text(const struct session_log *l, struct buf *out)
{
	for (size_t i = 0; i < l->item_count; i++)
		if (is_shown(l->items[i]))
			export_text_add_line(out, l->items[i]);
}

void session_export_json(const struct session_log *l, const char *room,
			 struct buf *out)
{
	json_t *head = json_object();
	char *text;
	bool is_first = true;

	set(head, "format", "hallway-transcript");
	json_object_set_new(head, "version", json_integer(1));
	set(head, "room", room);
	set(head, "meeting", l->row->name);
	text = json_dumps(head, JSON_COMPACT);
	json_decref(head);
	buf_add(out, text, strlen(text) - 1); /* without its brace */
	mem_free(&text);
	buf_add_str(out, ",\n\"lines\":[");
	for (size_t i = 0; i < l->item_count; i++) {
		if (!is_shown(l->items[i]))
			continue;
		buf_add_str(out, is_first ? "\n" : ",\n");
		is_first = false;
		export_json_item(l->items[i], out);
	}
	buf_add_str(out, "\n]}\n");
}

/* ---- pages that need nothing else ---- */

static void open_page(struct html *h, const struct minutes_view *v,
		      struct buf *out, const char *what)
{
	html_init(h, out);
	html_doctype(h);
	html_open(h, "html");
	html_attr(h, "lang", "en");
	html_open(h, "head");
	html_open(h, "meta");
	html_attr(h, "charset", "utf-8");
	html_close(h);
	html_open(h, "title");
	html_format(h, "%s: %s (%s)", what, session_log_title(v->row), v->name);
	html_close(h);
}

static void open_body(struct html *h, const struct minutes_view *v)
{
	html_close(h); /* head */
	html_open(h, "body");
	html_open(h, "main");
	html_elem(h, "h1", session_log_title(v->row));
	minutes_write_facts(h, v);
}

void session_export_html(const struct session_log *l,
			 const struct minutes_view *v, struct buf *out)
{
	const struct line_view look = {
		.settings = v->settings,
		.room = v->room,
	};
	struct html h;

	open_page(&h, v, out, "Transcript");
	html_open(&h, "base"); /* links of lines lead to the site */
	(void)html_attr_own(&h, "href", v->settings->url);
	html_close(&h);
	open_body(&h, v);
	html_elem(&h, "h2", "What was said");
	html_open(&h, "ol");
	for (size_t i = 0; i < l->item_count; i++)
		if (is_shown(l->items[i]))
			line_look_write(&h, &look, l->items[i]->line,
					l->items[i]);
	html_fini(&h);
}

void session_export_minutes(const struct minutes_view *v, struct buf *out)
{
	struct html h;

	open_page(&h, v, out, "Minutes");
	open_body(&h, v);
	minutes_write_html(&h, v);
	html_fini(&h);
}

/* ---- the rest ---- */

void session_export_tombstones(const struct session_log *l, struct buf *out)
{
	json_t *list = json_array();

	for (size_t i = 0; i < l->item_count; i++) {
		const struct line *line = l->items[i]->line;
		json_t *gone;

		if (line->kind != LINE_TOMBSTONE)
			continue;
		gone = json_object();
		set(gone, "id", line->id);
		set_time(gone, "said", line->at);
		set_time(gone, "time", line->gone_at);
		set(gone, "by", line->is_moderated ? "moderator" : "author");
		set(gone, "reason", line->reason);
		json_array_append_new(list, gone);
	}
	add_whole(out, list);
}

void session_export_attendance(const struct session_log *l, struct buf *out)
{
	const struct minutes_people *p = &l->minutes->present;
	json_t *whole = json_object(), *present = json_array();

	json_object_set_new(whole, "people",
			    json_integer((json_int_t)l->minutes->people));
	for (size_t i = 0; i < p->count; i++) {
		json_t *who = json_object();

		set(who, "name", p->items[i].name);
		set(who, "affiliation", p->items[i].about);
		json_array_append_new(present, who);
	}
	json_object_set_new(whole, "present", present);
	add_whole(out, whole);
}

void session_export_head(const struct session_log *l,
			 const struct minutes_view *v, unsigned revision,
			 int64_t now, struct buf *out)
{
	char *behind = str_format("meeting/%s/", l->row->name);
	char *url = room_path_new_url(v->settings, v->room, behind);
	json_t *head = json_object();

	set(head, "format", "hallway-record");
	json_object_set_new(head, "version", json_integer(1));
	set(head, "room", v->room);
	set(head, "name", v->name);
	set(head, "meeting", l->row->name);
	set(head, "title", l->row->title);
	set(head, "agenda", l->row->agenda);
	set(head, "url", url);
	set_time(head, "start_time", l->row->started);
	set_time(head, "end_time", l->row->ended);
	json_object_set_new(head, "revision", json_integer(revision));
	set_time(head, "made", now);
	json_object_set_new(head, "lines", json_integer((json_int_t)l->lines));
	json_object_set_new(head, "tombstones",
			    json_integer((json_int_t)l->tombstones));
	add_whole(out, head);
	mem_free(&url);
	mem_free(&behind);
}
