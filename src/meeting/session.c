/* SPDX-License-Identifier: MIT */
#include "meeting/session.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "meeting/caption.h"
#include "xmpp/datetime.h"

static char there;

static void copy_row(struct record_meeting *to, const struct record_meeting *row)
{
	*to = *row;
	to->name = str_dup(row->name);
	to->title = str_dup(row->title);
	to->uid = str_dup(row->uid);
	to->agenda = str_dup(row->agenda);
	to->by = str_dup(row->by);
	to->subject = str_dup(row->subject);
}

struct meeting_session *session_open(const char *room,
				     const struct record_meeting *row)
{
	struct meeting_session *s = mem_new(struct meeting_session);

	s->room = str_dup(room);
	copy_row(&s->row, row);
	s->present = map_new();
	s->came = map_new();
	s->people_lines = map_new();
	s->scribes = map_new();
	s->typed = map_new();
	s->captions = map_new();
	s->helped = map_new();
	s->cut = map_new();
	queue_init(&s->queue);
	mics_init(&s->mics);
	hands_init(&s->hands);
	return s;
}

static void fini_row(struct record_meeting *row)
{
	mem_free(&row->name);
	mem_free(&row->title);
	mem_free(&row->uid);
	mem_free(&row->agenda);
	mem_free(&row->by);
	mem_free(&row->subject);
}

static void free_caption(void *value)
{
	struct caption *c = value;

	caption_fini(c);
	mem_free(&c);
}

void session_close(struct meeting_session **session)
{
	struct meeting_session *s = *session;

	if (!s)
		return;
	fini_row(&s->row);
	map_free(&s->present, free);
	map_free(&s->came, NULL);
	map_free(&s->people_lines, NULL);
	map_free(&s->scribes, NULL);
	map_free(&s->typed, free);
	map_free(&s->captions, free_caption);
	for (size_t i = 0; i < s->mark_count; i++)
		mem_free(&s->marks[i].line);
	mem_free(&s->marks);
	map_free(&s->helped, NULL);
	map_free(&s->cut, NULL);
	queue_fini(&s->queue);
	mics_fini(&s->mics);
	hands_fini(&s->hands);
	mem_free(&s->topic);
	mem_free(&s->start_line);
	mem_free(&s->room);
	mem_free(session);
}

struct record *session_make_row(const struct meeting_session *s, int64_t at)
{
	struct record *r = record_new(RECORD_MEETING, s->room, at);

	copy_row(&r->as_meeting, &s->row);
	return r;
}

char *session_make_name(int64_t at)
{
	char stamp[DATETIME_SIZE];

	/* 2026-11-22T14:05:00.000Z */
	datetime_print(at, stamp);
	return str_format("%.10s-%.2s%.2s", stamp, stamp + 11, stamp + 14);
}

/* ---- notes ---- */

static void come(struct meeting_session *s, const struct record_note *n)
{
	if (!n->jid || map_get(s->present, n->jid))
		return;
	map_add(s->present, n->jid, str_dup(n->person ? n->person : ""));
	if (!map_get(s->came, n->jid))
		map_add(s->came, n->jid, &there);
}

/* Who is there under two nicks has not gone with the other one. */
static void go(struct meeting_session *s, const struct record_note *n)
{
	const char *nick = n->jid ? map_get(s->present, n->jid) : NULL;

	if (nick && (!n->person || str_equal(nick, n->person)))
		free(map_steal(s->present, n->jid));
}

static void rename_person(struct meeting_session *s, const struct record_note *n)
{
	if (!n->person || !n->text)
		return;
	queue_rename(&s->queue, n->text, n->person);
	mics_rename(&s->mics, n->text, n->person);
	if (n->jid && str_equal(map_get(s->present, n->jid), n->text))
		free(map_put(s->present, n->jid, str_dup(n->person)));
}

/* The bare JID of who is there under that nick, or NULL. */
static const char *find_present(const struct meeting_session *s,
				const char *nick)
{
	struct map_cursor cursor;

	map_begin(s->present, &cursor);
	while (map_next(&cursor))
		if (str_equal(cursor.value, nick))
			return cursor.key;
	return NULL;
}

/* Whoever got the hat here gives it back at the end. */
static void take_scribe(struct meeting_session *s, const struct record_note *n)
{
	const char *jid = n->person ? find_present(s, n->person) : NULL;

	if (!jid)
		return;
	if (!n->number)
		map_steal(s->scribes, jid);
	else if (!map_get(s->scribes, jid))
		map_add(s->scribes, jid, &there);
}

/* ---- what is for the minutes ---- */

static void count(struct meeting_session *s, enum record_note_kind kind, int by)
{
	struct session_counts *c = &s->counts;

	if (kind == RECORD_NOTE_TOPIC)
		c->topics += (size_t)by;
	else if (kind == RECORD_NOTE_ACTION)
		c->actions += (size_t)by;
	else if (kind == RECORD_NOTE_DECISION)
		c->decisions += (size_t)by;
}

static void add_mark(struct meeting_session *s, const struct record_note *n)
{
	s->marks = mem_realloc(s->marks,
			       (s->mark_count + 1) * sizeof(*s->marks));
	s->marks[s->mark_count++] = (struct mark){ .kind = n->kind,
						   .line = str_dup(n->line) };
	count(s, n->kind, 1);
	if (n->kind == RECORD_NOTE_TOPIC)
		str_set(&s->topic, n->text);
}

