/* SPDX-License-Identifier: MIT */
/* The pure parts of s2s: features, trust, limits, feed, seat, shard. */
#include "tests/unit/unit.h"

#include "base/mem.h"
#include "base/str.h"
#include "s2s/features.h"
#include "s2s/feed.h"
#include "s2s/limits.h"
#include "s2s/seat.h"
#include "s2s/shard.h"
#include "s2s/trust.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xmpp/ns.h"

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

/* ---- feed ---- */

static void feed_uses_one_and_spares_one(void **state)
{
	struct feed f = { 0 };

	(void)state;
	assert_int_equal(feed_add(&f, 11, 100), 0);
	assert_int_equal(feed_add(&f, 12, 200), 0);
	assert_int_equal(feed_add(&f, 13, 300), 12);
	assert_int_equal(f.stream, 11);
	f.serial = 7;
	f.is_under_way = true;
	assert_false(feed_take_drained(&f, 13, 7));
	assert_false(feed_take_drained(&f, 11, 6));
	assert_int_equal(feed_remove(&f, 99, 7), FEED_GAP_NONE);
	assert_int_equal(feed_remove(&f, 11, 6), FEED_GAP_UNSENT);
	assert_int_equal(f.stream, 13);
	assert_int_equal(f.max_bytes, 300);
	f.serial = 8;
	f.is_under_way = true;
	assert_int_equal(feed_remove(&f, 13, 8), FEED_GAP_SENT);
	assert_int_equal(f.stream, 0);
	assert_false(f.is_under_way);
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
		cmocka_unit_test(limits_are_read_with_sense),
		cmocka_unit_test(limits_read_what_they_write),
		cmocka_unit_test(feed_uses_one_and_spares_one),
		cmocka_unit_test(seat_outlives_its_stream_by_number),
		cmocka_unit_test(seat_table_grows),
		cmocka_unit_test(shard_spreads_domains),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
