/* SPDX-License-Identifier: MIT */
/* The counting of XEP-0198, what a link keeps for it, and the way through streams
 * of others (XEP-0288). */
#include "tests/unit/unit.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "s2s/ack.h"
#include "s2s/feed.h"
#include "s2s/outq.h"
#include "tests/unit/s2s/letter.h"
#include "xml/elem.h"
#include "xmpp/envelope.h"
#include "xmpp/ns.h"

/* ---- counting ---- */

static enum ack_fault take(struct ack *a, const char *handled, uint32_t *newly)
{
	struct elem *e = elem_new("a", NS_SM);
	enum ack_fault fault;

	elem_set_attr(e, "h", handled);
	fault = ack_take(a, e, newly);
	elem_free(&e);
	return fault;
}

static void ack_counts_what_is_open(void **state)
{
	struct ack a = { 0 };
	uint32_t newly;

	(void)state;
	ack_count_sent(&a, 3); /* before it is on: not counted */
	assert_int_equal(ack_open(&a), 0);
	assert_int_equal(take(&a, "0", &newly), ACK_BAD);
	ack_begin(&a);
	ack_count_sent(&a, 3);
	assert_int_equal(take(&a, "2", &newly), ACK_OK);
	assert_int_equal(newly, 2);
	assert_int_equal(take(&a, "2", &newly), ACK_OK);
	assert_int_equal(newly, 0);
	assert_int_equal(ack_open(&a), 1);
	assert_int_equal(take(&a, "4", &newly), ACK_TOO_HIGH);
	assert_int_equal(take(&a, "1", &newly), ACK_TOO_HIGH);
	assert_int_equal(take(&a, "3", &newly), ACK_OK);
	assert_int_equal(ack_open(&a), 0);
}

static void ack_goes_round(void **state)
{
	struct ack a = { .is_on = true,
			 .sent = UINT32_MAX - 1,
			 .acked = UINT32_MAX - 1,
			 .handled = UINT32_MAX };
	struct elem *e;
	uint32_t newly;

	(void)state;
	ack_count_sent(&a, 4);
	assert_int_equal(a.sent, 2);
	assert_int_equal(take(&a, "4294967295", &newly), ACK_OK);
	assert_int_equal(newly, 1);
	assert_int_equal(take(&a, "1", &newly), ACK_OK);
	assert_int_equal(newly, 2);
	assert_int_equal(take(&a, "4294967295", &newly), ACK_TOO_HIGH);
	assert_int_equal(take(&a, "3", &newly), ACK_TOO_HIGH);
	assert_int_equal(ack_open(&a), 1);
	ack_count_handled(&a);
	e = ack_answer_new(&a);
	assert_string_equal(elem_attr(e, "h"), "0");
	elem_free(&e);
}

static void ack_takes_numbers_only(void **state)
{
	static const char *const bad[] = { NULL, "",   "-1",        "x",
					   "1x", " 1", "4294967296" };
	struct ack a;
	uint32_t newly;

	(void)state;
	ack_begin(&a);
	ack_count_sent(&a, 2);
	for (size_t i = 0; i < array_len(bad); i++)
		assert_int_equal(take(&a, bad[i], &newly), ACK_BAD);
	assert_int_equal(ack_open(&a), 2);
}

static void ack_says_what_was_too_high(void **state)
{
	struct ack a;
	struct elem *e = elem_new("a", NS_SM);
	struct elem *fault;

	(void)state;
	ack_begin(&a);
	ack_count_sent(&a, 8);
	elem_set_attr(e, "h", "10");
	fault = ack_too_high_new(&a, e);
	assert_string_equal(elem_attr(fault, "h"), "10");
	assert_string_equal(elem_attr(fault, "send-count"), "8");
	elem_free(&fault);
	elem_free(&e);
}

/* ---- keeping ---- */

