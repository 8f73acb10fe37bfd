/* SPDX-License-Identifier: MIT */
#include "web/live.h"

#include <poll.h>
#include <string.h>

#include <microhttpd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/counter.h"
#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/archive_query.h"
#include "store/log_reader.h"
#include "store/record.h"
#include "web/call.h"
#include "web/day_key.h"
#include "web/html.h"
#include "web/line.h"
#include "web/line_look.h"
#include "web/live_marks.h"
#include "web/web.h"
#include "web/web_site.h"

#define KEEPALIVE 15000 /* ms of silence until a sign of life */
#define TICK 1000	/* ms between two looks for those */
#define BLOCK 16384	/* bytes that are asked for at once */
#define CATCH_UP 100	/* lines of the archive at once */
#define CATCH_UP_MAX 500 /* more were missed: load the page again */
#define RETRACTIONS_MAX 100
#define RETRY 3000 /* ms until a browser comes back */
#define BUSY_RETRY "30"

/* What goes out, ready; shared by those who have not sent it yet. */
struct live_event {
	unsigned refs;
	char *room;            /* owned */
	char id[RAND_ID_SIZE]; /* "" for a change */
	bool is_presence;      /* for pages that show it */
	struct buf text;
};

/* The pages of a room that wait. */
struct live_room {
	char *jid;  /* owned */
	char *lang; /* owned, or NULL; as the page that came first was told */
	struct list pages;
	struct live_marks *marks; /* owned */
	size_t watchers; /* pages that show who comes and goes */
};

struct live_page {
	struct list node;
	struct live *live;
	struct live_room *room;
	struct MHD_Connection *connection; /* borrowed */
	uint64_t next;              /* number of the event that is next */
	struct live_event *current; /* a reference; is being sent, or NULL */
	size_t offset;              /* of it: what is sent */
	struct buf own;             /* goes first: what only this one gets */
	char last_id[RAND_ID_SIZE]; /* of the line that it had last; or "" */
	struct map *seen; /* ids that came from the archive and may come once
			   * more from the ring; or NULL */
	size_t caught_up;           /* lines from the archive */
	bool is_behind;             /* reads from the archive */
	bool has_presence;          /* shows who comes and goes */
	bool is_suspended;
	bool is_ended;
	int64_t written;            /* ms, monotonic */
};

struct live {
	const struct web_settings *settings; /* borrowed, as the next */
	struct reader *reader;
	struct map *rooms;         /* bare JID -> struct live_room, owned */
	size_t count;              /* pages */
	struct live_event **ring;  /* references; number n is at n % size */
	size_t size;
	uint64_t next;             /* number of the next event */
	int64_t ticked;            /* ms, monotonic */
	bool is_ended;
};

static struct counter gauge_pages =
	GAUGE_INIT("hallway_web_live", "pages that wait for new lines");
static struct counter count_behind =
	COUNTER_INIT("hallway_web_live_behind",
		     "pages that fell behind and read from the archive");
static struct counter count_refused =
	COUNTER_INIT("hallway_web_live_refused",
		     "live pages refused at the bound web.max_live");

/* ---- events ---- */

static struct live_event *event_new(const char *room)
{
	struct live_event *e = mem_new(struct live_event);

	e->refs = 1;
	e->room = str_dup(room);
	return e;
}

static void event_unref(struct live_event **e)
{
	struct live_event *event = *e;

	*e = NULL;
	if (!event || --event->refs)
		return;
	mem_free(&event->room);
	buf_fini(&event->text);
	mem_free(&event);
}

/* Each line of data has its own field; CR ends lines, too. */
static void add_data(struct buf *out, const char *data)
{
	while (*data) {
		size_t len = strcspn(data, "\r\n");

		buf_add_str(out, "data: ");
		buf_add(out, data, len);
		buf_add_char(out, '\n');
		data += len + (data[len] != '\0');
	}
}

