/* SPDX-License-Identifier: MIT */
#include "web/export_json.h"

#include <string.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/archive_query.h"
#include "store/log_reader.h"
#include "store/record.h"
#include "web/day.h"
#include "web/day_key.h"
#include "web/export.h"
#include "web/html.h"
#include "web/line.h"
#include "web/room_path.h"
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

	datetime_print(at, text);
	set(object, key, text);
}

/* Takes the value. */
static void add(struct buf *out, json_t *owned)
{
	char *text = json_dumps(owned, JSON_COMPACT);

	require(text);
	buf_add_str(out, text);
	mem_free(&text);
	json_decref(owned);
}

/* ---- a line ---- */

static const char *kind_name(enum line_kind kind)
{
	switch (kind) {
	case LINE_TALK:
		return "talk";
	case LINE_ME:
		return "me";
	case LINE_SUBJECT:
		return "subject";
	case LINE_CORRECTION:
		return "correction";
	case LINE_REACTION:
		return "reaction";
	case LINE_TOMBSTONE:
		return "tombstone";
	case LINE_ENCRYPTED:
		return "encrypted";
	case LINE_OTHER:
		break;
	}
	return "other";
}

/* "uri TAB title" a line. */
static json_t *hats_of(const char *hats)
{
	json_t *list = json_array();

	while (*hats) {
		size_t len = strcspn(hats, "\n"), uri = strcspn(hats, "\t\n");
		json_t *hat = json_object();
		char *text = str_dup_n(hats, uri);

		set(hat, "uri", text);
		mem_free(&text);
		if (uri < len) {
			text = str_dup_n(hats + uri + 1, len - uri - 1);
			set(hat, "title", text);
			mem_free(&text);
		}
		json_array_append_new(list, hat);
		hats += len + (hats[len] != '\0');
	}
	return list;
}

static void set_tombstone(json_t *object, const struct line *l)
{
	json_t *gone = json_object();

	if (l->gone_at)
		set_time(gone, "time", l->gone_at);
	set(gone, "by", l->is_moderated ? "moderator" : "author");
	set(gone, "reason", l->reason);
	json_object_set_new(object, "retracted", gone);
}

static void set_line(json_t *object, const struct line *l)
{
	set(object, "kind", kind_name(l->kind));
	set(object, "nick", l->nick);
	set(object, "occupant_id", l->occupant_id);
	if (l->kind == LINE_TOMBSTONE)
		set_tombstone(object, l);
	else if (l->kind != LINE_OTHER)
		json_object_set_new(object, "text", json_string(l->text));
	set(object, "lang", l->lang);
	set(object, "sent_id", l->sent_id);
	set(object, "about", l->about);
	set(object, "reply_to", l->reply_to);
	set(object, "thread", l->thread);
	if (l->hats)
		json_object_set_new(object, "hats", hats_of(l->hats));
}

static void set_said(json_t *object, const struct record_message *m)
{
	struct line *l = line_new(m);

	set_line(object, l);
	line_free(&l);
}

static json_t *new_line(const char *id, int64_t at)
{
	json_t *object = json_object();

	set(object, "id", id);
	set_time(object, "time", at);
	json_object_set_new(object, "at", json_integer(at));
	return object;
}

void export_json_item(const struct day_item *item, struct buf *out)
{
	json_t *object = new_line(item->line->id, item->line->at);

	set_line(object, item->line);
	if (item->version_count > 0 && item->line->kind != LINE_TOMBSTONE)
		json_object_set_new(
			object, "text",
			json_string(item->versions[item->version_count - 1]
					    .text));
	add(out, object);
}

/* ---- a day with what proves it ---- */

struct day_writing {
	struct buf *out;
	struct map *rows; /* id -> struct record_message, borrowed */
	const char *room; /* each line tells it; or NULL */
	const char *separator, *terminator;
	size_t count;
	bool with_hidden;
};

static void write_link(void *owner, const struct log_link *link)
{
	struct day_writing *w = owner;
	const struct record_message *m = map_get(w->rows, link->id);
	bool is_shown = m && link->is_public;
	json_t *object;

	if (!is_shown && !w->with_hidden)
		return;
	object = new_line(link->id, link->at);
	set(object, "room", w->room);
	if (is_shown) {
		set_said(object, m);
		set(object, "stanza", m->stanza);
		set(object, "salt", link->salt);
	} else {
		set(object, "kind", "hidden");
	}
	set(object, "digest", link->digest);
	if (w->count++)
		buf_add_str(w->out, w->separator);
	add(w->out, object);
	buf_add_str(w->out, w->terminator);
}

