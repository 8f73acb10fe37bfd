/* SPDX-License-Identifier: MIT */
#include "meeting/session.h"

#include "../unit.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"

static struct meeting_session *open_session(void)
{
	const struct record_meeting row = { .name = "2026-11-22-1405",
					    .title = "Interim",
					    .by = "ann@x",
					    .state = RECORD_MEETING_OPEN };

	return session_open("room@rooms.example", &row);
}

struct step {
	enum record_note_kind kind;
	const char *jid, *person, *text, *line;
	int64_t number, other;
};

static void take(struct meeting_session *s, const struct step *step)
{
	const struct record_note n = {
		.kind = step->kind,
		.jid = (char *)step->jid,
		.person = (char *)step->person,
		.text = (char *)step->text,
		.line = (char *)step->line,
		.number = step->number,
		.other = step->other,
	};

	session_take(s, &n, 1000);
}

static void take_all(struct meeting_session *s, const struct step *steps,
		     size_t count)
{
	for (size_t i = 0; i < count; i++)
		take(s, &steps[i]);
}

static void notes_make_a_session(void **state)
{
	static const struct step steps[] = {
		{ .kind = RECORD_NOTE_CAME, .jid = "a@x", .person = "Ann" },
		{ .kind = RECORD_NOTE_CAME, .jid = "b@x", .person = "Bob" },
		{ .kind = RECORD_NOTE_STARTED, .line = "l0" },
		{ .kind = RECORD_NOTE_TOPIC, .text = "Tea", .line = "l1" },
		{ .kind = RECORD_NOTE_QUEUE, .person = "Bob", .text = "milk" },
		{ .kind = RECORD_NOTE_QUEUE, .person = "Ann", .number = 1 },
		{ .kind = RECORD_NOTE_QUEUE_FIRST, .person = "Ann" },
		{ .kind = RECORD_NOTE_SPEAKER, .person = "Ann" },
		{ .kind = RECORD_NOTE_QUEUE_CLOSED, .number = 1 },
		{ .kind = RECORD_NOTE_MIC, .person = "Bob", .text = "why?",
		  .line = "l2", .number = 1 },
		{ .kind = RECORD_NOTE_RENAMED, .jid = "b@x", .person = "Rob",
		  .text = "Bob" },
		{ .kind = RECORD_NOTE_SCRIBE, .person = "Rob", .number = 1 },
		{ .kind = RECORD_NOTE_HANDS, .number = 1, .text = "Tea?",
		  .line = "l3" },
		{ .kind = RECORD_NOTE_HAND, .jid = "b@x", .number = 1,
		  .other = 1 },
		{ .kind = RECORD_NOTE_WENT, .jid = "a@x", .person = "Ann" },
	};
	struct meeting_session *s = open_session();
	char *queue, *mics;

	(void)state;
	take_all(s, steps, array_len(steps));
	queue = queue_print(&s->queue);
	mics = mics_print_open(&s->mics);
	assert_string_equal(queue, "Queue (closed): Rob (milk).");
	assert_string_equal(mics, "1 (Rob: why?)");
	assert_string_equal(s->queue.speaker, "Ann");
	assert_string_equal(s->topic, "Tea");
	assert_string_equal(s->start_line, "l0");
	assert_int_equal(map_count(s->present), 1);
	assert_string_equal(map_get(s->present, "b@x"), "Rob");
	assert_int_equal(map_count(s->came), 2);
	assert_non_null(map_get(s->scribes, "b@x"));
	assert_int_equal(hands_count(&s->hands).yes, 1);
	assert_int_equal(hands_count(&s->hands).present, 2);
	assert_int_equal(s->notes, array_len(steps));
	mem_free(&queue);
	mem_free(&mics);
	session_close(&s);
}

static void what_is_undone_or_taken_back_counts_no_more(void **state)
{
	static const struct step steps[] = {
		{ .kind = RECORD_NOTE_ACTION, .text = "1", .line = "a1" },
		{ .kind = RECORD_NOTE_ACTION, .text = "2", .line = "a2" },
		{ .kind = RECORD_NOTE_DECISION, .text = "3", .line = "a3" },
		{ .kind = RECORD_NOTE_DECISION, .text = "4" },
		{ .kind = RECORD_NOTE_UNDO },
		{ .kind = RECORD_NOTE_UNDO },
		{ .kind = RECORD_NOTE_TAKEN_BACK, .line = "a1" },
		{ .kind = RECORD_NOTE_TAKEN_BACK, .line = "a1" },
		{ .kind = RECORD_NOTE_TAKEN_BACK, .line = "none" },
		{ .kind = RECORD_NOTE_MIC, .number = 1, .text = "x",
		  .line = "m1" },
		{ .kind = RECORD_NOTE_CORRECTED, .text = "y", .line = "m1" },
		{ .kind = RECORD_NOTE_CORRECTED, .text = "y", .line = "none" },
	};
	struct meeting_session *s = open_session();

	(void)state;
	take_all(s, steps, array_len(steps));
	assert_int_equal(s->counts.actions, 1);
	assert_int_equal(s->counts.decisions, 0);
	assert_true(session_has_line(s, "a2"));
	assert_false(session_has_line(s, "a1"));
	assert_false(session_has_line(s, NULL));
	assert_string_equal(mics_find(&s->mics, 1)->text, "y");
	/* more undone than there is */
	take(s, &(struct step){ .kind = RECORD_NOTE_UNDO });
	take(s, &(struct step){ .kind = RECORD_NOTE_UNDO });
	assert_int_equal(s->counts.actions, 0);
	session_close(&s);
}

/* Whatever a store holds does not hurt. */
static void notes_without_anything_do_no_harm(void **state)
{
	struct meeting_session *s = open_session();

	(void)state;
	for (int kind = 0; kind < RECORD_NOTE_COUNT; kind++)
		take(s, &(struct step){ .kind = (enum record_note_kind)kind });
	take(s, &(struct step){ .kind = RECORD_NOTE_SCRIBE,
				.person = "nobody",
				.number = 1 });
	assert_int_equal(map_count(s->present), 0);
	session_close(&s);
}

static void who_has_two_nicks_goes_with_the_last(void **state)
{
	static const struct step steps[] = {
		{ .kind = RECORD_NOTE_CAME, .jid = "a@x", .person = "Ann" },
		{ .kind = RECORD_NOTE_CAME, .jid = "a@x", .person = "Ann2" },
		{ .kind = RECORD_NOTE_RENAMED, .jid = "a@x", .person = "Ann3",
		  .text = "Ann2" },
		{ .kind = RECORD_NOTE_WENT, .jid = "a@x", .person = "Ann3" },
	};
	struct meeting_session *s = open_session();

	(void)state;
	take_all(s, steps, array_len(steps));
	assert_string_equal(map_get(s->present, "a@x"), "Ann");
	take(s, &(struct step){ .kind = RECORD_NOTE_WENT,
				.jid = "a@x",
				.person = "Ann" });
	assert_int_equal(map_count(s->present), 0);
	session_close(&s);
}

static void a_session_is_named_by_its_time(void **state)
{
	char *name = session_make_name(INT64_C(1700000000000));

	(void)state;
	assert_string_equal(name, "2023-11-14-2213");
	mem_free(&name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(notes_make_a_session),
		cmocka_unit_test(what_is_undone_or_taken_back_counts_no_more),
		cmocka_unit_test(notes_without_anything_do_no_harm),
		cmocka_unit_test(who_has_two_nicks_goes_with_the_last),
		cmocka_unit_test(a_session_is_named_by_its_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
