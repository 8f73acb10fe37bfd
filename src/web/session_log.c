/* SPDX-License-Identifier: MIT */
#include "web/session_log.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/archive_query.h"
#include "store/meeting_reader.h"
#include "store/record.h"
#include "web/day.h"
#include "web/day_key.h"
#include "web/line.h"
#include "web/minutes.h"

#define MEETINGS_MAX 5000 /* of a room, that are looked at */
#define NOTES_MAX 50000
#define DAYS_MAX 3 /* of a session; meetings.longest is shorter */
#define SLACK 2000 /* ms; its last line is said as it ends */

struct record *session_log_copy(const struct record *from)
{
	struct record *to = record_new(from->kind, from->room, from->at);

	if (from->kind == RECORD_MEETING) {
		const struct record_meeting *m = &from->as_meeting;

		to->as_meeting = *m;
		to->as_meeting.name = str_dup(m->name);
		to->as_meeting.title = str_dup(m->title);
		to->as_meeting.uid = str_dup(m->uid);
		to->as_meeting.agenda = str_dup(m->agenda);
		to->as_meeting.by = str_dup(m->by);
		to->as_meeting.subject = str_dup(m->subject);
	} else {
		const struct record_note *n = &from->as_note;

		require(from->kind == RECORD_NOTE);
		to->as_note = *n;
		to->as_note.meeting = str_dup(n->meeting);
		to->as_note.line = str_dup(n->line);
		to->as_note.jid = str_dup(n->jid);
		to->as_note.nick = str_dup(n->nick);
		to->as_note.person = str_dup(n->person);
		to->as_note.text = str_dup(n->text);
		to->as_note.other_text = str_dup(n->other_text);
	}
	return to;
}

int64_t session_log_start(const struct record_meeting *m)
{
	return m->started ? m->started : m->planned;
}

int64_t session_log_end(const struct record_meeting *m)
{
	if (m->ended)
		return m->ended;
	return m->state == RECORD_MEETING_OPEN ? 0 : m->planned_end;
}

const char *session_log_title(const struct record_meeting *m)
{
	return m->title && *m->title ? m->title : "Session";
}

/* ---- reading ---- */

struct finding {
	const char *name;
	struct record *found; /* owned, or NULL */
};

static void on_meeting(void *owner, const struct record *record)
{
	struct finding *f = owner;

	if (!f->found && str_equal(record->as_meeting.name, f->name))
		f->found = session_log_copy(record);
}

static void on_note(void *owner, const struct record *record)
{
	struct session_log *l = owner;

	l->notes = mem_realloc(l->notes,
			       (l->note_count + 1) * sizeof(struct record *));
	l->notes[l->note_count++] = session_log_copy(record);
}

/* What was corrected after it ended is not of the session. */
static void drop_late_versions(struct day_item *item, int64_t until)
{
	while (item->version_count > 0 &&
	       item->versions[item->version_count - 1].at > until)
		item->version_count--;
	if (item->version_count == 1)
		item->version_count = 0;
}

static void take_items(struct session_log *l, const struct day *day)
{
	l->items = mem_realloc(l->items, (l->item_count + day->count + 1) *
						 sizeof(struct day_item *));
	for (size_t i = 0; i < day->count; i++) {
		struct day_item *item = day->items[i];

		if (item->kind != DAY_LINE || item->at < l->from ||
		    item->at > l->until)
			continue;
		drop_late_versions(item, l->until);
		l->items[l->item_count++] = item;
		l->lines += !item->is_folded && item->line->kind != LINE_OTHER;
		l->tombstones += item->line->kind == LINE_TOMBSTONE;
	}
}

static int read_days(struct session_log *l, struct reader *r, const char *room)
{
	int64_t at = l->from;
	int error = 0;

	l->days = mem_zero(DAYS_MAX, sizeof(struct day *));
	while (!error && at <= l->until && l->day_count < DAYS_MAX) {
		char key[DAY_KEY_SIZE];
		const struct day_span whole = { .max = 0 };
		struct day *day = NULL;

		day_key_print(at, key);
		error = day_read(r, room, key, &whole, &day);
		if (error)
			break;
		l->days[l->day_count++] = day;
		take_items(l, day);
		at = day->end + 1;
	}
	return error;
}

/* ---- which lines may be told of ---- */

static bool is_hidden(void *owner, const char *line)
{
	struct map *shown = owner;

	return map_get(shown, line) == NULL;
}

/* What a line says now, as a word would read it: on one line; owned. */
static char *new_text(const struct day_item *item)
{
	size_t count = item->version_count;
	char *text = str_dup(count ? item->versions[count - 1].text
				   : item->line->text);

	for (char *c = text; *c; c++)
		if (*c == '\n' || *c == '\t')
			*c = ' ';
	return text;
}