static void add_line(const struct live *l, struct buf *out, const char *name,
		     const char *room, const struct line *line,
		     const char *lang)
{
	char day[DAY_KEY_SIZE];
	const struct line_view view = {
		.settings = l->settings,
		.room = room,
		.day = day,
		.lang = lang,
		.is_live = true,
	};
	struct buf markup = { 0 };
	struct html h;

	day_key_print(line->at, day);
	html_init(&h, &markup);
	line_look_write(&h, &view, line, NULL);
	html_fini(&h);
	buf_add_format(out, "event: %s\n", name);
	if (strcmp(name, "line") == 0)
		buf_add_format(out, "id: %s\n", line->id);
	add_data(out, buf_str(&markup));
	buf_add_char(out, '\n');
	buf_fini(&markup);
}

/* False: nothing that a page shows. */
static bool add_message(const struct live *l, struct buf *out,
			const char *name, const char *room,
			const struct record_message *m)
{
	const struct live_room *known = map_get(l->rooms, room);
	struct line *line = line_new(m);
	bool is_shown = line->kind != LINE_OTHER;

	if (is_shown)
		add_line(l, out, name, room, line, known ? known->lang : NULL);
	line_free(&line);
	return is_shown;
}

/* The line as it stands in the archive now, if anybody may see it. */
static bool add_changed(const struct live *l, struct buf *out,
			const char *room, const char *id)
{
	struct archive_query *q = archive_query_new(room, 1);
	struct archive_page *page;
	bool is_there;

	q->only_public = true;
	q->only_id = str_dup(id);
	page = reader_ask(l->reader, q);
	is_there = page->count == 1 &&
		   add_message(l, out, "change", room, &page->rows[0]);
	archive_page_free(&page);
	archive_query_free(&q);
	return is_there;
}

/* ---- pages ---- */

static void wake(struct live_page *p)
{
	if (!p->is_suspended)
		return;
	p->is_suspended = false;
	MHD_resume_connection(p->connection);
}

static void keep(struct live *l, struct live_event *owned)
{
	struct live_event **place = &l->ring[l->next % l->size];

	event_unref(place);
	*place = owned;
	l->next++;
}

/* Who waited had everything before. */
static void tell(struct live *l, struct live_room *room,
		 struct live_event *owned)
{
	uint64_t number = l->next;
	struct live_page *p;

	keep(l, owned);
	list_each(p, &room->pages, node) {
		if (p->is_suspended)
			p->next = number;
		wake(p);
	}
}

static const char *id_of(const struct record *r)
{
	return r->kind == RECORD_MESSAGE ? r->as_message.id
					 : r->as_retraction.id;
}

/* What lines became, once that is known and different. */
static void tell_marks(struct live *l, struct live_room *room)
{
	struct live_event *e = event_new(room->jid);

	if (live_marks_renew(room->marks, clock_mono(), &e->text))
		tell(l, room, e);
	else
		event_unref(&e);
}

/* Something happened in a session: its page is to be loaded again. */
static void tell_session(struct live *l, const char *jid)
{
	struct live_room *room = map_get(l->rooms, jid);
	struct live_event *e;

	if (!room)
		return;
	e = event_new(jid);
	buf_add_str(&e->text, "event: session\ndata: -\n\n");
	tell(l, room, e);
	live_marks_doubt(room->marks);
	tell_marks(l, room);
}

static void tell_presence(struct live *l, const struct record *r)
{
	struct live_room *room = map_get(l->rooms, r->room);
	char day[DAY_KEY_SIZE];
	struct buf markup = { 0 };
	struct live_event *e;
	struct html h;

	if (!room || !room->watchers || !r->as_presence.is_public)
		return;
	day_key_print(r->at, day);
	html_init(&h, &markup);
	line_look_write_presence(&h, r, NULL, day);
	html_fini(&h);
	e = event_new(r->room);
	e->is_presence = true;
	buf_add_str(&e->text, "event: presence\n");
	add_data(&e->text, buf_str(&markup));
	buf_add_char(&e->text, '\n');
	buf_fini(&markup);
	tell(l, room, e);
}

