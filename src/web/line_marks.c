/* SPDX-License-Identifier: MIT */
#include "web/line_marks.h"

#include <inttypes.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/meeting_reader.h"
#include "store/record.h"
#include "web/html.h"
#include "web/minutes.h"
#include "web/room_path.h"
#include "web/session_log.h"

#define MEETINGS_MAX 5000
#define NOTES_MAX 50000

struct line_marks {
	struct map *by_line;      /* stanza-id -> owned struct line_mark */
	struct record **sessions; /* owned; the newest first */
	size_t session_count;
};

struct reading {
	struct line_marks *marks;
	int64_t start, end;
	struct record **notes; /* owned */
	size_t note_count;
};

static void on_session(void *owner, const struct record *record)
{
	struct reading *r = owner;
	struct line_marks *to = r->marks;
	const struct record_meeting *m = &record->as_meeting;

	if (!m->started || m->started > r->end ||
	    (m->ended && m->ended < r->start))
		return;
	to->sessions = mem_realloc(to->sessions, (to->session_count + 1) *
							 sizeof(*to->sessions));
	to->sessions[to->session_count++] = session_log_copy(record);
}

static void on_note(void *owner, const struct record *record)
{
	struct reading *r = owner;

	r->notes =
		mem_realloc(r->notes, (r->note_count + 1) * sizeof(*r->notes));
	r->notes[r->note_count++] = session_log_copy(record);
}

/* Takes the text. The first that is told of a line counts. */
static void put(struct line_marks *m, const char *line, char *owned_text,
		int64_t at, bool is_chatter)
{
	struct line_mark *mark;

	if (!line || map_get(m->by_line, line)) {
		mem_free(&owned_text);
		return;
	}
	mark = mem_new(struct line_mark);
	mark->text = owned_text;
	mark->at = at;
	mark->is_chatter = is_chatter;
	map_add(m->by_line, line, mark);
}

static char *print_mic(const struct minutes_item *mic)
{
	return str_format("MIC %" PRId64 "%s", mic->number,
			  mic->done_at ? ", relayed" : "");
}

static void mark_item(struct reading *r, const struct minutes_item *item)
{
	switch (item->kind) {
	case MINUTES_ACTION:
		put(r->marks, item->line, str_dup("Action"), 0, false);
		break;
	case MINUTES_DECISION:
		put(r->marks, item->line, str_dup("Decision"), 0, false);
		break;
	case MINUTES_MIC:
		put(r->marks, item->line, print_mic(item), item->done_at,
		    false);
		break;
	case MINUTES_HANDS:
		put(r->marks, item->line, str_dup("Show of hands"), 0, false);
		break;
	case MINUTES_INFO:
	case MINUTES_SAID:
		put(r->marks, item->line, str_dup("Scribe"), 0, false);
		break;
	}
}

static void mark_minutes(struct reading *r, const struct minutes *m)
{
	for (size_t i = 0; i < m->topic_count; i++) {
		const struct minutes_topic *t = &m->topics[i];

		put(r->marks, t->line, str_dup("Topic"), 0, false);
		for (size_t j = 0; j < t->count; j++)
			mark_item(r, &t->items[j]);
	}
}

static bool is_chatter(enum record_note_kind kind)
{
	switch (kind) {
	case RECORD_NOTE_QUEUE:
	case RECORD_NOTE_QUEUE_FIRST:
	case RECORD_NOTE_UNQUEUE:
	case RECORD_NOTE_SPEAKER:
	case RECORD_NOTE_QUEUE_CLOSED:
	case RECORD_NOTE_HAND:
	case RECORD_NOTE_MIC_DONE:
		return true;
	default:
		return false;
	}
}

static void free_notes(struct reading *r)
{
	for (size_t i = 0; i < r->note_count; i++)
		record_free(&r->notes[i]);
	r->note_count = 0;
}

static int mark_session(struct reading *r, struct reader *reader,
			const struct record *session)
{
	int error = meeting_reader_notes(reader, session->room,
					 session->as_meeting.name, NULL, 0,
					 NOTES_MAX, on_note, r);
	struct minutes *m;

	if (!error) {
		m = minutes_new((const struct record *const *)r->notes,
				r->note_count, NULL, NULL);
		mark_minutes(r, m);
		minutes_free(&m);
	}
	for (size_t i = 0; !error && i < r->note_count; i++)
		if (is_chatter(r->notes[i]->as_note.kind))
			put(r->marks, r->notes[i]->as_note.line, NULL, 0, true);
	free_notes(r);
	return error;
}

int line_marks_read(struct reader *reader, const char *room, int64_t start,
		    int64_t end, struct line_marks **marks_out)
{
	struct reading r = {
		.marks = mem_new(struct line_marks),
		.start = start,
		.end = end,
	};
	int error;

	r.marks->by_line = map_new();
	error = meeting_reader_list(reader, room, true, MEETINGS_MAX,
				    on_session, &r);
	for (size_t i = 0; !error && i < r.marks->session_count; i++)
		error = mark_session(&r, reader, r.marks->sessions[i]);
	mem_free(&r.notes);
	if (error)
		line_marks_free(&r.marks);
	else
		*marks_out = r.marks;
	return error;
}

static void free_mark(void *value)
{
	struct line_mark *mark = value;

	mem_free(&mark->text);
	mem_free(&mark);
}

void line_marks_free(struct line_marks **m)
{
	if (!*m)
		return;
	map_free(&(*m)->by_line, free_mark);
	for (size_t i = 0; i < (*m)->session_count; i++)
		record_free(&(*m)->sessions[i]);
	mem_free(&(*m)->sessions);
	mem_free(m);
}

void line_marks_write_sessions(const struct line_marks *m, struct html *h,
			       const struct web_settings *settings,
			       const char *room)
{
	if (!m || !m->session_count)
		return;
	html_open(h, "p");
	html_text(h, m->session_count == 1 ? "Session: " : "Sessions: ");
	for (size_t i = m->session_count; i-- > 0;) {
		const struct record_meeting *row = &m->sessions[i]->as_meeting;
		char *behind = str_format("meeting/%s/", row->name);
		char *path = room_path_new(settings, room, behind);

		html_open(h, "a");
		html_attr(h, "href", path);
		html_isolate(h, session_log_title(row));
		html_close(h);
		html_text(h, i ? ", " : "");
		mem_free(&path);
		mem_free(&behind);
	}
	html_close(h);
}

const struct line_mark *line_marks_find(const struct line_marks *m,
					const char *id)
{
	return m ? map_get(m->by_line, id) : NULL;
}

void line_marks_each(const struct line_marks *m,
		     void (*fn)(void *owner, const char *id,
				const struct line_mark *mark),
		     void *owner)
{
	struct map_cursor cursor;

	map_begin(m->by_line, &cursor);
	while (map_next(&cursor))
		fn(owner, cursor.key, cursor.value);
}
