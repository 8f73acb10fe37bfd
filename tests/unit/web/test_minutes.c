/* SPDX-License-Identifier: MIT */
#include "web/minutes.h"

#include "../unit.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/record.h"
#include "web/minutes_text.h"
#include "web/web.h"

#define ROOM "talk@rooms.example"
#define START INT64_C(1795356000000) /* 2026-11-22T14:00:00Z */
#define NOTES_MAX 40

static struct record *notes[NOTES_MAX];
static size_t count;

/* A note a minute; its line is "l" and its place. */
static struct record_note *note(enum record_note_kind kind, const char *person,
				const char *text)
{
	struct record *r =
		record_new(RECORD_NOTE, ROOM, START + (int64_t)count * 60000);
	struct record_note *n = &r->as_note;

	n->kind = kind;
	n->meeting = str_dup("2026-11-22-1400");
	n->line = str_format("l%zu", count);
	n->person = str_dup(person);
	n->text = str_dup(text);
	notes[count++] = r;
	return n;
}

static void edit(const char *from, const char *to)
{
	note(RECORD_NOTE_EDIT, NULL, from)->other_text = str_dup(to);
}

static int forget(void **state)
{
	(void)state;
	while (count)
		record_free(&notes[--count]);
	return 0;
}

static bool hides(void *owner, const char *line)
{
	return str_equal(owner, line);
}

static struct minutes *make_hiding(const char *line)
{
	return minutes_new((const struct record *const *)notes, count,
			   line ? hides : NULL, (void *)line);
}

static struct minutes *make(void)
{
	return make_hiding(NULL);
}

static const struct minutes_item *item(const struct minutes *m, size_t topic,
				       size_t at)
{
	assert_true(topic < m->topic_count);
	assert_true(at < m->topics[topic].count);
	return &m->topics[topic].items[at];
}

static void what_was_said_stands_under_its_topic(void **state)
{
	struct minutes *m;

	(void)state;
	note(RECORD_NOTE_INFO, NULL, "early");
	note(RECORD_NOTE_TOPIC, NULL, "First");
	note(RECORD_NOTE_SAID, "Ann", "hello");
	note(RECORD_NOTE_SAID, NULL, "and more");
	note(RECORD_NOTE_TOPIC, NULL, "Second");
	note(RECORD_NOTE_ACTION, NULL, "do it");
	note(RECORD_NOTE_DECISION, NULL, "done");
	m = make();
	assert_int_equal(m->topic_count, 3);
	assert_null(m->topics[0].text);
	assert_string_equal(item(m, 0, 0)->text, "early");
	assert_string_equal(m->topics[1].text, "First");
	assert_string_equal(m->topics[1].line, "l1");
	assert_int_equal(m->topics[1].count, 1);
	assert_string_equal(item(m, 1, 0)->person, "Ann");
	assert_string_equal(item(m, 1, 0)->text, "hello and more");
	assert_int_equal(item(m, 2, 0)->kind, MINUTES_ACTION);
	assert_int_equal(m->actions, 1);
	assert_int_equal(m->decisions, 1);
	minutes_free(&m);
}

static void a_topic_begins_what_goes_on(void **state)
{
	struct minutes *m;

	(void)state;
	note(RECORD_NOTE_SAID, "Ann", "hello");
	note(RECORD_NOTE_TOPIC, NULL, "First");
	note(RECORD_NOTE_SAID, NULL, "nothing before it");
	note(RECORD_NOTE_MIC, "bob", "a question")->number = 1;
	note(RECORD_NOTE_SAID, NULL, "not of the question");
	m = make();
	assert_string_equal(item(m, 0, 0)->text, "hello");
	assert_string_equal(item(m, 1, 0)->text, "nothing before it");
	assert_string_equal(item(m, 1, 1)->text, "a question");
	assert_string_equal(item(m, 1, 2)->text, "not of the question");
	minutes_free(&m);
}

static void items_of_a_kind_are_walked_through_all_topics(void **state)
{
	struct minutes_walk walk = { 0 };
	struct minutes *m;

	(void)state;
	note(RECORD_NOTE_ACTION, NULL, "before all");
	note(RECORD_NOTE_TOPIC, NULL, "First");
	note(RECORD_NOTE_TOPIC, NULL, "Second");
	note(RECORD_NOTE_SAID, "Ann", "hello");
	note(RECORD_NOTE_ACTION, NULL, "in the second");
	note(RECORD_NOTE_DECISION, NULL, "decided");
	m = make();
	assert_string_equal(minutes_next(m, MINUTES_ACTION, &walk)->text,
			    "before all");
	assert_string_equal(minutes_next(m, MINUTES_ACTION, &walk)->text,
			    "in the second");
	assert_null(minutes_next(m, MINUTES_ACTION, &walk));
	assert_null(minutes_next(m, MINUTES_ACTION, &walk));
	minutes_free(&m);
}

