/* SPDX-License-Identifier: MIT */
#include "web/line.h"

#include "../unit.h"
#include "base/str.h"
#include "store/record.h"

static struct line *read_line(const char *stanza, bool is_subject)
{
	struct record_message m = { .id = "abc", .at = 7000,
				    .stanza = (char *)stanza, .nick = "ana",
				    .jid = "ana@home.example",
				    .is_subject = is_subject };

	return line_new(&m);
}

#define TALK(payload) "<message type='groupchat' id='s1'>" payload "</message>"
#define RETRACTED "<retracted xmlns='urn:xmpp:message-retract:1' id='x'"
#define REPLY(id) "<reply xmlns='urn:xmpp:reply:0' id='" id "'/>"
#define FALLBACK(end)                                                        \
	"<fallback xmlns='urn:xmpp:fallback:0' for='urn:xmpp:reply:0'>"      \
	"<body start='0' end='" end "'/></fallback>"

static const struct {
	const char *stanza;
	enum line_kind kind;
	const char *text;
	const char *about, *reply_to;
} cases[] = {
	{ TALK("<body>hello</body>"), LINE_TALK, "hello", NULL, NULL },
	{ TALK("<body>/me waves</body>"), LINE_ME, "waves", NULL, NULL },
	{ TALK("<body>/men</body>"), LINE_TALK, "/men", NULL, NULL },
	{ TALK("<body>b</body><replace xmlns='urn:xmpp:message-correct:0'"
	       " id='s0'/>"), LINE_CORRECTION, "b", "s0", NULL },
	{ TALK("<body>&gt; \xc3\xa9\nyes</body>" REPLY("r1") FALLBACK("4")),
	  LINE_TALK, "yes", NULL, "r1" },
	{ TALK("<body>yes</body>" REPLY("r1")), LINE_TALK, "yes", NULL, "r1" },
	{ TALK("<body>yes</body>" REPLY("r1") FALLBACK("99")), LINE_TALK, "",
	  NULL, "r1" },
	{ TALK("<body>yes</body>" REPLY("r1") FALLBACK("-1")), LINE_TALK, "",
	  NULL, "r1" },
	{ TALK("<reactions xmlns='urn:xmpp:reactions:0' id='r2'>"
	       "<reaction>a</reaction><reaction>b c</reaction>"
	       "<reaction>d</reaction></reactions><body>a</body>"),
	  LINE_REACTION, "a d", "r2", NULL },
	{ TALK("<encrypted xmlns='eu.siacs.conversations.axolotl'/>"
	       "<body>secret?</body>"), LINE_ENCRYPTED, "", NULL, NULL },
	{ TALK(RETRACTED "/><body>gone</body>"), LINE_TOMBSTONE, "", NULL,
	  NULL },
	{ TALK("<retract xmlns='urn:xmpp:message-retract:1' id='r3'/>"
	       "<body>This person took something back</body>"), LINE_OTHER, "",
	  NULL, NULL },
	{ TALK("<x xmlns='urn:example'/>"), LINE_OTHER, "", NULL, NULL },
	{ "<message><body>not closed", LINE_OTHER, "", NULL, NULL },
	{ "", LINE_OTHER, "", NULL, NULL },
};

static void kinds_are_told_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		struct line *l = read_line(cases[i].stanza, false);

		assert_int_equal(l->kind, cases[i].kind);
		assert_string_equal(l->text, cases[i].text);
		assert_true(str_equal(l->about, cases[i].about));
		assert_true(str_equal(l->reply_to, cases[i].reply_to));
		assert_string_equal(l->id, "abc");
		line_free(&l);
	}
}

/* In any order, behind one another: what is broken breaks nothing else. */
static void many_are_read_as_each_is(void **state)
{
	static const char *const broken[] = {
		"<message><body>not closed", "", "</message>", "text",
		"<message/><message/>", "<message/>text", "</stream>",
		"<message/></x>", "<!-- -->", "<message><a:b/></message>",
		"<message>\xff</message>", "</message><message>",
	};
	struct line_reader *r = line_reader_new();
	struct record_message m = { .id = "abc" };

	(void)state;
	for (size_t i = 0; i < 200; i++) {
		size_t which = i * 7 % array_len(cases);
		struct line *l;

		m.stanza = (char *)broken[i % array_len(broken)];
		l = line_reader_make(r, &m);
		assert_int_equal(l->kind, LINE_OTHER);
		assert_string_equal(l->text, "");
		line_free(&l);
		m.stanza = (char *)cases[which].stanza;
		l = line_reader_make(r, &m);
		assert_int_equal(l->kind, cases[which].kind);
		assert_string_equal(l->text, cases[which].text);
		line_free(&l);
	}
	line_reader_free(&r);
}

static void a_subject_may_be_cleared(void **state)
{
	struct line *l = read_line(TALK("<subject>Agenda</subject>"), true);

	(void)state;
	assert_int_equal(l->kind, LINE_SUBJECT);
	assert_string_equal(l->text, "Agenda");
	line_free(&l);
	l = read_line(TALK("<subject/>"), true);
	assert_int_equal(l->kind, LINE_SUBJECT);
	assert_string_equal(l->text, "");
	line_free(&l);
}

static void a_tombstone_tells_who_and_why(void **state)
{
	struct line *l = read_line(
		TALK(RETRACTED " stamp='1970-01-01T00:01:00Z'>"
		     "<moderated xmlns='urn:xmpp:message-moderate:1'/>"
		     "<reason>spam</reason></retracted>"), false);

	(void)state;
	assert_true(l->is_moderated);
	assert_string_equal(l->reason, "spam");
	assert_int_equal(l->gone_at, 60000);
	line_free(&l);
	l = read_line(TALK(RETRACTED " stamp='soon'/>"), false);
	assert_false(l->is_moderated);
	assert_null(l->reason);
	assert_int_equal(l->gone_at, 0);
	line_free(&l);
}

static void language_is_that_of_the_body(void **state)
{
	struct line *l = read_line("<message xml:lang='en'><body xml:lang='fr'>x"
			      "</body></message>", false);

	(void)state;
	assert_string_equal(l->lang, "fr");
	line_free(&l);
	l = read_line("<message xml:lang='en'><body>x</body></message>", false);
	assert_string_equal(l->lang, "en");
	line_free(&l);
}

static void a_nick_alone_says_nothing(void **state)
{
	struct line a = { .nick = "ana", .occupant_id = "o1" };
	struct line b = { .nick = "ana", .occupant_id = "o2" };
	struct line c = { .nick = "bo", .occupant_id = "o1" };
	struct line d = { .nick = "ana" };

	(void)state;
	assert_false(line_is_of_same(&a, &b));
	assert_true(line_is_of_same(&a, &c));
	assert_false(line_is_of_same(&a, &d));
	assert_false(line_is_of_same(&d, &d));
	assert_int_equal(line_colour(&a), line_colour(&c));
	assert_true(line_colour(&b) < 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kinds_are_told_apart),
		cmocka_unit_test(many_are_read_as_each_is),
		cmocka_unit_test(a_subject_may_be_cleared),
		cmocka_unit_test(a_tombstone_tells_who_and_why),
		cmocka_unit_test(language_is_that_of_the_body),
		cmocka_unit_test(a_nick_alone_says_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