void live_add(struct live *l, const struct record *r)
{
	struct live_room *room;
	struct live_event *e;
	bool is_shown = false;

	if (r->kind == RECORD_PRESENCE)
		tell_presence(l, r);
	if (r->kind == RECORD_NOTE || r->kind == RECORD_MEETING)
		tell_session(l, r->room);
	if (r->kind != RECORD_MESSAGE && r->kind != RECORD_RETRACTION)
		return;
	room = map_get(l->rooms, r->room);
	if (!room || (r->kind == RECORD_MESSAGE && !r->as_message.is_public))
		return;
	e = event_new(r->room);
	if (r->kind == RECORD_MESSAGE) {
		str_copy(e->id, sizeof(e->id), id_of(r));
		is_shown = add_message(l, &e->text, "line", r->room,
				       &r->as_message);
	} else {
		is_shown = add_changed(l, &e->text, r->room, id_of(r));
	}
	if (is_shown)
		tell(l, room, e);
	else
		event_unref(&e);
}

void live_caption(struct live *l, const char *jid, const char *nick,
		  const char *text)
{
	struct live_room *room = map_get(l->rooms, jid);
	char *data;
	struct live_event *e;

	if (!room)
		return;
	data = str_format("%s\t%s", nick, text);
	e = event_new(jid);
	buf_add_str(&e->text, "event: caption\n");
	add_data(&e->text, data);
	buf_add_char(&e->text, '\n');
	mem_free(&data);
	tell(l, room, e);
}

/* ---- from the archive ---- */

static void add_reload(struct live_page *p)
{
	buf_add_str(&p->own, "event: reload\ndata: -\n\n");
	p->is_behind = false;
	p->next = p->live->next;
}

static void note_seen(struct live_page *p, const char *id)
{
	if (!p->seen)
		p->seen = map_new();
	if (!map_get(p->seen, id))
		map_add(p->seen, id, p);
}

struct changes {
	struct live_page *page;
	int64_t since;
};

static void add_retraction(void *owner, const struct record *r)
{
	struct changes *c = owner;

	if (r->at >= c->since)
		add_changed(c->page->live, &c->page->own, r->room,
			    r->as_retraction.id);
}

/* What was taken back since the line it had last. */
static void add_retractions(struct live_page *p)
{
	struct changes c = { .page = p };
	char *room = NULL;
	bool is_public;

	if (log_reader_find(p->live->reader, p->last_id, &room, &c.since,
			    &is_public) ||
	    log_reader_retractions(p->live->reader, p->room->jid, true,
				   RETRACTIONS_MAX, add_retraction, &c))
		add_reload(p);
	mem_free(&room);
}

static void take_rows(struct live_page *p, const struct archive_page *rows)
{
	for (size_t i = 0; i < rows->count; i++) {
		const struct record_message *m = &rows->rows[i];

		(void)add_message(p->live, &p->own, "line", p->room->jid, m);
		note_seen(p, m->id);
		str_copy(p->last_id, sizeof(p->last_id), m->id);
	}
	p->caught_up += rows->count;
}

static void read_on(struct live_page *p)
{
	struct archive_query *q;
	struct archive_page *rows;

	if (!p->caught_up)
		add_retractions(p);
	if (!p->is_behind)
		return;
	q = archive_query_new(p->room->jid, CATCH_UP);
	q->only_public = true;
	q->after_id = str_dup(p->last_id);
	rows = reader_ask(p->live->reader, q);
	take_rows(p, rows);
	if (rows->status != ARCHIVE_OK ||
	    (!rows->is_complete && p->caught_up >= CATCH_UP_MAX)) {
		add_reload(p);
	} else if (rows->is_complete) {
		p->is_behind = false;
		p->next = p->live->next;
		if (p->caught_up)
			live_marks_add_all(p->room->marks, &p->own);
	}
	archive_page_free(&rows);
	archive_query_free(&q);
}

/* ---- sending ---- */

static size_t send_from(struct live_page *p, const struct buf *b,
			size_t offset, char *out, size_t max)
{
	size_t n = b->len - offset;

	n = n < max ? n : max;
	memcpy(out, buf_data(b) + offset, n);
	p->written = clock_mono();
	return n;
}

