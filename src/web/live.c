/* SPDX-License-Identifier: MIT */
#include "web/live_part.h"

#include "base/clock.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/record.h"
#include "web/live_marks.h"
#include "web/web.h"
#include "web/web_site.h"

#define TICK 1000 /* ms between two looks at who waits */

/* ---- rooms ---- */

struct live_room *live_get_room(struct live *l, const char *jid,
				const char *lang)
{
	struct live_room *room = map_get(l->rooms, jid);

	if (room)
		return room;
	room = mem_new(struct live_room);
	room->live = l;
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

void live_leave_room(struct live_room *room)
{
	if (!list_is_empty(&room->pages))
		return;
	(void)map_steal(room->live->rooms, room->jid);
	free_room(room);
}

/* ---- what happens ---- */

/* Who waited had everything before. */
static void tell(struct live_room *room, struct live_event *owned)
{
	struct live_ring *ring = &room->live->ring;
	uint64_t number = ring->next;
	struct live_page *p;

	live_ring_add(ring, owned);
	list_each(p, &room->pages, node) {
		if (p->is_suspended)
			p->next = number;
		live_page_wake(p);
	}
}

/* What lines became, once that is known and different. */
static void tell_marks(struct live_room *room)
{
	struct live_event *e = live_event_new(room->jid);

	if (live_marks_renew(room->marks, clock_mono(), &e->text))
		tell(room, e);
	else
		live_event_unref(&e);
}

/* Something happened in a session: its page is to be loaded again. */
static void tell_session(struct live *l, const char *jid)
{
	struct live_room *room = map_get(l->rooms, jid);
	struct live_event *e;

	if (!room)
		return;
	e = live_event_new(jid);
	live_text_add(&e->text, "session", NULL, "-");
	tell(room, e);
	live_marks_doubt(room->marks);
	tell_marks(room);
}

static void tell_presence(struct live *l, const struct record *r)
{
	struct live_room *room = map_get(l->rooms, r->room);
	struct live_event *e;

	if (!room || !room->watchers || !r->as_presence.is_public)
		return;
	e = live_event_new(r->room);
	e->is_presence = true;
	live_text_add_presence(&e->text, r);
	tell(room, e);
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
	e = live_event_new(r->room);
	if (r->kind == RECORD_MESSAGE) {
		str_copy(e->id, sizeof(e->id), r->as_message.id);
		is_shown = live_text_add_message(room, &e->text, "line",
						 &r->as_message);
	} else {
		is_shown = live_text_add_changed(room, &e->text,
						 r->as_retraction.id);
	}
	if (is_shown)
		tell(room, e);
	else
		live_event_unref(&e);
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
	e = live_event_new(jid);
	live_text_add(&e->text, "caption", NULL, data);
	mem_free(&data);
	tell(room, e);
}

/* ---- all of them ---- */

static void end_pages(struct live_room *room)
{
	struct live_page *p;

	list_each(p, &room->pages, node)
		live_page_end(p);
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

static void tick_room(struct live_room *room, int64_t now)
{
	struct live_page *p;

	tell_marks(room);
	list_each(p, &room->pages, node)
		live_page_tick(p, now);
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
		tick_room(cursor.value, now);
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

	live_page_register_counters();
	l->settings = settings;
	l->reader = reader;
	l->rooms = map_new();
	live_ring_init(&l->ring, settings->ring);
	return l;
}

void live_free(struct live **l)
{
	if (!*l)
		return;
	live_ring_fini(&(*l)->ring);
	map_free(&(*l)->rooms, free_room);
	mem_free(l);
}
