/* SPDX-License-Identifier: MIT */
/* What waits on a link: how it is written, kept for the case that it is lost, and
 * left out when it is needless by now. */
#include "tests/unit/unit.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "s2s/outq.h"
#include "tests/unit/s2s/letter.h"
#include "xml/elem.h"
#include "xmpp/envelope.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

struct fixture {
	struct outq q;
	struct buf out; /* what a test has written */
};

static int setup(void **state)
{
	struct fixture *f = mem_new(struct fixture);

	outq_init(&f->q);
	buf_init(&f->out);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;

	outq_fini(&f->q);
	buf_fini(&f->out);
	mem_free(&f);
	return 0;
}

/* ---- writing ---- */

static void outq_expands_in_portions(void **state)
{
	struct fixture *f = *state;
	size_t bytes;
	size_t stanzas = 0;
	unsigned portions = 0;

	outq_add(&f->q, letter_new("one", 10, 4));
	outq_add(&f->q, letter_new("two", 3, 0));
	assert_true(f->q.held < f->q.bytes); /* ten people, one stanza */
	bytes = f->q.bytes;
	assert_int_equal(f->q.count, 2);
	while (!outq_is_empty(&f->q)) {
		struct buf out;
		size_t now;

		buf_init(&out);
		now = outq_expand(&f->q, &out, 100, 0).stanzas;
		assert_true(out.len < 200);
		stanzas += now;
		portions += now > 0;
		buf_add(&f->out, buf_data(&out), out.len);
		assert_int_equal(f->q.bytes, bytes - f->out.len);
		buf_fini(&out);
	}
	assert_int_equal(stanzas, 12);
	assert_int_equal(f->q.held, 0);
	assert_true(portions >= 6);
	assert_int_equal(f->out.len, bytes);
	assert_null(strstr(buf_str(&f->out), "u3@b.test'><body>one"));
	assert_non_null(strstr(buf_str(&f->out), "u4@b.test"));
	assert_true(strstr(buf_str(&f->out), "two") >
		    strstr(buf_str(&f->out), "u9@b.test"));
}

static struct frozen *part_new(const char *id)
{
	struct elem *e = elem_new("presence", NS_SERVER);
	struct frozen *f;

	elem_set_attr(e, "id", id);
	f = frozen_new(e);
	elem_free(&e);
	return f;
}

/* "1", "2", "3" to one address; the middle one has more than 100 bytes. */
static struct envelope *bundle_new(void)
{
	static const char *const ids[] = {
		"1",
		("2.........................................................."
		 ".........................................................."),
		"3",
	};
	struct frozen *bundle = frozen_bundle_new(STANZA_PRESENCE), *part;
	struct jid *to = jid_parse("u@there.test/r");
	struct envelope *e;

	for (size_t i = 0; i < array_len(ids); i++) {
		part = part_new(ids[i]);
		frozen_bundle_add(bundle, part);
		frozen_unref(&part);
	}
	e = envelope_new(bundle, to, "here.test");
	frozen_unref(&bundle);
	jid_free(&to);
	return e;
}

/* Each part counts: for the portion, for what is kept, for what is too big. */
static void outq_takes_a_bundle_apart(void **state)
{
	struct fixture *f = *state;
	struct buf again;

	buf_init(&again);
	outq_add(&f->q, bundle_new());
	assert_int_equal(f->q.count, 1);
	assert_int_equal(outq_expand(&f->q, &f->out, 1, 0).stanzas, 1);
	assert_string_equal(buf_str(&f->out),
			    "<presence id='1' to='u@there.test/r'/>");
	assert_int_equal(outq_expand(&f->q, &f->out, 100000, 0).stanzas, 2);
	assert_true(outq_is_empty(&f->q));
	assert_int_equal(f->q.kept, 3);
	assert_int_equal(f->q.kept_bytes, f->out.len);
	/* acknowledged as far as the middle of it */
	outq_release(&f->q, 2);
	outq_rewind(&f->q, true);
	assert_int_equal(outq_expand(&f->q, &again, 100000, 0).stanzas, 1);
	assert_string_equal(buf_str(&again),
			    "<presence id='3' to='u@there.test/r'/>");
	outq_release(&f->q, 1);
	assert_int_equal(f->q.kept_bytes, 0);
	buf_clear(&f->out);
	outq_add(&f->q, bundle_new());
	assert_int_equal(outq_expand(&f->q, &f->out, 100000, 100).stanzas, 2);
	assert_null(strstr(buf_str(&f->out), "id='2"));
	assert_int_equal(f->q.bytes, 0);
	buf_fini(&again);
}

