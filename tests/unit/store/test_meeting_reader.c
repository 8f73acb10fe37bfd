/* SPDX-License-Identifier: MIT */
#include "store/meeting_reader.h"

#include "../unit.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "scratch.h"

#define OTHER_ROOM "other@rooms.example"

/* What was told: names of sessions, texts of notes. */
struct told {
	struct buf words;
};

static void on_record(void *owner, const struct record *r)
{
	struct told *t = owner;

	buf_add_format(&t->words, "%s%s", t->words.len ? " " : "",
		       r->kind == RECORD_MEETING ? r->as_meeting.name
						 : r->as_note.text);
}

static struct record *meeting(const char *room, const char *name,
			      enum record_meeting_state state, int64_t start)
{
	struct record *r = record_new(RECORD_MEETING, room, start);
	struct record_meeting *m = &r->as_meeting;

	m->name = str_dup(name);
	m->title = str_dup("A title");
	m->uid = str_dup("uid@list.example");
	m->agenda = str_dup("https://example.org/");
	m->by = str_dup("chair@home.example");
	m->subject = str_dup("before");
	m->state = state;
	m->planned = start;
	m->planned_end = start + 1;
	m->started = state == RECORD_MEETING_PLANNED ? 0 : start + 2;
	m->ended = state == RECORD_MEETING_ENDED ? start + 3 : 0;
	m->is_public = true;
	return r;
}

static struct record *note(const char *room, const char *name,
			   enum record_note_kind kind, const char *text)
{
	static int64_t number;
	struct record *r = record_new(RECORD_NOTE, room, 1000 + ++number);
	struct record_note *n = &r->as_note;

	snprintf(n->id, sizeof(n->id), "note%d", (int)number);
	n->meeting = str_dup(name);
	n->kind = kind;
	n->line = str_dup("line");
	n->jid = str_dup("bob@home.example");
	n->nick = str_dup("bob");
	n->person = str_dup("Bob");
	n->text = str_dup(text);
	n->other_text = str_dup("more");
	n->number = 7;
	n->other = -1;
	return r;
}

static int fill(struct scratch *s, struct reader **reader)
{
	struct record *hidden;
	struct record *records[] = {
		scratch_room(SCRATCH_ROOM, ""),
		scratch_room(OTHER_ROOM, ""),
		meeting(SCRATCH_ROOM, "first", RECORD_MEETING_ENDED, 1000),
		meeting(SCRATCH_ROOM, "second", RECORD_MEETING_OPEN, 2000),
		meeting(OTHER_ROOM, "third", RECORD_MEETING_PLANNED, 3000),
		meeting(OTHER_ROOM, "hidden", RECORD_MEETING_ENDED, 4000),
		note(SCRATCH_ROOM, "first", RECORD_NOTE_TOPIC, "one"),
		note(SCRATCH_ROOM, "second", RECORD_NOTE_ACTION, "two"),
		note(SCRATCH_ROOM, "first", RECORD_NOTE_ACTION, "three"),
		note(SCRATCH_ROOM, "second", RECORD_NOTE_INFO, "four"),
		note(OTHER_ROOM, "first", RECORD_NOTE_ACTION, "elsewhere"),
	};

	scratch_init(s);
	hidden = records[5];
	hidden->as_meeting.is_public = false;
	scratch_save(s, records, array_len(records));
	return reader_open(s->path, reader);
}

static void expect(struct told *t, int error, const char *words)
{
	assert_int_equal(error, 0);
	assert_string_equal(buf_str(&t->words), words);
	buf_fini(&t->words);
}

static void sessions_are_listed_the_newest_first(void **state)
{
	struct scratch s;
	struct reader *r = NULL;
	struct told t = { 0 };

	(void)state;
	assert_int_equal(fill(&s, &r), 0);
	expect(&t, meeting_reader_list(r, NULL, false, 9, on_record, &t),
	       "hidden third second first");
	expect(&t, meeting_reader_list(r, NULL, true, 9, on_record, &t),
	       "third second first");
	expect(&t, meeting_reader_list(r, NULL, true, 2, on_record, &t),
	       "third second");
	expect(&t, meeting_reader_list(r, SCRATCH_ROOM, true, 9, on_record, &t),
	       "second first");
	expect(&t,
	       meeting_reader_list(r, "no@rooms.example", true, 9, on_record,
				   &t),
	       "");
	reader_close(&r);
	scratch_fini(&s);
}

