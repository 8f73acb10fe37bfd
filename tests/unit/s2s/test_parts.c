/* SPDX-License-Identifier: MIT */
/* The pure parts of s2s: features, trust, outq, seat, shard. */
#include "tests/unit/unit.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "s2s/features.h"
#include "s2s/limits.h"
#include "s2s/outq.h"
#include "s2s/seat.h"
#include "s2s/shard.h"
#include "s2s/trust.h"
#include "tests/unit/s2s/letter.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xmpp/envelope.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

/* ---- features ---- */

static void features_read_what_they_write(void **state)
{
	(void)state;
	for (unsigned set = 0; set < 256; set++) {
		struct elem *e = features_new(set);
		unsigned expected = set;

		/* a detail goes with what it is a detail of */
		if (!(set & FEATURE_STARTTLS))
			expected &= ~(unsigned)FEATURE_TLS_REQUIRED;
		if (!(set & FEATURE_DIALBACK))
			expected &= ~(unsigned)FEATURE_DIALBACK_ERRORS;
		if (!(set & FEATURE_MECHANISMS))
			expected &= ~(unsigned)FEATURE_EXTERNAL;
		assert_true(elem_is(e, "features", NS_STREAM));
		assert_int_equal(features_read(e), expected);
		elem_free(&e);
	}
}

static void features_pass_over_the_unknown(void **state)
{
	static const char text[] =
		"<s:features xmlns:s='http://etherx.jabber.org/streams' "
		"from='x'><mechanisms xmlns='urn:ietf:params:xml:ns:xmpp-sasl'>"
		"<mechanism>PLAIN</mechanism></mechanisms><starttls/>"
		"<dialback xmlns='urn:xmpp:features:dialback'/></s:features>";
	struct elem *e = parser_read(text, strlen(text), NS_SERVER);
	char *words;

	(void)state;
	assert_non_null(e);
	assert_int_equal(features_read(e),
			 FEATURE_DIALBACK | FEATURE_MECHANISMS);
	words = features_text(features_read(e) | FEATURE_EXTERNAL);
	assert_string_equal(words, "mechanisms, EXTERNAL, dialback");
	mem_free(&words);
	elem_free(&e);
}

/* ---- trust ---- */

static void trust_is_by_pair(void **state)
{
	struct trust t;
	enum s2s_proof proof;

	(void)state;
	trust_init(&t);
	assert_true(trust_is_empty(&t));
	assert_true(trust_add(&t, "rooms.test", "a.test", S2S_PROOF_DIALBACK));
	assert_true(trust_find(&t, "rooms.test", "a.test", &proof));
	assert_int_equal(proof, S2S_PROOF_DIALBACK);
	assert_false(trust_find(&t, "other.test", "a.test", NULL));
	assert_false(trust_find(&t, "rooms.test", "x.a.test", NULL));
	assert_false(trust_find(&t, "rooms.test", "test", NULL));
	assert_false(trust_find(&t, "a.test", "rooms.test", NULL));
	assert_true(trust_has_remote(&t, "a.test"));
	assert_false(trust_has_remote(&t, "rooms.test"));
	trust_fini(&t);
}

static void trust_keeps_the_stronger_proof(void **state)
{
	struct trust t;
	enum s2s_proof proof;

	(void)state;
	trust_init(&t);
	assert_true(trust_add(&t, "r.test", "a.test", S2S_PROOF_CERTIFICATE));
	assert_true(trust_add(&t, "r.test", "a.test", S2S_PROOF_DIALBACK));
	assert_true(trust_find(&t, "r.test", "a.test", &proof));
	assert_int_equal(proof, S2S_PROOF_CERTIFICATE);
	assert_int_equal(t.count, 1);
	trust_fini(&t);
}

static void trust_is_bounded(void **state)
{
	struct trust t;
	char remote[32];

	(void)state;
	trust_init(&t);
	for (int i = 0; i < TRUST_MAX_PAIRS; i++) {
		snprintf(remote, sizeof(remote), "%d.test", i);
		assert_true(trust_add(&t, "r.test", remote,
				      S2S_PROOF_DIALBACK));
	}
	assert_false(trust_add(&t, "r.test", "one.more", S2S_PROOF_DIALBACK));
	trust_fini(&t);
}

/* ---- outq ---- */