static bool is_lost(const struct live_page *p)
{
	return p->live->next - p->next > p->live->size;
}

/* Did it come from the archive just now? */
static bool was_seen(struct live_page *p, const char *id)
{
	if (!p->seen || !*id)
		return false;
	if (map_get(p->seen, id))
		return true;
	map_free(&p->seen, NULL);
	return false;
}

static void take_next(struct live_page *p)
{
	struct live_event *e = p->live->ring[p->next % p->live->size];

	p->next++;
	if (strcmp(e->room, p->room->jid) != 0 || was_seen(p, e->id) ||
	    (e->is_presence && !p->has_presence))
		return;
	e->refs++;
	p->current = e;
	p->offset = 0;
	if (*e->id)
		str_copy(p->last_id, sizeof(p->last_id), e->id);
}

/* Something to send is there, or nothing is left. */
static void find_more(struct live_page *p)
{
	while (!p->own.len && !p->current) {
		if (p->is_behind) {
			read_on(p);
		} else if (p->next == p->live->next) {
			return;
		} else if (is_lost(p)) {
			counter_add(&count_behind, 1);
			p->is_behind = *p->last_id != '\0';
			p->caught_up = 0;
			if (!p->is_behind)
				add_reload(p);
		} else {
			take_next(p);
		}
	}
}

static ssize_t on_read(void *owner, uint64_t position, char *out, size_t max)
{
	struct live_page *p = owner;
	size_t n;

	(void)position;
	if (!p->is_ended)
		find_more(p);
	if (p->own.len) {
		n = send_from(p, &p->own, 0, out, max);
		buf_eat(&p->own, n);
		return (ssize_t)n;
	}
	if (p->current) {
		n = send_from(p, &p->current->text, p->offset, out, max);
		p->offset += n;
		if (p->offset == p->current->text.len)
			event_unref(&p->current);
		return (ssize_t)n;
	}
	if (p->is_ended)
		return MHD_CONTENT_READER_END_OF_STREAM;
	p->is_suspended = true;
	MHD_suspend_connection(p->connection);
	return 0;
}

/* ---- life of a page ---- */

static struct live_room *get_room(struct live *l, const char *jid,
				  const char *lang)
{
	struct live_room *room = map_get(l->rooms, jid);

	if (room)
		return room;
	room = mem_new(struct live_room);
	room->jid = str_dup(jid);
	room->lang = str_dup(lang);
	room->marks = live_marks_new(l->reader, jid);
	list_init(&room->pages);
	map_add(l->rooms, jid, room);
	return room;
}

static void free_room(void *value)
{
	struct live_room *room = value;

	mem_free(&room->jid);
	mem_free(&room->lang);
	live_marks_free(&room->marks);
	mem_free(&room);
}

/* The connection is gone, or its answer is. */
static void on_gone(void *owner)
{
	struct live_page *p = owner;
	struct live_room *room = p->room;

	list_remove(&p->node);
	room->watchers -= p->has_presence;
	p->live->count--;
	counter_add(&gauge_pages, -1);
	if (list_is_empty(&room->pages)) {
		(void)map_steal(p->live->rooms, room->jid);
		free_room(room);
	}
	event_unref(&p->current);
	buf_fini(&p->own);
	map_free(&p->seen, NULL);
	mem_free(&p);
}

static struct live_page *page_new(struct live *l, const struct call *c)
{
	struct live_page *p = mem_new(struct live_page);
	const char *after = c->last_event_id ? c->last_event_id
					     : call_arg(c, "after");

	p->live = l;
	p->room = get_room(l, c->room, c->view->lang);
	p->connection = c->connection;
	p->next = l->next;
	p->written = clock_mono();
	buf_add_format(&p->own, "retry: %d\n\n", RETRY);
	if (after && *after)
		p->is_behind = str_copy(p->last_id, sizeof(p->last_id), after);
	p->has_presence = call_flag(c, "presence");
	p->room->watchers += p->has_presence;
	list_add_tail(&p->room->pages, &p->node);
	l->count++;
	counter_add(&gauge_pages, 1);
	return p;
}

