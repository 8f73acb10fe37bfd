/* SPDX-License-Identifier: MIT */
/* The counting of XEP-0198. */
#include "tests/unit/unit.h"

#include "s2s/ack.h"
#include "xml/elem.h"
#include "xmpp/ns.h"

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ack_counts_what_is_open),
		cmocka_unit_test(ack_goes_round),
		cmocka_unit_test(ack_takes_numbers_only),
		cmocka_unit_test(ack_says_what_was_too_high),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