/* T16: what a peer does not take would end its stream for everybody. */
static void outq_leaves_out_what_is_too_big(void **state)
{
	struct fixture *f = *state;
	struct outq_portion done;
	char big[1000];

	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	outq_add(&f->q, letter_new("one", 2, 0));
	outq_add(&f->q, letter_new(big, 3, 0));
	outq_add(&f->q, letter_new("two", 2, 0));
	done = outq_expand(&f->q, &f->out, 100000, sizeof(big));
	assert_int_equal(done.stanzas, 4);
	assert_int_equal(done.too_big, 3);
	assert_true(outq_is_empty(&f->q));
	assert_int_equal(f->q.bytes, 0);
	assert_null(strstr(buf_str(&f->out), "xxx"));
	assert_non_null(strstr(buf_str(&f->out), "two"));
}

static void outq_gives_back_what_is_left(void **state)
{
	struct fixture *f = *state;
	struct envelope *e;

	assert_int_equal(outq_oldest(&f->q), 0);
	assert_null(outq_take(&f->q));
	clock_fake(1234, 0);
	e = letter_new("one", 5, 0);
	outq_add(&f->q, e);
	clock_unfake();
	outq_add(&f->q, letter_new("two", 2, 0));
	assert_int_equal(outq_oldest(&f->q), 1234);
	assert_int_equal(outq_expand(&f->q, &f->out, 1, 0).stanzas, 1);
	assert_true(outq_take(&f->q) == e);
	assert_int_equal(f->q.count, 1);
	envelope_free(&e);
	e = outq_take(&f->q);
	assert_non_null(e);
	assert_int_equal(f->q.bytes, 0);
	envelope_free(&e);
}

/* ---- keeping ---- */

/* The first of the people is skipped, so each has one stanza less than people. */
static void add(struct fixture *f, const char *body, unsigned people)
{
	outq_add(&f->q, letter_new(body, people, 1));
}

/* "u1:one u2:one " of what is written when so many stanzas are. */
static char *write_some(struct outq *q, size_t stanzas)
{
	struct buf said;

	buf_init(&said);
	while (stanzas-- > 0) {
		struct buf out;
		char *to;
		char *body;

		buf_init(&out);
		if (outq_expand(q, &out, 1, 0).stanzas == 0)
			break;
		to = strstr(buf_str(&out), "to='") + 4;
		body = strstr(buf_str(&out), "<body>") + 6;
		buf_add(&said, to, 2);
		buf_add_str(&said, ":");
		buf_add(&said, body, strcspn(body, "<"));
		buf_add_str(&said, " ");
		buf_fini(&out);
	}
	return buf_steal_str(&said);
}

static void expect(struct fixture *f, size_t stanzas, const char *wanted)
{
	char *said = write_some(&f->q, stanzas);

	assert_string_equal(said, wanted);
	mem_free(&said);
}

static void outq_sends_again_what_is_kept(void **state)
{
	struct fixture *f = *state;
	size_t bytes;

	add(f, "one", 4);
	add(f, "two", 3);
	add(f, "three", 2);
	bytes = f->q.bytes;
	expect(f, 4, "u1:one u2:one u3:one u1:two ");
	outq_release(&f->q, 2);
	assert_int_equal(f->q.kept, 2);
	outq_rewind(&f->q, true);
	assert_int_equal(f->q.kept, 0);
	assert_int_equal(f->q.count, 3);
	assert_true(f->q.bytes < bytes);
	expect(f, 9, "u3:one u1:two u2:two u1:three ");
	assert_int_equal(f->q.bytes, 0);
	assert_int_equal(f->q.held, 0);
	assert_true(outq_is_empty(&f->q));
	outq_release(&f->q, 4);
	assert_true(list_is_empty(&f->q.envelopes));
	assert_int_equal(f->q.kept_bytes, 0);
	assert_int_equal(f->q.kept_held, 0);
}