static void notes_come_in_the_order_of_their_making(void **state)
{
	static const enum record_note_kind kinds[] = { RECORD_NOTE_ACTION,
						       RECORD_NOTE_INFO };
	struct scratch s;
	struct reader *r = NULL;
	struct told t = { 0 };

	(void)state;
	assert_int_equal(fill(&s, &r), 0);
	expect(&t,
	       meeting_reader_notes(r, SCRATCH_ROOM, "first", NULL, 0, 9,
				    on_record, &t),
	       "one three");
	expect(&t,
	       meeting_reader_notes(r, SCRATCH_ROOM, "second", kinds, 1, 9,
				    on_record, &t),
	       "two");
	expect(&t,
	       meeting_reader_notes(r, SCRATCH_ROOM, NULL, kinds, 2, 9,
				    on_record, &t),
	       "four three two");
	expect(&t,
	       meeting_reader_notes(r, SCRATCH_ROOM, NULL, kinds, 2, 1,
				    on_record, &t),
	       "four");
	reader_close(&r);
	scratch_fini(&s);
}

static void at_start_the_open_ones_come_with_their_notes(void **state)
{
	struct scratch s;
	struct reader *r = NULL;
	struct told t = { 0 };

	(void)state;
	assert_int_equal(fill(&s, &r), 0);
	expect(&t, meeting_reader_open(r, INT64_MAX, on_record, &t),
	       "second third two four");
	/* lately: a name that was is not given again */
	expect(&t, meeting_reader_open(r, 4003, on_record, &t),
	       "second third hidden two four");
	reader_close(&r);
	scratch_fini(&s);
}

static void on_whole(void *owner, const struct record *r)
{
	size_t *count = owner;

	(*count)++;
	if (r->kind == RECORD_MEETING) {
		const struct record_meeting *m = &r->as_meeting;

		assert_string_equal(r->room, SCRATCH_ROOM);
		assert_string_equal(m->title, "A title");
		assert_string_equal(m->uid, "uid@list.example");
		assert_string_equal(m->agenda, "https://example.org/");
		assert_string_equal(m->by, "chair@home.example");
		assert_string_equal(m->subject, "before");
		assert_int_equal(m->state, RECORD_MEETING_ENDED);
		assert_int_equal(m->planned, 1000);
		assert_int_equal(m->planned_end, 1001);
		assert_int_equal(m->started, 1002);
		assert_int_equal(m->ended, 1003);
		assert_true(m->is_public);
	} else {
		const struct record_note *n = &r->as_note;

		assert_string_equal(n->meeting, "first");
		assert_string_equal(n->line, "line");
		assert_string_equal(n->jid, "bob@home.example");
		assert_string_equal(n->nick, "bob");
		assert_string_equal(n->person, "Bob");
		assert_string_equal(n->other_text, "more");
		assert_int_equal(n->number, 7);
		assert_int_equal(n->other, -1);
	}
}

static void they_come_back_whole(void **state)
{
	struct scratch s;
	struct reader *r = NULL;
	size_t count = 0;
	struct record *again;

	(void)state;
	assert_int_equal(fill(&s, &r), 0);
	/* a session that changes stays one */
	again = meeting(SCRATCH_ROOM, "second", RECORD_MEETING_CANCELLED, 500);
	scratch_save(&s, &again, 1);
	again = meeting(SCRATCH_ROOM, "first", RECORD_MEETING_ENDED, 1000);
	scratch_save(&s, &again, 1);
	assert_int_equal(
		meeting_reader_list(r, SCRATCH_ROOM, true, 1, on_whole, &count),
		0);
	assert_int_equal(meeting_reader_notes(r, SCRATCH_ROOM, "first", NULL, 0,
					      9, on_whole, &count),
			 0);
	assert_int_equal(count, 3);
	reader_close(&r);
	scratch_fini(&s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sessions_are_listed_the_newest_first),
		cmocka_unit_test(notes_come_in_the_order_of_their_making),
		cmocka_unit_test(at_start_the_open_ones_come_with_their_notes),
		cmocka_unit_test(they_come_back_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