static int write_links(const struct export_log *l, const char *day,
		       struct day_writing *w)
{
	struct archive_page *page = export_read_rows(l, day);
	int error = page->status == ARCHIVE_OK ? 0 : HW_E_IO;
	int64_t start = 0;

	w->rows = map_new();
	for (size_t i = 0; i < page->count; i++)
		map_add(w->rows, page->rows[i].id, &page->rows[i]);
	if (!error && day_key_parse(day, &start))
		error = log_reader_links(l->reader, l->room, start,
					 start + DAY_MS - 1, write_link, w);
	map_free(&w->rows, NULL);
	archive_page_free(&page);
	return error;
}

void export_json_begin(const struct export_log *l, struct buf *out)
{
	json_t *head = json_object();
	char *url = room_path_new_url(l->settings, l->room, "");

	set(head, "format", "hallway-log");
	json_object_set_new(head, "version", json_integer(1));
	set(head, "room", l->room);
	set(head, "name", l->name);
	set(head, "url", url);
	set(head, "public_key", l->settings->public_key);
	add(out, head);
	buf_cut(out, out->len - 1); /* its brace */
	buf_add_str(out, ",\n\"days\":[");
	mem_free(&url);
}

int export_json_day(const struct export_log *l, size_t which, bool *is_first,
		    struct buf *out)
{
	const struct export_seal *seal = &l->seals[which];
	struct day_writing w = {
		.out = out,
		.separator = ",\n",
		.terminator = "",
		.with_hidden = true,
	};
	json_t *head = json_object();
	int error;

	set(head, "day", l->days[which]);
	if (seal->digest) {
		set(head, "digest", seal->digest);
		set(head, "signature", seal->signature);
		json_object_set_new(head, "signed_lines",
				    json_integer(seal->lines));
	}
	buf_add_str(out, *is_first ? "\n" : ",\n");
	*is_first = false;
	add(out, head);
	buf_cut(out, out->len - 1);
	buf_add_str(out, ",\"lines\":[\n");
	error = write_links(l, l->days[which], &w);
	buf_add_str(out, "\n]}");
	return error;
}

void export_json_end(struct buf *out)
{
	buf_add_str(out, "\n]}\n");
}

int export_json_lines(const struct export_log *l, size_t which,
		      struct buf *out)
{
	struct day_writing w = {
		.out = out,
		.room = l->room,
		.separator = "",
		.terminator = "\n",
	};

	return write_links(l, l->days[which], &w);
}

/* ---- what the datatracker takes ---- */

static void write_fragment(const struct day_item *item, struct buf *out)
{
	const struct line *l = item->line;
	const char *text = item->version_count ?
				   item->versions[item->version_count - 1].text :
				   l->text;
	struct html h;

	html_init(&h, out);
	html_open(&h, "p");
	switch (l->kind) {
	case LINE_TOMBSTONE:
		html_elem(&h, "em", "(taken back)");
		break;
	case LINE_ENCRYPTED:
		html_elem(&h, "em", "(encrypted)");
		break;
	case LINE_ME:
		html_open(&h, "em");
		html_text(&h, l->nick);
		html_text(&h, " ");
		html_text_with_links(&h, text);
		html_close(&h);
		break;
	case LINE_SUBJECT:
		html_elem(&h, "em", "New subject:");
		html_text(&h, " ");
		html_text_with_links(&h, text);
		break;
	default:
		html_text_with_links(&h, text);
	}
	html_close(&h);
	html_fini(&h);
}

void export_json_chatlog(const struct day *day, bool *is_first,
			 struct buf *out)
{
	for (size_t i = 0; i < day->count; i++) {
		const struct day_item *item = day->items[i];
		struct buf fragment = { 0 };
		json_t *entry;

		if (item->kind != DAY_LINE || item->is_folded ||
		    item->line->kind == LINE_OTHER ||
		    item->line->kind == LINE_REACTION)
			continue;
		entry = json_object();
		write_fragment(item, &fragment);
		json_object_set_new(entry, "author",
				    json_string(item->line->nick ?
							item->line->nick :
							""));
		json_object_set_new(entry, "text",
				    json_string(buf_str(&fragment)));
		set_time(entry, "time", item->at);
		buf_add_str(out, *is_first ? "\n" : ",\n");
		*is_first = false;
		add(out, entry);
		buf_fini(&fragment);
	}
}