static void outq_sends_nothing_a_third_time(void **state)
{
	struct fixture *f = *state;

	add(f, "one", 5);
	expect(f, 3, "u1:one u2:one u3:one ");
	outq_rewind(&f->q, true);
	expect(f, 2, "u1:one u2:one ");
	/* of the three, the third was not sent again yet */
	outq_rewind(&f->q, true);
	expect(f, 9, "u3:one u4:one ");
	outq_release(&f->q, 1);
	outq_rewind(&f->q, true);
	expect(f, 9, "u4:one ");
	outq_rewind(&f->q, true);
	expect(f, 9, "");
	assert_true(list_is_empty(&f->q.envelopes));
}

/* What surely never left is not lost once. */
static void outq_rewinds_what_was_not_sent(void **state)
{
	struct fixture *f = *state;

	add(f, "one", 3);
	for (int i = 0; i < 5; i++) {
		expect(f, 9, "u1:one u2:one ");
		outq_rewind(&f->q, false);
	}
	expect(f, 1, "u1:one ");
	outq_release(&f->q, 1);
	expect(f, 9, "u2:one ");
}

static void outq_keeps_no_more_than_allowed(void **state)
{
	struct fixture *f = *state;

	add(f, "one", 3);
	add(f, "two", 3);
	add(f, "three", 3);
	expect(f, 5, "u1:one u2:one u1:two u2:two u1:three ");
	assert_int_equal(outq_bound_kept(&f->q, 9, SIZE_MAX), 0);
	assert_int_equal(outq_bound_kept(&f->q, 1, SIZE_MAX), 2);
	outq_rewind(&f->q, true);
	expect(f, 9, "u1:two u2:two u1:three u2:three ");
	assert_int_equal(outq_bound_kept(&f->q, 9, 0), 4);
	assert_true(list_is_empty(&f->q.envelopes));
}

static void outq_gives_back_what_waits_only(void **state)
{
	struct fixture *f = *state;
	struct envelope *e;

	add(f, "one", 3);
	add(f, "two", 3);
	add(f, "three", 3);
	expect(f, 3, "u1:one u2:one u1:two ");
	e = outq_take(&f->q);
	assert_non_null(e);
	envelope_free(&e);
	assert_int_equal(f->q.kept, 0);
	assert_int_equal(f->q.count, 1);
	expect(f, 9, "u1:three u2:three ");
}

/* ---- needless by now ---- */

#define FROM "from='r@a.test/n'"
#define OTHER "from='r@a.test/m'"
#define MUC_USER(inner) \
	"<x xmlns='http://jabber.org/protocol/muc#user'><item/>" inner "</x>"
#define PRESENCE(from) "<presence " from ">" MUC_USER("") "</presence>"
#define EVENT(from) \
	"<presence " from ">" MUC_USER("<status code='110'/>") "</presence>"
#define GONE(from) "<presence " from " type='unavailable'/>"
#define STATE(from)                                                        \
	"<message " from " type='groupchat'><composing xmlns='http://"     \
	"jabber.org/protocol/chatstates'/><stanza-id xmlns='urn:xmpp:sid:" \
	"0' by='r@a.test' id='1'/></message>"
#define LINE(from)                                                  \
	"<message " from " type='groupchat'><body>x</body><active " \
	"xmlns='http://jabber.org/protocol/chatstates'/></message>"

static const struct {
	const char *older;
	unsigned older_people;
	const char *newer;
	unsigned newer_people;
	size_t dropped;
} outdone[] = {
	{ PRESENCE(FROM), 3, PRESENCE(FROM), 3, 3 },
	{ PRESENCE(FROM), 1, PRESENCE(FROM), 3, 1 },
	{ PRESENCE(FROM), 3, GONE(FROM), 3, 3 },
	{ PRESENCE(FROM), 3, EVENT(FROM), 3, 3 },
	{ STATE(FROM), 3, STATE(FROM), 3, 3 },
	{ STATE(FROM), 3, LINE(FROM), 3, 3 },
	/* for somebody it is the only one */
	{ PRESENCE(FROM), 3, PRESENCE(FROM), 2, 0 },
	/* somebody else's */
	{ PRESENCE(FROM), 3, PRESENCE(OTHER), 3, 0 },
	{ STATE(FROM), 3, STATE(OTHER), 3, 0 },
	/* what happened */
	{ EVENT(FROM), 3, PRESENCE(FROM), 3, 0 },
	{ GONE(FROM), 3, PRESENCE(FROM), 3, 0 },
	{ LINE(FROM), 3, LINE(FROM), 3, 0 },
	{ LINE(FROM), 3, STATE(FROM), 3, 0 },
	/* of another kind */
	{ PRESENCE(FROM), 3, LINE(FROM), 3, 0 },
	{ STATE(FROM), 3, PRESENCE(FROM), 3, 0 },
};

