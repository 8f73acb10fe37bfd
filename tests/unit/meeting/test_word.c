/* SPDX-License-Identifier: MIT */
#include "meeting/word.h"

#include "../unit.h"

#include "base/mem.h"
#include "base/str.h"

struct expected {
	const char *body;
	enum word_kind kind;
	const char *person, *text, *other;
	int64_t number;
};

static void check(const struct expected *e)
{
	struct word w;

	word_read(&w, e->body);
	if (w.kind != e->kind || w.number != e->number ||
	    !str_equal(w.person, e->person) || !str_equal(w.text, e->text) ||
	    !str_equal(w.other, e->other))
		fail_msg("%s: kind %d, person %s, text %s, other %s, %d",
			 e->body, (int)w.kind, w.person, w.text, w.other,
			 (int)w.number);
	word_fini(&w);
}

#define CHECK_ALL(...)                                                     \
	do {                                                               \
		const struct expected all_[] = { __VA_ARGS__ };            \
		for (size_t i_ = 0; i_ < array_len(all_); i_++)            \
			check(&all_[i_]);                                  \
	} while (0)

static void a_session_starts_and_ends(void **state)
{
	(void)state;
	CHECK_ALL({ "#startmeeting", WORD_START, 0, 0, 0, 0 },
		  { "#StartMeeting Interim 3 ", WORD_START, 0, "Interim 3", 0,
		    0 },
		  { "zakim, start meeting", WORD_START, 0, 0, 0, 0 },
		  { "Hallway,start meeting", WORD_START, 0, 0, 0, 0 },
		  { "#endmeeting", WORD_END, 0, 0, 0, 0 },
		  { "#endmeeting\n", WORD_END, 0, 0, 0, 0 },
		  { "Zakim, end meeting", WORD_END, 0, 0, 0, 0 });
}

static void the_queue_has_words(void **state)
{
	(void)state;
	CHECK_ALL(
		{ "q+", WORD_QUEUE_ADD, 0, 0, 0, 0 },
		{ "  Q+  ", WORD_QUEUE_ADD, 0, 0, 0, 0 },
		{ "/me q+", WORD_QUEUE_ADD, 0, 0, 0, 0 },
		{ "q+ bob", WORD_QUEUE_ADD, "bob", 0, 0, 0 },
		{ "q+ to say hello", WORD_QUEUE_ADD, 0, "hello", 0, 0 },
		{ "q+ to ask why", WORD_QUEUE_ADD, 0, "why", 0, 0 },
		{ "q+ about costs", WORD_QUEUE_ADD, 0, "costs", 0, 0 },
		{ "q+ to object", WORD_QUEUE_ADD, 0, "to object", 0, 0 },
		{ "q+ to say", WORD_QUEUE_ADD, 0, 0, 0, 0 },
		{ "q+ tony", WORD_QUEUE_ADD, "tony", 0, 0, 0 },
		{ "q-", WORD_QUEUE_REMOVE, 0, 0, 0, 0 },
		{ "q- bob", WORD_QUEUE_REMOVE, "bob", 0, 0, 0 },
		{ "q?", WORD_QUEUE_SHOW, 0, 0, 0, 0 },
		{ "zakim, who is on the queue?", WORD_QUEUE_SHOW, 0, 0, 0, 0 },
		{ "ack", WORD_QUEUE_NEXT, 0, 0, 0, 0 },
		{ "ack next", WORD_QUEUE_NEXT, "next", 0, 0, 0 },
		{ "zakim, ack bob", WORD_QUEUE_NEXT, "bob", 0, 0, 0 },
		{ "first bob", WORD_QUEUE_FIRST, "bob", 0, 0, 0 },
		{ "close queue", WORD_QUEUE_CLOSE, 0, 0, 0, 0 },
		{ "zakim, close the queue", WORD_QUEUE_CLOSE, 0, 0, 0, 0 },
		{ "open queue", WORD_QUEUE_OPEN, 0, 0, 0, 0 });
}

static void questions_and_hands_have_words(void **state)
{
	(void)state;
	CHECK_ALL({ "MIC: why?", WORD_MIC, 0, "why?", 0, 0 },
		  { "mic:why?", WORD_MIC, 0, "why?", 0, 0 },
		  { "mic 7 done", WORD_MIC_DONE, 0, 0, 0, 7 },
		  { "MIC 12  Done", WORD_MIC_DONE, 0, 0, 0, 12 },
		  { "mics?", WORD_MIC_SHOW, 0, 0, 0, 0 },
		  { "hands: Tea?", WORD_HANDS_ASK, 0, "Tea?", 0, 0 },
		  { "#startvote Tea?", WORD_HANDS_ASK, 0, "Tea?", 0, 0 },
		  { "end hands", WORD_HANDS_END, 0, 0, 0, 0 },
		  { "+1", WORD_HAND, 0, 0, 0, 1 },
		  { "-1", WORD_HAND, 0, 0, 0, -1 },
		  { "+0", WORD_HAND, 0, 0, 0, 0 },
		  { "Abstain", WORD_HAND, 0, 0, 0, 0 });
}

