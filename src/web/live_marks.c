/* SPDX-License-Identifier: MIT */
#include "web/live_marks.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "web/line_marks.h"
#include "xmpp/datetime.h"

#define SINCE (24 * 3600000) /* ms before it began */
#define AGAIN 1000           /* ms between two readings */

struct live_marks {
	struct reader *reader; /* borrowed */
	char *room;            /* owned; bare JID */
	int64_t since;         /* ms since epoch; of sessions */
	struct map *told;      /* owned; stanza-id -> what was told, owned */
	int64_t read_at;       /* ms, monotonic */
	bool is_in_doubt;
};

/* One reading. */
struct reading {
	struct live_marks *marks;
	struct map *now; /* owned; as told */
	struct buf *out; /* data of the event; NULL: tell nothing */
};

static void tell(struct buf *out, const char *id, const char *what)
{
	buf_add_format(out, "data: %s\t%s\n", id, what);
}

static void take(void *owner, const char *id, const struct line_mark *mark)
{
	struct reading *r = owner;
	char at[DATETIME_SIZE] = "", *what;

	if (mark->at)
		datetime_print(mark->at, at);
	what = mark->is_chatter
		       ? str_dup("chatter\t")
		       : str_format("mark\t%s%s%s",
				    mark->text ? mark->text : "",
				    mark->at ? "\t" : "", at);

	if (r->out && !str_equal(map_get(r->marks->told, id), what))
		tell(r->out, id, what);
	map_add(r->now, id, what);
}

static void tell_gone(struct reading *r)
{
	struct map_cursor cursor;

	map_begin(r->marks->told, &cursor);
	while (map_next(&cursor))
		if (!map_get(r->now, cursor.key))
			tell(r->out, cursor.key, "none\t");
}

static void read_all(struct live_marks *m, struct buf *out)
{
	struct reading r = { .marks = m, .out = out };
	struct line_marks *marks = NULL;

	if (line_marks_read(m->reader, m->room, m->since, clock_wall(),
			    &marks)) {
		m->is_in_doubt = true;
		return;
	}
	r.now = map_new();
	line_marks_each(marks, take, &r);
	if (out)
		tell_gone(&r);
	line_marks_free(&marks);
	map_free(&m->told, free);
	m->told = r.now;
}

struct live_marks *live_marks_new(struct reader *reader, const char *room)
{
	struct live_marks *m = mem_new(struct live_marks);

	m->reader = reader;
	m->room = str_dup(room);
	m->since = clock_wall() - SINCE;
	m->told = map_new();
	read_all(m, NULL);
	return m;
}

void live_marks_free(struct live_marks **m)
{
	if (!*m)
		return;
	mem_free(&(*m)->room);
	map_free(&(*m)->told, free);
	mem_free(m);
}

void live_marks_doubt(struct live_marks *m)
{
	m->is_in_doubt = true;
}

static bool add_event(struct buf *out, struct buf *data)
{
	bool is_any = data->len > 0;

	if (is_any) {
		buf_add_str(out, "event: marks\n");
		buf_add(out, buf_data(data), data->len);
		buf_add_char(out, '\n');
	}
	buf_fini(data);
	return is_any;
}

bool live_marks_renew(struct live_marks *m, int64_t now, struct buf *out)
{
	struct buf data = { 0 };

	if (!m->is_in_doubt || (m->read_at && now - m->read_at < AGAIN))
		return false;
	m->is_in_doubt = false;
	m->read_at = now;
	read_all(m, &data);
	return add_event(out, &data);
}

void live_marks_add_all(const struct live_marks *m, struct buf *out)
{
	struct map_cursor cursor;
	struct buf data = { 0 };

	map_begin(m->told, &cursor);
	while (map_next(&cursor))
		tell(&data, cursor.key, cursor.value);
	(void)add_event(out, &data);
}