static void outq_expands_in_portions(void **state)
{
	struct outq q;
	struct buf whole;
	size_t bytes;
	size_t stanzas = 0;
	unsigned portions = 0;

	(void)state;
	outq_init(&q);
	buf_init(&whole);
	outq_add(&q, letter_new("one", 10, 4));
	outq_add(&q, letter_new("two", 3, 0));
	assert_true(q.held < q.bytes); /* ten people, one stanza */
	bytes = q.bytes;
	assert_int_equal(q.count, 2);
	while (!outq_is_empty(&q)) {
		struct buf out;
		size_t now;

		buf_init(&out);
		now = outq_expand(&q, &out, 100, 0).stanzas;
		assert_true(out.len < 200);
		stanzas += now;
		portions += now > 0;
		buf_add(&whole, buf_data(&out), out.len);
		assert_int_equal(q.bytes, bytes - whole.len);
		buf_fini(&out);
	}
	assert_int_equal(stanzas, 12);
	assert_int_equal(q.held, 0);
	assert_true(portions >= 6);
	assert_int_equal(whole.len, bytes);
	assert_null(strstr(buf_str(&whole), "u3@b.test'><body>one"));
	assert_non_null(strstr(buf_str(&whole), "u4@b.test"));
	assert_true(strstr(buf_str(&whole), "two") >
		    strstr(buf_str(&whole), "u9@b.test"));
	buf_fini(&whole);
	outq_fini(&q);
}

/* T16: what a peer does not take would end its stream for everybody. */
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
	struct outq q;
	struct buf out, again;

	(void)state;
	outq_init(&q);
	buf_init(&out);
	buf_init(&again);
	outq_add(&q, bundle_new());
	assert_int_equal(q.count, 1);
	assert_int_equal(outq_expand(&q, &out, 1, 0).stanzas, 1);
	assert_string_equal(buf_str(&out),
			    "<presence id='1' to='u@there.test/r'/>");
	assert_int_equal(outq_expand(&q, &out, 100000, 0).stanzas, 2);
	assert_true(outq_is_empty(&q));
	assert_int_equal(q.kept, 3);
	assert_int_equal(q.kept_bytes, out.len);
	/* acknowledged as far as the middle of it */
	outq_release(&q, 2);
	outq_rewind(&q, true);
	assert_int_equal(outq_expand(&q, &again, 100000, 0).stanzas, 1);
	assert_string_equal(buf_str(&again),
			    "<presence id='3' to='u@there.test/r'/>");
	outq_release(&q, 1);
	assert_int_equal(q.kept_bytes, 0);
	buf_clear(&out);
	outq_add(&q, bundle_new());
	assert_int_equal(outq_expand(&q, &out, 100000, 100).stanzas, 2);
	assert_null(strstr(buf_str(&out), "id='2"));
	assert_int_equal(q.bytes, 0);
	buf_fini(&out);
	buf_fini(&again);
	outq_fini(&q);
}

static void outq_leaves_out_what_is_too_big(void **state)
{
	struct outq_portion done;
	struct outq q;
	struct buf out;
	char big[1000];

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	big[sizeof(big) - 1] = '\0';
	outq_init(&q);
	buf_init(&out);
	outq_add(&q, letter_new("one", 2, 0));
	outq_add(&q, letter_new(big, 3, 0));
	outq_add(&q, letter_new("two", 2, 0));
	done = outq_expand(&q, &out, 100000, sizeof(big));
	assert_int_equal(done.stanzas, 4);
	assert_int_equal(done.too_big, 3);
	assert_true(outq_is_empty(&q));
	assert_int_equal(q.bytes, 0);
	assert_null(strstr(buf_str(&out), "xxx"));
	assert_non_null(strstr(buf_str(&out), "two"));
	buf_fini(&out);
	outq_fini(&q);
}

/* ---- limits ---- */

static void limits_are_read_with_sense(void **state)
{
	static const struct {
		const char *inner;
		size_t max_bytes;
		int64_t idle, keepalive;
	} cases[] = {
		{ "<max-bytes>65535</max-bytes><idle-seconds>840</idle-seconds>",
		  65535, 840000, 300000 },
		{ "<max-bytes> 65535</max-bytes>", 0, 0, 300000 },
		{ "<max-bytes>1</max-bytes><idle-seconds>60</idle-seconds>",
		  10000, 60000, 30000 },
		{ "<idle-seconds>0</idle-seconds>", 0, 0, 300000 },
		{ "<idle-seconds>1</idle-seconds>", 0, 10000, 5000 },
		{ "<max-bytes>-5</max-bytes><idle-seconds>x</idle-seconds>", 0,
		  0, 300000 },
		{ "<max-bytes>99999999999999999999</max-bytes>", 0, 0, 300000 },
		{ "", 0, 0, 300000 },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		char *text = str_format("<f><limits xmlns='urn:xmpp:stream-"
					"limits:0'>%s</limits></f>",
					cases[i].inner);
		struct elem *e = parser_read(text, strlen(text), NS_SERVER);
		struct limits l = { 0 };

		limits_read(e, &l);
		assert_int_equal(l.max_bytes, cases[i].max_bytes);
		assert_int_equal(l.idle, cases[i].idle);
		assert_int_equal(limits_keepalive(&l, 300000),
				 cases[i].keepalive);
		elem_free(&e);
		mem_free(&text);
	}
}