static void outq_drops_what_is_outdone(void **state)
{
	struct fixture *f = *state;

	for (size_t i = 0; i < array_len(outdone); i++) {
		struct envelope *newer =
			letter_read(outdone[i].newer, outdone[i].newer_people);
		size_t bytes, held, dropped;

		outq_add(&f->q, letter_new("first", 1, 0));
		bytes = f->q.bytes;
		held = f->q.held;
		outq_add(&f->q, letter_read(outdone[i].older,
					    outdone[i].older_people));
		dropped = outq_supersede(&f->q, newer);
		if (dropped != outdone[i].dropped)
			fail_msg("case %zu: %zu dropped", i, dropped);
		assert_int_equal(f->q.count, dropped ? 1 : 2);
		assert_int_equal(f->q.bytes == bytes, dropped > 0);
		assert_int_equal(f->q.held == held, dropped > 0);
		outq_add(&f->q, newer);
		outq_fini(&f->q);
	}
}

/* What stands first may be half written; what was lost once is counted. */
static void outq_drops_nothing_that_was_begun(void **state)
{
	struct fixture *f = *state;
	struct envelope *newer = letter_read(PRESENCE(FROM), 3);

	outq_add(&f->q, letter_read(PRESENCE(FROM), 3));
	assert_int_equal(outq_supersede(&f->q, newer), 0);
	outq_add(&f->q, letter_read(PRESENCE(FROM), 3));
	outq_add(&f->q, letter_read(PRESENCE(FROM), 3));
	(void)outq_expand(&f->q, &f->out, 1, 0);
	assert_int_equal(outq_supersede(&f->q, newer), 6);
	outq_add(&f->q, letter_read(PRESENCE(FROM), 3));
	outq_rewind(&f->q, true);
	assert_int_equal(outq_supersede(&f->q, newer), 0);
	assert_int_equal(f->q.count, 2);
	envelope_free(&newer);
}

/* Long as the queue is, and what has begun and waits again once more. */
static void outq_finds_what_is_outdone_far_ahead(void **state)
{
	struct fixture *f = *state;
	struct envelope *newer = letter_read(PRESENCE(FROM), 3);

	outq_add(&f->q, letter_new("first", 1, 0));
	outq_add(&f->q, letter_read(PRESENCE(FROM), 3));
	for (unsigned i = 0; i < 3000; i++) {
		char *text = str_format(PRESENCE("from='r@a.test/n%u'"), i);

		outq_add(&f->q, letter_read(text, 1));
		mem_free(&text);
	}
	assert_int_equal(outq_supersede(&f->q, newer), 3);
	assert_int_equal(f->q.count, 3001);
	/* the same for one that came when the others were known */
	outq_add(&f->q, letter_read(PRESENCE(FROM), 2));
	assert_int_equal(outq_supersede(&f->q, newer), 2);
	/* and for one that was begun, and begins anew */
	outq_fini(&f->q);
	outq_add(&f->q, letter_new("first", 1, 0));
	outq_add(&f->q, letter_read(PRESENCE(FROM), 2));
	outq_add(&f->q, letter_new("last", 1, 0));
	assert_int_equal(outq_supersede(&f->q, newer), 2);
	outq_add(&f->q, letter_read(PRESENCE(FROM), 2));
	assert_int_equal(outq_expand(&f->q, &f->out, 100000, 0).stanzas, 4);
	assert_true(outq_is_empty(&f->q));
	outq_rewind(&f->q, false);
	assert_int_equal(f->q.count, 3);
	assert_int_equal(outq_supersede(&f->q, newer), 2);
	outq_add(&f->q, newer);
}