/* The first of the people is skipped, so each has one stanza less than people. */
static void add(struct outq *q, const char *body, unsigned people)
{
	outq_add(q, letter_new(body, people, 1));
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

static void expect(struct outq *q, size_t stanzas, const char *wanted)
{
	char *said = write_some(q, stanzas);

	assert_string_equal(said, wanted);
	mem_free(&said);
}

static void outq_sends_again_what_is_kept(void **state)
{
	struct outq q;
	size_t bytes;

	(void)state;
	outq_init(&q);
	add(&q, "one", 4);
	add(&q, "two", 3);
	add(&q, "three", 2);
	bytes = q.bytes;
	expect(&q, 4, "u1:one u2:one u3:one u1:two ");
	outq_release(&q, 2);
	assert_int_equal(q.kept, 2);
	outq_rewind(&q, true);
	assert_int_equal(q.kept, 0);
	assert_int_equal(q.count, 3);
	assert_true(q.bytes < bytes);
	expect(&q, 9, "u3:one u1:two u2:two u1:three ");
	assert_int_equal(q.bytes, 0);
	assert_int_equal(q.held, 0);
	assert_true(outq_is_empty(&q));
	outq_release(&q, 4);
	assert_true(list_is_empty(&q.envelopes));
	assert_int_equal(q.kept_bytes, 0);
	assert_int_equal(q.kept_held, 0);
	outq_fini(&q);
}

static void outq_sends_nothing_a_third_time(void **state)
{
	struct outq q;

	(void)state;
	outq_init(&q);
	add(&q, "one", 5);
	expect(&q, 3, "u1:one u2:one u3:one ");
	outq_rewind(&q, true);
	expect(&q, 2, "u1:one u2:one ");
	/* of the three, the third was not sent again yet */
	outq_rewind(&q, true);
	expect(&q, 9, "u3:one u4:one ");
	outq_release(&q, 1);
	outq_rewind(&q, true);
	expect(&q, 9, "u4:one ");
	outq_rewind(&q, true);
	expect(&q, 9, "");
	assert_true(list_is_empty(&q.envelopes));
	outq_fini(&q);
}

/* What surely never left is not lost once. */
static void outq_rewinds_what_was_not_sent(void **state)
{
	struct outq q;

	(void)state;
	outq_init(&q);
	add(&q, "one", 3);
	for (int i = 0; i < 5; i++) {
		expect(&q, 9, "u1:one u2:one ");
		outq_rewind(&q, false);
	}
	expect(&q, 1, "u1:one ");
	outq_release(&q, 1);
	expect(&q, 9, "u2:one ");
	outq_fini(&q);
}

static void outq_keeps_no_more_than_allowed(void **state)
{
	struct outq q;

	(void)state;
	outq_init(&q);
	add(&q, "one", 3);
	add(&q, "two", 3);
	add(&q, "three", 3);
	expect(&q, 5, "u1:one u2:one u1:two u2:two u1:three ");
	assert_int_equal(outq_bound_kept(&q, 9, SIZE_MAX), 0);
	assert_int_equal(outq_bound_kept(&q, 1, SIZE_MAX), 2);
	outq_rewind(&q, true);
	expect(&q, 9, "u1:two u2:two u1:three u2:three ");
	assert_int_equal(outq_bound_kept(&q, 9, 0), 4);
	assert_true(list_is_empty(&q.envelopes));
	outq_fini(&q);
}

static void outq_gives_back_what_waits_only(void **state)
{
	struct outq q;
	struct envelope *e;

	(void)state;
	outq_init(&q);
	add(&q, "one", 3);
	add(&q, "two", 3);
	add(&q, "three", 3);
	expect(&q, 3, "u1:one u2:one u1:two ");
	e = outq_take(&q);
	assert_non_null(e);
	envelope_free(&e);
	assert_int_equal(q.kept, 0);
	assert_int_equal(q.count, 1);
	expect(&q, 9, "u1:three u2:three ");
	outq_fini(&q);
}

/* ---- their streams ---- */

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ack_counts_what_is_open),
		cmocka_unit_test(ack_goes_round),
		cmocka_unit_test(ack_takes_numbers_only),
		cmocka_unit_test(ack_says_what_was_too_high),
		cmocka_unit_test(outq_sends_again_what_is_kept),
		cmocka_unit_test(outq_sends_nothing_a_third_time),
		cmocka_unit_test(outq_rewinds_what_was_not_sent),
		cmocka_unit_test(outq_keeps_no_more_than_allowed),
		cmocka_unit_test(outq_gives_back_what_waits_only),
		cmocka_unit_test(feed_uses_one_and_spares_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