static void limits_read_what_they_write(void **state)
{
	const struct limits ours = { .max_bytes = 262144, .idle = 900000 };
	struct elem *e = features_new(FEATURE_DIALBACK);
	struct limits theirs = { 0 };

	(void)state;
	limits_add(e, &ours);
	limits_read(e, &theirs);
	assert_int_equal(theirs.max_bytes, ours.max_bytes);
	assert_int_equal(theirs.idle, ours.idle);
	assert_int_equal(features_read(e), FEATURE_DIALBACK);
	elem_free(&e);
}

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
	(void)state;
	for (size_t i = 0; i < array_len(outdone); i++) {
		struct envelope *newer =
			letter_read(outdone[i].newer, outdone[i].newer_people);
		struct outq q;
		size_t bytes, held, dropped;

		outq_init(&q);
		outq_add(&q, letter_new("first", 1, 0));
		bytes = q.bytes;
		held = q.held;
		outq_add(&q, letter_read(outdone[i].older,
					 outdone[i].older_people));
		dropped = outq_supersede(&q, newer);
		if (dropped != outdone[i].dropped)
			fail_msg("case %zu: %zu dropped", i, dropped);
		assert_int_equal(q.count, dropped ? 1 : 2);
		assert_int_equal(q.bytes == bytes, dropped > 0);
		assert_int_equal(q.held == held, dropped > 0);
		outq_add(&q, newer);
		outq_fini(&q);
	}
}

/* What stands first may be half written; what was lost once is counted. */
static void outq_drops_nothing_that_was_begun(void **state)
{
	struct envelope *newer = letter_read(PRESENCE(FROM), 3);
	struct outq q;
	struct buf out;

	(void)state;
	outq_init(&q);
	buf_init(&out);
	outq_add(&q, letter_read(PRESENCE(FROM), 3));
	assert_int_equal(outq_supersede(&q, newer), 0);
	outq_add(&q, letter_read(PRESENCE(FROM), 3));
	outq_add(&q, letter_read(PRESENCE(FROM), 3));
	(void)outq_expand(&q, &out, 1, 0);
	assert_int_equal(outq_supersede(&q, newer), 6);
	outq_add(&q, letter_read(PRESENCE(FROM), 3));
	outq_rewind(&q, true);
	assert_int_equal(outq_supersede(&q, newer), 0);
	assert_int_equal(q.count, 2);
	envelope_free(&newer);
	buf_fini(&out);
	outq_fini(&q);
}

/* Long as the queue is, and what has begun and waits again once more. */
static void outq_finds_what_is_outdone_far_ahead(void **state)
{
	struct envelope *newer = letter_read(PRESENCE(FROM), 3);
	struct outq q;
	struct buf out;

	(void)state;
	outq_init(&q);
	buf_init(&out);
	outq_add(&q, letter_new("first", 1, 0));
	outq_add(&q, letter_read(PRESENCE(FROM), 3));
	for (unsigned i = 0; i < 3000; i++) {
		char *text = str_format(PRESENCE("from='r@a.test/n%u'"), i);

		outq_add(&q, letter_read(text, 1));
		mem_free(&text);
	}
	assert_int_equal(outq_supersede(&q, newer), 3);
	assert_int_equal(q.count, 3001);
	/* the same for one that came when the others were known */
	outq_add(&q, letter_read(PRESENCE(FROM), 2));
	assert_int_equal(outq_supersede(&q, newer), 2);
	/* and for one that was begun, and begins anew */
	outq_fini(&q);
	outq_add(&q, letter_new("first", 1, 0));
	outq_add(&q, letter_read(PRESENCE(FROM), 2));
	outq_add(&q, letter_new("last", 1, 0));
	assert_int_equal(outq_supersede(&q, newer), 2);
	outq_add(&q, letter_read(PRESENCE(FROM), 2));
	assert_int_equal(outq_expand(&q, &out, 100000, 0).stanzas, 4);
	assert_true(outq_is_empty(&q));
	outq_rewind(&q, false);
	assert_int_equal(q.count, 3);
	assert_int_equal(outq_supersede(&q, newer), 2);
	outq_add(&q, newer);
	buf_fini(&out);
	outq_fini(&q);
}