/* A correction may have been taken back, and its line not. */
static bool is_said_still(const struct map *shown, const struct record_note *n)
{
	const struct day_item *item = n->line ? map_get(shown, n->line) : NULL;
	char *text = item && n->text ? new_text(item) : NULL;
	bool is_there = text && strstr(text, n->text);

	mem_free(&text);
	return is_there;
}

static void drop_void_corrections(struct session_log *l,
				  const struct map *shown)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->note_count; i++) {
		struct record *r = l->notes[i];

		if (r->as_note.kind == RECORD_NOTE_CORRECTED &&
		    !is_said_still(shown, &r->as_note))
			record_free(&r);
		else
			l->notes[kept++] = r;
	}
	l->note_count = kept;
}

/* A line that somebody may not see has no note either. Those of before the start
 * or behind the end do not occur. */
static void make_minutes(struct session_log *l)
{
	struct map *shown = map_new();

	for (size_t i = 0; i < l->item_count; i++) {
		const struct line *line = l->items[i]->line;

		if (line->kind != LINE_TOMBSTONE && !map_get(shown, line->id))
			map_add(shown, line->id, (void *)l->items[i]);
	}
	drop_void_corrections(l, shown);
	l->minutes = minutes_new((const struct record *const *)l->notes,
				 l->note_count, is_hidden, shown);
	map_free(&shown, NULL);
}

/* Only the day knows what came of a correction. */
static bool has_corrections(const struct session_log *l)
{
	for (size_t i = 0; i < l->note_count; i++)
		if (l->notes[i]->as_note.kind == RECORD_NOTE_CORRECTED)
			return true;
	return false;
}

struct asking {
	struct reader *reader;
	const char *room;
};

static bool is_line_hidden(void *owner, const char *line)
{
	const struct asking *a = owner;
	struct archive_query *q = archive_query_new(a->room, 1);
	struct archive_page *page;
	bool is_shown = false;

	q->only_public = true;
	q->only_id = str_dup(line);
	page = reader_ask(a->reader, q);
	if (page->status == ARCHIVE_OK && page->count == 1) {
		struct line *l = line_new(&page->rows[0]);

		is_shown = l->kind != LINE_TOMBSTONE;
		line_free(&l);
	}
	archive_page_free(&page);
	archive_query_free(&q);
	return !is_shown;
}

static void make_minutes_asking(struct session_log *l, struct reader *r)
{
	struct asking a = { .reader = r, .room = l->record->room };

	l->minutes = minutes_new((const struct record *const *)l->notes,
				 l->note_count, is_line_hidden, &a);
}

static void find_span(struct session_log *l)
{
	if (!l->row->started)
		return;
	l->from = l->row->started;
	l->until = l->row->ended ? l->row->ended + SLACK : clock_wall() + SLACK;
}

static int find_session(struct reader *r, const char *room, const char *name,
			struct session_log **log_out)
{
	struct finding f = { .name = name };
	int error = meeting_reader_list(r, room, true, MEETINGS_MAX, on_meeting,
					&f);

	if (!error && !f.found)
		error = HW_E_NOT_FOUND;
	if (error) {
		record_free(&f.found);
		return error;
	}
	*log_out = mem_new(struct session_log);
	(*log_out)->record = f.found;
	(*log_out)->row = &f.found->as_meeting;
	find_span(*log_out);
	return 0;
}

static int read_log(struct reader *r, const char *room, const char *name,
		    bool with_lines, struct session_log **log_out)
{
	struct session_log *l = NULL;
	int error = find_session(r, room, name, &l);

	if (!error && l->from)
		error = meeting_reader_notes(r, room, name, NULL, 0, NOTES_MAX,
					     on_note, l);
	with_lines = with_lines || (!error && has_corrections(l));
	if (!error && l->from && with_lines)
		error = read_days(l, r, room);
	if (error) {
		session_log_free(&l);
		return error;
	}
	if (with_lines)
		make_minutes(l);
	else
		make_minutes_asking(l, r);
	*log_out = l;
	return 0;
}

int session_log_read(struct reader *r, const char *room, const char *name,
		     struct session_log **log_out)
{
	return read_log(r, room, name, true, log_out);
}

int session_log_read_notes(struct reader *r, const char *room, const char *name,
			   struct session_log **log_out)
{
	return read_log(r, room, name, false, log_out);
}

void session_log_free(struct session_log **l)
{
	if (!*l)
		return;
	for (size_t i = 0; i < (*l)->note_count; i++)
		record_free(&(*l)->notes[i]);
	mem_free(&(*l)->notes);
	for (size_t i = 0; i < (*l)->day_count; i++)
		day_free(&(*l)->days[i]);
	mem_free(&(*l)->days);
	mem_free(&(*l)->items);
	minutes_free(&(*l)->minutes);
	record_free(&(*l)->record);
	mem_free(l);
}