/* A presence of FROM that says so. */
#define SAYS(text) \
	"<presence " FROM "><status>" text "</status></presence>"

/* What a newcomer, u2, is shown: FROM and one more. */
static struct envelope *roster_new(void)
{
	static const char *const parts[] = { SAYS("one"), PRESENCE(OTHER) };
	struct frozen *bundle = frozen_bundle_new(STANZA_PRESENCE);
	struct jid *to = jid_parse("u2@b.test");
	struct envelope *e;

	for (size_t i = 0; i < array_len(parts); i++) {
		struct envelope *part = letter_read(parts[i], 1);

		frozen_bundle_add(bundle, part->stanza);
		envelope_free(&part);
	}
	e = envelope_new(bundle, to, "a.test");
	frozen_unref(&bundle);
	jid_free(&to);
	return e;
}

static void add_newer(struct fixture *f, const char *xml)
{
	struct envelope *e = letter_read(xml, 3);

	(void)outq_supersede(&f->q, e);
	outq_add(&f->q, e);
}

/* What of FROM comes to u2, the roster's word first. */
static void assert_in_order(struct buf *out)
{
	static const char *const expected[] = { "one", "three" };
	const char *at = buf_str(out), *said;
	size_t i = 0;

	while ((at = strstr(at, "<presence " FROM " to='u2@b.test'"))) {
		said = strstr(at, "<status>") + strlen("<status>");
		assert_true(i < array_len(expected));
		assert_true(str_has_prefix(said, expected[i]));
		i++;
		at = said;
	}
	assert_int_equal(i, array_len(expected));
}

/* A roster that waits is not outdone, in part or as a whole: it comes first, and
 * so it does when it is sent again. */
static void outq_keeps_a_roster_before_what_is_newer(void **state)
{
	struct fixture *f = *state;
	struct buf again;

	buf_init(&again);
	outq_add(&f->q, letter_new("first", 1, 0));
	outq_add(&f->q, roster_new());
	add_newer(f, SAYS("two"));
	add_newer(f, SAYS("three")); /* outdoes "two" */
	assert_int_equal(f->q.count, 3);
	/* a pause in the middle of the roster */
	assert_int_equal(outq_expand(&f->q, &f->out, 1, 0).stanzas, 1);
	assert_int_equal(outq_expand(&f->q, &f->out, 1, 0).stanzas, 1);
	outq_rewind(&f->q, false);
	buf_clear(&f->out);
	while (!outq_is_empty(&f->q))
		(void)outq_expand(&f->q, &f->out, 1, 0);
	assert_in_order(&f->out);
	/* all of it once more */
	outq_rewind(&f->q, true);
	(void)outq_expand(&f->q, &again, 100000, 0);
	assert_in_order(&again);
	/* and what waited before a roster is not behind it */
	outq_fini(&f->q);
	buf_clear(&f->out);
	outq_add(&f->q, letter_new("first", 1, 0));
	add_newer(f, SAYS("zero"));
	outq_add(&f->q, roster_new());
	add_newer(f, SAYS("three"));
	(void)outq_expand(&f->q, &f->out, 100000, 0);
	assert_in_order(&f->out);
	buf_fini(&again);
}

#define OUTQ_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		OUTQ_TEST(outq_expands_in_portions),
		OUTQ_TEST(outq_takes_a_bundle_apart),
		OUTQ_TEST(outq_leaves_out_what_is_too_big),
		OUTQ_TEST(outq_gives_back_what_is_left),
		OUTQ_TEST(outq_sends_again_what_is_kept),
		OUTQ_TEST(outq_sends_nothing_a_third_time),
		OUTQ_TEST(outq_rewinds_what_was_not_sent),
		OUTQ_TEST(outq_keeps_no_more_than_allowed),
		OUTQ_TEST(outq_gives_back_what_waits_only),
		OUTQ_TEST(outq_drops_what_is_outdone),
		OUTQ_TEST(outq_drops_nothing_that_was_begun),
		OUTQ_TEST(outq_finds_what_is_outdone_far_ahead),
		OUTQ_TEST(outq_keeps_a_roster_before_what_is_newer),
	};

	return cmocka_run_group_tests_name("outq", tests, NULL, NULL);
}