static void void_mark(struct meeting_session *s, struct mark *mark)
{
	mark->is_void = true;
	count(s, mark->kind, -1);
}

static void undo(struct meeting_session *s)
{
	for (size_t i = s->mark_count; i-- > 0;)
		if (!s->marks[i].is_void) {
			void_mark(s, &s->marks[i]);
			return;
		}
}

const char *session_last_line(const struct meeting_session *s)
{
	for (size_t i = s->mark_count; i-- > 0;)
		if (!s->marks[i].is_void)
			return s->marks[i].line;
	return NULL;
}

static struct mark *find_mark(const struct meeting_session *s,
			      const char *line)
{
	for (size_t i = s->mark_count; line && i-- > 0;)
		if (!s->marks[i].is_void &&
		    str_equal(s->marks[i].line, line))
			return &s->marks[i];
	return NULL;
}

const struct mark *session_find_mark(const struct meeting_session *s,
				     const char *line)
{
	return find_mark(s, line);
}

bool session_has_line(const struct meeting_session *s, const char *line)
{
	return find_mark(s, line) || mics_find_line(&s->mics, line) ||
	       session_has_people_line(s, line);
}

bool session_has_people_line(const struct meeting_session *s,
			     const char *line)
{
	return line && map_get(s->people_lines, line);
}

static void take_back(struct meeting_session *s, const struct record_note *n)
{
	struct mark *mark = find_mark(s, n->line);
	struct mic *mic = mics_find_line(&s->mics, n->line);

	if (mark)
		void_mark(s, mark);
	if (mic)
		mic->is_void = true;
}

static void correct(struct meeting_session *s, const struct record_note *n)
{
	const struct mark *mark = find_mark(s, n->line);
	struct mic *mic = mics_find_line(&s->mics, n->line);

	if (mark && mark->kind == RECORD_NOTE_TOPIC)
		str_set(&s->topic, n->text);
	if (mic && n->text)
		str_set(&mic->text, n->text);
}

/* ---- all kinds ---- */

static void take_queue(struct meeting_session *s, const struct record_note *n,
		       int64_t at)
{
	s->has_queue_news = true;
	switch (n->kind) {
	case RECORD_NOTE_QUEUE:
		queue_add(&s->queue, n->person, n->text, n->number != 0);
		break;
	case RECORD_NOTE_QUEUE_FIRST:
		queue_add_first(&s->queue, n->person);
		break;
	case RECORD_NOTE_UNQUEUE:
		(void)queue_remove(&s->queue, n->person);
		break;
	case RECORD_NOTE_SPEAKER:
		queue_give_floor(&s->queue, n->person, at);
		break;
	default:
		s->queue.is_closed = n->number != 0;
		break;
	}
}

static void take_mic_done(struct meeting_session *s,
			  const struct record_note *n, int64_t at)
{
	struct mic *mic = mics_find(&s->mics, n->number);

	if (mic && !mic->done)
		mic->done = at;
}

void session_take(struct meeting_session *s, const struct record_note *n,
		  int64_t at)
{
	s->notes++;
	switch (n->kind) {
	case RECORD_NOTE_TOPIC:
	case RECORD_NOTE_ACTION:
	case RECORD_NOTE_DECISION:
	case RECORD_NOTE_INFO:
	case RECORD_NOTE_SAID:
	case RECORD_NOTE_EDIT:
		add_mark(s, n);
		break;
	case RECORD_NOTE_PRESENT:
	case RECORD_NOTE_REGRETS:
		if (n->line && !map_get(s->people_lines, n->line))
			map_add(s->people_lines, n->line, &there);
		break;
	case RECORD_NOTE_UNDO:
		undo(s);
		break;
	case RECORD_NOTE_TAKEN_BACK:
		take_back(s, n);
		break;
	case RECORD_NOTE_CORRECTED:
		correct(s, n);
		break;
	case RECORD_NOTE_SCRIBE:
		take_scribe(s, n);
		break;
	case RECORD_NOTE_STARTED:
		str_set(&s->start_line, n->line);
		break;
	case RECORD_NOTE_CAME:
		come(s, n);
		break;
	case RECORD_NOTE_WENT:
		go(s, n);
		break;
	case RECORD_NOTE_RENAMED:
		rename_person(s, n);
		break;
	case RECORD_NOTE_QUEUE:
	case RECORD_NOTE_QUEUE_FIRST:
	case RECORD_NOTE_UNQUEUE:
		if (n->person)
			take_queue(s, n, at);
		break;
	case RECORD_NOTE_SPEAKER:
	case RECORD_NOTE_QUEUE_CLOSED:
		take_queue(s, n, at);
		break;
	case RECORD_NOTE_MIC:
		mics_add(&s->mics, n->number, n->person, n->text, n->line, at);
		break;
	case RECORD_NOTE_MIC_DONE:
		take_mic_done(s, n, at);
		break;
	case RECORD_NOTE_HANDS:
		hands_ask(&s->hands, n->number, n->text, n->line, s->present,
			  at);
		break;
	case RECORD_NOTE_HAND:
		hands_take(&s->hands, n->jid, n->other, n->text != NULL);
		break;
	case RECORD_NOTE_HANDS_END:
		hands_end(&s->hands);
		break;
	default: /* for the minutes alone */
		break;
	}
}