static void undo_takes_the_last_away_each_time(void **state)
{
	struct minutes *m;

	(void)state;
	note(RECORD_NOTE_ACTION, NULL, "one");
	note(RECORD_NOTE_ACTION, NULL, "two");
	note(RECORD_NOTE_CAME, "ann", NULL);
	note(RECORD_NOTE_UNDO, NULL, NULL);
	note(RECORD_NOTE_UNDO, NULL, NULL);
	note(RECORD_NOTE_UNDO, NULL, NULL);
	note(RECORD_NOTE_ACTION, NULL, "three");
	m = make();
	assert_int_equal(m->actions, 1);
	assert_string_equal(item(m, 0, 0)->text, "three");
	assert_int_equal(m->people, 1);
	minutes_free(&m);
}

static void edits_change_the_newest_that_has_it(void **state)
{
	struct minutes *m;

	(void)state;
	note(RECORD_NOTE_TOPIC, NULL, "teh topic");
	note(RECORD_NOTE_ACTION, NULL, "teh one");
	note(RECORD_NOTE_ACTION, NULL, "teh other");
	edit("teh", "the");
	edit("no such", "thing");
	edit("teh", "this");
	edit("teh", "a");
	edit("other", NULL);
	note(RECORD_NOTE_UNDO, NULL, NULL);
	m = make();
	assert_string_equal(item(m, 1, 1)->text, "the other");
	assert_string_equal(item(m, 1, 0)->text, "this one");
	assert_string_equal(m->topics[1].text, "a topic");
	minutes_free(&m);
}

static void what_is_taken_back_is_not_told(void **state)
{
	struct minutes *m;

	(void)state;
	note(RECORD_NOTE_ACTION, NULL, "secret");
	note(RECORD_NOTE_SAID, NULL, "goes on");
	note(RECORD_NOTE_PRESENT, "Ann", NULL);
	m = make_hiding("l0");
	assert_null(item(m, 0, 0)->text);
	assert_string_equal(item(m, 0, 1)->text, "goes on");
	minutes_free(&m);
	m = make_hiding("l1");
	assert_string_equal(item(m, 0, 0)->text, "secret");
	assert_int_equal(m->topics[0].count, 1);
	minutes_free(&m);
	m = make_hiding("l2");
	assert_int_equal(m->present.count, 0);
	minutes_free(&m);
}

/* Who comes, and what they say of themselves. */
static void note_of(enum record_note_kind kind, const char *jid,
		    const char *nick, const char *person, const char *text)
{
	struct record_note *n = note(kind, person, text);

	n->jid = str_dup(jid);
	n->nick = str_dup(nick);
}

static void one_person_is_present_once(void **state)
{
	struct minutes *m;

	(void)state;
	note_of(RECORD_NOTE_CAME, "ann@h.example", NULL, "ann", NULL);
	note_of(RECORD_NOTE_CAME, "bob@h.example", NULL, "bob", NULL);
	note_of(RECORD_NOTE_PRESENT, "ann@h.example", "ann", "ann", NULL);
	note_of(RECORD_NOTE_PRESENT, "bob@h.example", "bob", "Bob B", "Org");
	note_of(RECORD_NOTE_PRESENT, "ann@h.example", "ann", "Ann A", "ACME");
	note_of(RECORD_NOTE_PRESENT, "bob@h.example", "bob", "bob", NULL);
	/* for others, one of whom has a nick there */
	note_of(RECORD_NOTE_PRESENT, "ann@h.example", "ann", "Cat C", NULL);
	note_of(RECORD_NOTE_PRESENT, "ann@h.example", "ann", "bob", "New");
	m = make();
	assert_int_equal(m->present.count, 3);
	assert_string_equal(m->present.items[0].name, "Ann A");
	assert_string_equal(m->present.items[0].about, "ACME");
	assert_string_equal(m->present.items[1].name, "Bob B");
	assert_string_equal(m->present.items[1].about, "New");
	assert_string_equal(m->present.items[2].name, "Cat C");
	minutes_free(&m);
}