static void refuse(struct call *c)
{
	counter_add(&count_refused, 1);
	c->status = 503;
	c->type = "text/plain; charset=utf-8";
	call_add_header(c, "Retry-After", BUSY_RETRY);
	buf_add_str(&c->body, "Too many pages wait for new lines. Try again "
			      "later, please.\n");
}

void live_answer(struct call *c)
{
	struct live *l = c->desk->live;

	c->cache = "no-store";
	if (!c->view || !c->view->is_on_web || c->view->is_gone) {
		call_fail(c, 404, NULL);
		return;
	}
	if (l->is_ended || l->count >= l->settings->max_live) {
		refuse(c);
		return;
	}
	c->type = "text/event-stream";
	call_add_header(c, "X-Accel-Buffering", "no");
	call_add_header(c, "X-Robots-Tag", "noindex");
	if (c->is_head)
		return;
	c->response = MHD_create_response_from_callback(
		MHD_SIZE_UNKNOWN, BLOCK, on_read, page_new(l, c), on_gone);
	require(c->response);
}

/* ---- all of them ---- */

/* Nobody reads the socket of one that is suspended. */
static bool has_left(const struct live_page *p)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(
		p->connection, MHD_CONNECTION_INFO_CONNECTION_FD);
	struct pollfd polled = { .fd = info->connect_fd, .events = POLLRDHUP };

	return poll(&polled, 1, 0) > 0 &&
	       polled.revents & (POLLRDHUP | POLLHUP | POLLERR);
}

static void end_page(struct live_page *p)
{
	p->is_ended = true;
	wake(p);
}

static void end_pages(struct live_room *room)
{
	struct live_page *p;

	list_each(p, &room->pages, node)
		end_page(p);
}

void live_show(struct live *l, const struct web_site *site)
{
	struct map_cursor cursor;

	map_begin(l->rooms, &cursor);
	while (map_next(&cursor)) {
		const struct web_room *view = web_site_find(site, cursor.key);

		if (!view || !view->is_on_web || view->is_gone)
			end_pages(cursor.value);
	}
}

static void tick_room(struct live *l, struct live_room *room, int64_t now)
{
	struct live_page *p;

	tell_marks(l, room);
	list_each(p, &room->pages, node) {
		if (!p->is_suspended)
			continue;
		if (has_left(p)) {
			end_page(p);
			continue;
		}
		if (now - p->written < KEEPALIVE)
			continue;
		p->next = p->live->next;
		buf_add_str(&p->own, ":\n\n");
		wake(p);
	}
}

int live_tick(struct live *l, int64_t now)
{
	struct map_cursor cursor;

	if (!l->count)
		return -1;
	if (now - l->ticked < TICK)
		return (int)(TICK - (now - l->ticked));
	l->ticked = now;
	map_begin(l->rooms, &cursor);
	while (map_next(&cursor))
		tick_room(l, cursor.value, now);
	return TICK;
}

void live_end(struct live *l)
{
	struct map_cursor cursor;

	l->is_ended = true;
	map_begin(l->rooms, &cursor);
	while (map_next(&cursor))
		end_pages(cursor.value);
}

struct live *live_new(const struct web_settings *settings,
		      struct reader *reader)
{
	struct live *l = mem_new(struct live);

	counter_register(&gauge_pages);
	counter_register(&count_behind);
	counter_register(&count_refused);
	l->settings = settings;
	l->reader = reader;
	l->rooms = map_new();
	l->size = settings->ring ? settings->ring : 1;
	l->ring = mem_zero(l->size, sizeof(struct live_event *));
	return l;
}

void live_free(struct live **l)
{
	if (!*l)
		return;
	for (size_t i = 0; i < (*l)->size; i++)
		event_unref(&(*l)->ring[i]);
	mem_free(&(*l)->ring);
	map_free(&(*l)->rooms, free_room);
	mem_free(l);
}
