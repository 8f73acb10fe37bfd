/* SPDX-License-Identifier: MIT */
/*
 * live_text: how that which happens in a room is written as server-sent events.
 */
#include "web/live_part.h"

#include <string.h>

#include "base/str.h"
#include "store/archive_query.h"
#include "store/reader.h"
#include "store/record.h"
#include "web/day_key.h"
#include "web/html.h"
#include "web/line.h"
#include "web/line_look.h"

/* Each line of data has its own field; CR ends lines, too. */
void live_text_add(struct buf *out, const char *event, const char *id,
		   const char *data)
{
	buf_add_format(out, "event: %s\n", event);
	if (id)
		buf_add_format(out, "id: %s\n", id);
	while (*data) {
		size_t len = strcspn(data, "\r\n");

		buf_add_str(out, "data: ");
		buf_add(out, data, len);
		buf_add_char(out, '\n');
		data += len + (data[len] != '\0');
	}
	buf_add_char(out, '\n');
}

/* Only what is new moves the browser's Last-Event-ID on. */
static void add_line(const struct live_room *room, struct buf *out,
		     const char *event, const struct line *line)
{
	char day[DAY_KEY_SIZE];
	const struct line_view view = {
		.settings = room->live->settings,
		.room = room->jid,
		.day = day,
		.lang = room->lang,
		.is_live = true,
	};
	struct buf markup = { 0 };
	struct html h;

	day_key_print(line->at, day);
	html_init(&h, &markup);
	line_look_write(&h, &view, line, NULL);
	html_fini(&h);
	live_text_add(out, event, str_equal(event, "line") ? line->id : NULL,
		      buf_str(&markup));
	buf_fini(&markup);
}

bool live_text_add_message(const struct live_room *room, struct buf *out,
			   const char *event, const struct record_message *m)
{
	struct line *line = line_new(m);
	bool is_shown = line->kind != LINE_OTHER;

	if (is_shown)
		add_line(room, out, event, line);
	line_free(&line);
	return is_shown;
}

bool live_text_add_changed(const struct live_room *room, struct buf *out,
			   const char *id)
{
	struct archive_query *q = archive_query_new(room->jid, 1);
	struct archive_page *page;
	bool is_there;

	q->only_public = true;
	q->only_id = str_dup(id);
	page = reader_ask(room->live->reader, q);
	is_there = page->count == 1 &&
		   live_text_add_message(room, out, "change", &page->rows[0]);
	archive_page_free(&page);
	archive_query_free(&q);
	return is_there;
}

void live_text_add_presence(struct buf *out, const struct record *r)
{
	char day[DAY_KEY_SIZE];
	struct buf markup = { 0 };
	struct html h;

	day_key_print(r->at, day);
	html_init(&h, &markup);
	line_look_write_presence(&h, r, NULL, day);
	html_fini(&h);
	live_text_add(out, "presence", NULL, buf_str(&markup));
	buf_fini(&markup);
}