static void a_nick_said_for_who_is_present_later_is_one_entry(void **state)
{
	struct minutes *m;

	(void)state;
	note_of(RECORD_NOTE_CAME, "bob@h.example", NULL, "bob", NULL);
	note_of(RECORD_NOTE_RENAMED, "bob@h.example", NULL, "rob", "bob");
	note_of(RECORD_NOTE_PRESENT, "ann@h.example", "ann", "rob", NULL);
	note_of(RECORD_NOTE_PRESENT, "bob@h.example", "rob", "Bob B", "Org");
	note_of(RECORD_NOTE_REGRETS, "ann@h.example", "ann", "ann", NULL);
	note_of(RECORD_NOTE_REGRETS, "ann@h.example", "ann", "Ann A", NULL);
	m = make();
	assert_int_equal(m->present.count, 1);
	assert_string_equal(m->present.items[0].name, "Bob B");
	assert_int_equal(m->regrets.count, 1);
	assert_string_equal(m->regrets.items[0].name, "Ann A");
	minutes_free(&m);
}

static void an_undo_leaves_those_who_are_present(void **state)
{
	struct minutes *m;

	(void)state;
	note(RECORD_NOTE_ACTION, NULL, "a slip");
	note_of(RECORD_NOTE_PRESENT, "ann@h.example", "ann", "ann", NULL);
	note(RECORD_NOTE_UNDO, NULL, NULL);
	m = make();
	assert_int_equal(m->actions, 0);
	assert_int_equal(m->present.count, 1);
	minutes_free(&m);
}

static void who_wrote_is_a_scribe(void **state)
{
	struct minutes *m;

	(void)state;
	note_of(RECORD_NOTE_CAME, "bob@h.example", NULL, "bob", NULL);
	note(RECORD_NOTE_SCRIBE, "bob", NULL)->number = 1;
	note_of(RECORD_NOTE_RENAMED, "bob@h.example", NULL, "rob", "bob");
	note_of(RECORD_NOTE_SAID, "bob@h.example", "rob", "Mark", "one");
	/* the hat was hers before it began */
	note_of(RECORD_NOTE_SAID, "ann@h.example", "ann", "Mark", "two");
	note_of(RECORD_NOTE_SAID, "ann@h.example", "ann", NULL, "and more");
	note_of(RECORD_NOTE_TOPIC, "eve@h.example", "eve", NULL, "of a chair");
	m = make();
	assert_int_equal(m->scribes.count, 2);
	assert_string_equal(m->scribes.items[0].name, "bob");
	assert_string_equal(m->scribes.items[1].name, "ann");
	minutes_free(&m);
}

static void a_note_about_a_line_changes_what_it_made(void **state)
{
	struct minutes *m;
	struct record_note *n;

	(void)state;
	note(RECORD_NOTE_ACTION, NULL, "one");
	note(RECORD_NOTE_ACTION, NULL, "two");
	n = note(RECORD_NOTE_CORRECTED, NULL, "better one");
	str_set(&n->line, "l0");
	n = note(RECORD_NOTE_TAKEN_BACK, NULL, NULL);
	str_set(&n->line, "l1");
	m = make();
	assert_int_equal(m->actions, 1);
	assert_string_equal(item(m, 0, 0)->text, "better one");
	minutes_free(&m);
	m = make_hiding("l0");
	assert_null(item(m, 0, 0)->text);
	minutes_free(&m);
}

static void questions_are_ticked_off(void **state)
{
	struct minutes *m;

	(void)state;
	note(RECORD_NOTE_MIC, "ann", "one?")->number = 1;
	note(RECORD_NOTE_MIC, "bob", "two?")->number = 2;
	note(RECORD_NOTE_MIC_DONE, NULL, NULL)->number = 2;
	note(RECORD_NOTE_MIC_DONE, NULL, NULL)->number = 9;
	m = make();
	assert_int_equal(m->mics, 2);
	assert_int_equal(m->open_mics, 1);
	assert_int_equal(item(m, 0, 0)->done_at, 0);
	assert_int_equal(item(m, 0, 1)->done_at, START + 120000);
	minutes_free(&m);
}

static void hands_are_counted_once(void **state)
{
	struct minutes *m;
	struct record_note *n;

	(void)state;
	note(RECORD_NOTE_HANDS, NULL, "adopt?")->number = 1;
	n = note(RECORD_NOTE_HANDS_END, NULL, "text");
	n->number = 1;
	n->other_text = str_dup("5 2 1 12 1795356000000 1795356060000");
	n = note(RECORD_NOTE_HANDS_END, NULL, "text");
	n->number = 1;
	n->other_text = str_dup("9 9 9 9 1795356000000 1795356090000");
	m = make();
	assert_int_equal(item(m, 0, 0)->yes, 5);
	assert_int_equal(item(m, 0, 0)->no, 2);
	assert_int_equal(item(m, 0, 0)->abstained, 1);
	assert_int_equal(item(m, 0, 0)->present, 12);
	assert_int_equal(item(m, 0, 0)->done_at, START + 60000);
	minutes_free(&m);
}