static void outq_gives_back_what_is_left(void **state)
{
	struct outq q;
	struct buf out;
	struct envelope *e;

	(void)state;
	outq_init(&q);
	buf_init(&out);
	assert_int_equal(outq_oldest(&q), 0);
	assert_null(outq_take(&q));
	clock_fake(1234, 0);
	e = letter_new("one", 5, 0);
	outq_add(&q, e);
	clock_unfake();
	outq_add(&q, letter_new("two", 2, 0));
	assert_int_equal(outq_oldest(&q), 1234);
	assert_int_equal(outq_expand(&q, &out, 1, 0).stanzas,
			 1);
	assert_true(outq_take(&q) == e);
	assert_int_equal(q.count, 1);
	envelope_free(&e);
	e = outq_take(&q);
	assert_non_null(e);
	assert_int_equal(q.bytes, 0);
	envelope_free(&e);
	buf_fini(&out);
	outq_fini(&q);
}

/* ---- seat, shard ---- */

static void seat_outlives_its_stream_by_number(void **state)
{
	struct seat_table t = { 0 };
	struct addr peer = { 0 };
	struct seat *seat = seat_take(&t, 3, &peer);
	uint64_t first = seat->number;

	(void)state;
	assert_int_equal(shard_id_unpack(first).loop, 3);
	assert_true(seat_find(&t, first) == seat);
	seat_leave(&t, seat);
	assert_null(seat_find(&t, first));
	seat = seat_take(&t, 3, &peer);
	assert_int_equal(shard_id_unpack(seat->number).slot,
			 shard_id_unpack(first).slot);
	assert_true(seat->number != first);
	assert_null(seat_find(&t, first));
	assert_null(seat_find(&t, UINT64_MAX));
	seat_fini(&t);
}

static void seat_table_grows(void **state)
{
	struct seat_table t = { 0 };
	struct addr peer = { 0 };
	uint64_t numbers[100];

	(void)state;
	for (size_t i = 0; i < array_len(numbers); i++)
		numbers[i] = seat_take(&t, 0, &peer)->number;
	assert_int_equal(t.taken, 100);
	for (size_t i = 0; i < array_len(numbers); i++) {
		assert_non_null(seat_find(&t, numbers[i]));
		seat_leave(&t, seat_find(&t, numbers[i]));
	}
	assert_int_equal(t.taken, 0);
	seat_fini(&t);
}

static void shard_spreads_domains(void **state)
{
	unsigned counts[4] = { 0 };
	char domain[32];

	(void)state;
	for (int i = 0; i < 4000; i++) {
		snprintf(domain, sizeof(domain), "%d.test", i);
		assert_int_equal(shard_of(domain, 4), shard_of(domain, 4));
		counts[shard_of(domain, 4)]++;
	}
	for (size_t i = 0; i < array_len(counts); i++)
		assert_in_range(counts[i], 800, 1200);
	assert_int_equal(shard_of("a.test", 1), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(features_read_what_they_write),
		cmocka_unit_test(features_pass_over_the_unknown),
		cmocka_unit_test(trust_is_by_pair),
		cmocka_unit_test(trust_keeps_the_stronger_proof),
		cmocka_unit_test(trust_is_bounded),
		cmocka_unit_test(outq_expands_in_portions),
		cmocka_unit_test(outq_takes_a_bundle_apart),
		cmocka_unit_test(outq_leaves_out_what_is_too_big),
		cmocka_unit_test(limits_are_read_with_sense),
		cmocka_unit_test(limits_read_what_they_write),
		cmocka_unit_test(outq_drops_what_is_outdone),
		cmocka_unit_test(outq_drops_nothing_that_was_begun),
		cmocka_unit_test(outq_finds_what_is_outdone_far_ahead),
		cmocka_unit_test(outq_gives_back_what_is_left),
		cmocka_unit_test(seat_outlives_its_stream_by_number),
		cmocka_unit_test(seat_table_grows),
		cmocka_unit_test(shard_spreads_domains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