static void minutes_have_words(void **state)
{
	(void)state;
	CHECK_ALL(
		{ "topic: Costs", WORD_TOPIC, 0, "Costs", 0, 0 },
		{ "#topic Costs", WORD_TOPIC, 0, "Costs", 0, 0 },
		{ "subtopic: x", WORD_TOPIC, 0, "x", 0, 0 },
		{ "ACTION: a\nb", WORD_ACTION, 0, "a b", 0, 0 },
		{ "#agreed x", WORD_DECISION, 0, "x", 0, 0 },
		{ "resolution: x", WORD_DECISION, 0, "x", 0, 0 },
		{ "#info x", WORD_INFO, 0, "x", 0, 0 },
		{ "present+", WORD_PRESENT, 0, 0, 0, 0 },
		{ "present+ Bob B, ACME, Inc", WORD_PRESENT, "Bob B",
		  "ACME, Inc", 0, 0 },
		{ "regrets+ Eve", WORD_REGRETS, "Eve", 0, 0, 0 },
		{ "scribe+", WORD_SCRIBE_ADD, 0, 0, 0, 0 },
		{ "scribe+ Eve", WORD_SCRIBE_ADD, "Eve", 0, 0, 0 },
		{ "scribenick: Eve", WORD_SCRIBE_ADD, "Eve", 0, 0, 0 },
		{ "scribe-", WORD_SCRIBE_REMOVE, 0, 0, 0, 0 },
		{ "Mark: we are late", WORD_SAID, "Mark", "we are late", 0, 0 },
		{ "... very late", WORD_MORE, 0, "very late", 0, 0 },
		{ "\xe2\x80\xa6 very", WORD_MORE, 0, "very", 0, 0 },
		{ "s/late/early/", WORD_EDIT, 0, "late", "early", 0 },
		{ "s/late//g", WORD_EDIT, 0, "late", "", 0 },
		{ "#undo", WORD_UNDO, 0, 0, 0, 0 },
		{ "#endmeeting now", WORD_UNKNOWN, 0, 0, 0, 0 },
		{ "#action", WORD_UNKNOWN, 0, 0, 0, 0 },
		{ "#frobnicate now", WORD_UNKNOWN, 0, 0, 0, 0 });
}

static void talk_is_no_word(void **state)
{
	static const char *const talk[] = {
		"",
		" ",
		"/me",
		"topic",
		"the topic: costs",
		"topic:",
		"MIC:  ",
		"mic",
		"mic 7",
		"mic seven done",
		"mic 0 done",
		"mic 99999999999999999999 done",
		"+1 to that",
		"+10",
		"+1!",
		"-1.5",
		"q",
		"q+1",
		"q?x",
		"queue",
		"ack!",
		"acknowledged",
		"ack, fine",
		"first",
		"close queues",
		"#1",
		"#",
		"# heading",
		"s/a/b",
		"s//b/",
		"s/a/b/ please",
		"...",
		"https://x.example/a",
		"https: //x",
		"12:30",
		"zakim, hello",
		"zakim",
		"a:b",
		": text",
	};

	(void)state;
	for (size_t i = 0; i < array_len(talk); i++) {
		struct word w;

		word_read(&w, talk[i]);
		/* without a name of its own it asks for a person at most */
		if (w.kind != WORD_NONE && w.kind != WORD_SAID &&
		    !(w.kind == WORD_QUEUE_FIRST && !w.person))
			fail_msg("%s: kind %d", talk[i], (int)w.kind);
		if (w.kind == WORD_SAID &&
		    strcmp(talk[i], "the topic: costs") &&
		    strcmp(talk[i], "https: //x"))
			fail_msg("%s: said", talk[i]);
		word_fini(&w);
	}
}

static void a_name_has_a_bound(void **state)
{
	char *body = str_format("q+ %081d", 0);
	struct word w;

	(void)state;
	word_read(&w, body);
	assert_int_equal(w.kind, WORD_NONE);
	assert_null(w.person);
	word_fini(&w);
	word_read(&w, body + 1);
	word_fini(&w);
	mem_free(&body);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_session_starts_and_ends),
		cmocka_unit_test(the_queue_has_words),
		cmocka_unit_test(questions_and_hands_have_words),
		cmocka_unit_test(minutes_have_words),
		cmocka_unit_test(talk_is_no_word),
		cmocka_unit_test(a_name_has_a_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