static void the_queue_is_as_it_was_left(void **state)
{
	struct minutes *m;

	(void)state;
	note(RECORD_NOTE_QUEUE, "ann", "costs");
	note(RECORD_NOTE_QUEUE, "bob", NULL);
	note(RECORD_NOTE_QUEUE, "cat", NULL);
	note(RECORD_NOTE_QUEUE_FIRST, "cat", NULL);
	note(RECORD_NOTE_RENAMED, "bobby", "bob");
	note(RECORD_NOTE_SPEAKER, "cat", NULL);
	note(RECORD_NOTE_QUEUE_CLOSED, NULL, NULL)->number = 1;
	m = make();
	assert_string_equal(m->speaker, "cat");
	assert_int_equal(m->queue.count, 2);
	assert_string_equal(m->queue.items[0].name, "ann");
	assert_string_equal(m->queue.items[0].about, "costs");
	assert_string_equal(m->queue.items[1].name, "bobby");
	assert_true(m->is_queue_closed);
	minutes_free(&m);
}

static void people_are_counted_by_their_address(void **state)
{
	struct minutes *m;

	(void)state;
	note(RECORD_NOTE_CAME, "ann", NULL)->jid = str_dup("a@home.example");
	note(RECORD_NOTE_WENT, "ann", NULL)->jid = str_dup("a@home.example");
	note(RECORD_NOTE_CAME, "ann2", NULL)->jid = str_dup("a@home.example");
	note(RECORD_NOTE_CAME, "bob", NULL)->jid = str_dup("b@home.example");
	m = make();
	assert_int_equal(m->people, 2);
	assert_int_equal(m->present.count, 0);
	minutes_free(&m);
}

static const char golden[] =
	"# A title\n\n"
	"- Room: Talk, [https://rooms.example/talk/meeting/2026-11-22-1400/]"
	"(https://rooms.example/talk/meeting/2026-11-22-1400/)\n"
	"- Time: 2026-11-22 14:00 to 15:00 UTC\n"
	"- State: ended\n"
	"- People in the room: 1\n\n"
	"A draft that the room wrote of what was typed in it. Times lead to "
	"the log.\n\n"
	"## Contents\n\n"
	"1. \\#1 \\*bold\\*\n\n"
	"## 1. \\#1 \\*bold\\*\n\n"
	"Begun [14:01](https://rooms.example/talk/m/l1).\n\n"
	"- [14:02](https://rooms.example/talk/m/l2) **Action:** ann to go\n\n"
	"## Actions\n\n"
	"- [14:02](https://rooms.example/talk/m/l2) ann to go\n";

static void the_draft_is_markdown(void **state)
{
	static const char *const domains[] = { "rooms.example" };
	const struct web_settings settings = {
		.url = "https://rooms.example/",
		.domains = domains,
		.domain_count = 1,
	};
	struct record_meeting row = {
		.name = (char *)"2026-11-22-1400",
		.title = (char *)"A title",
		.state = RECORD_MEETING_ENDED,
		.started = START,
		.ended = START + 3600000,
	};
	struct minutes_view v = {
		.settings = &settings, .room = ROOM, .name = "Talk", .row = &row
	};
	struct minutes *m;
	struct buf out = { 0 };

	(void)state;
	note(RECORD_NOTE_CAME, "ann", NULL);
	note(RECORD_NOTE_TOPIC, NULL, "#1 *bold*");
	note(RECORD_NOTE_ACTION, NULL, "ann to go");
	v.minutes = m = make();
	minutes_write_markdown(&out, &v);
	assert_string_equal(buf_str(&out), golden);
	buf_fini(&out);
	minutes_free(&m);
}

#define TEST(name) cmocka_unit_test_teardown(name, forget)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_was_said_stands_under_its_topic),
		TEST(a_topic_begins_what_goes_on),
		TEST(items_of_a_kind_are_walked_through_all_topics),
		TEST(undo_takes_the_last_away_each_time),
		TEST(edits_change_the_newest_that_has_it),
		TEST(what_is_taken_back_is_not_told),
		TEST(one_person_is_present_once),
		TEST(an_undo_leaves_those_who_are_present),
		TEST(who_wrote_is_a_scribe),
		TEST(a_nick_said_for_who_is_present_later_is_one_entry),
		TEST(a_note_about_a_line_changes_what_it_made),
		TEST(questions_are_ticked_off),
		TEST(hands_are_counted_once),
		TEST(the_queue_is_as_it_was_left),
		TEST(people_are_counted_by_their_address),
		TEST(the_draft_is_markdown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
