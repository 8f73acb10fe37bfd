/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "base/buf.h"
#include "base/mem.h"

static void zeroed_is_empty_and_valid(void **state)
{
	struct buf b = { 0 };

	(void)state;
	assert_int_equal(b.len, 0);
	assert_non_null(buf_data(&b));
	buf_eat(&b, 0);
	buf_cut(&b, 0);
	buf_add(&b, NULL, 0);
	assert_string_equal(buf_str(&b), "");
	buf_fini(&b);
	buf_fini(&b);
}

static void adds_grow_the_content(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b);
	buf_add_str(&b, "one");
	buf_add_char(&b, ' ');
	buf_add_format(&b, "%s %d", "two", 3);
	buf_add(&b, "\0!", 2);
	assert_int_equal(b.len, 11);
	assert_memory_equal(buf_data(&b), "one two 3\0!", 11);
	buf_fini(&b);
}

static void format_longer_than_the_room(void **state)
{
	struct buf b = { 0 };

	(void)state;
	for (int width = 0; width < 300; width++) {
		buf_clear(&b);
		buf_add_char(&b, '>');
		buf_add_format(&b, "%*s", width, "");
		assert_int_equal(b.len, width + 1);
		assert_int_equal(strlen(buf_str(&b)), width + 1);
	}
	buf_fini(&b);
}

static void str_after_eat_and_cut(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_add_str(&b, "stream of bytes");
	buf_eat(&b, 7);
	assert_string_equal(buf_str(&b), "of bytes");
	buf_cut(&b, 2);
	assert_string_equal(buf_str(&b), "of");
	buf_add_str(&b, "f");
	assert_string_equal(buf_str(&b), "off");
	buf_eat(&b, 3);
	assert_string_equal(buf_str(&b), "");
	buf_add_str(&b, "again");
	assert_string_equal(buf_str(&b), "again");
	buf_fini(&b);
}

/* A content that fills the allocation to the last byte leaves no place for the
 * NUL by chance. */
static void str_has_room_for_its_nul(void **state)
{
	(void)state;
	for (size_t len = 0; len < 260; len++) {
		struct buf b = { 0 };

		for (size_t i = 0; i < len; i++)
			buf_add_char(&b, 'x');
		assert_int_equal(strlen(buf_str(&b)), len);
		buf_fini(&b);
	}
}

static void reserve_then_grow(void **state)
{
	struct buf b = { 0 };

	(void)state;
	buf_add_str(&b, "a");
	memset(buf_reserve(&b, 1000), 'b', 1000);
	buf_grow(&b, 2);
	assert_string_equal(buf_str(&b), "abb");
	buf_fini(&b);
}

/* What runs through must not make the buffer grow for ever. */
static void a_stream_keeps_its_size(void **state)
{
	struct buf b = { 0 };
	unsigned int next_in = 0;
	unsigned int next_out = 0;

	(void)state;
	for (int turn = 0; turn < 20000; turn++) {
		for (int i = 0; i < 7; i++)
			buf_add_char(&b, (char)(next_in++ & 0x7f));
		while (b.len > 20) {
			assert_int_equal(*buf_data(&b), next_out++ & 0x7f);
			buf_eat(&b, 1);
		}
	}
	assert_true(b.cap <= 256);
	buf_fini(&b);
}

/* Nor may each byte cost a move of all the others. */
static void a_full_stream_moves_seldom(void **state)
{
	struct buf b = { 0 };
	size_t last = 0;
	int moves = 0;

	(void)state;
	while (b.len < 1000)
		buf_add_char(&b, 'x');
	for (int turn = 0; turn < 10000; turn++) {
		buf_add_char(&b, 'y');
		buf_eat(&b, 1);
		moves += b.start < last;
		last = b.start;
	}
	assert_in_range(moves, 1, 10);
	buf_fini(&b);
}

static void steal_after_eat(void **state)
{
	struct buf b = { 0 };
	char *text = buf_steal_str(&b);

	(void)state;
	assert_string_equal(text, "");
	mem_free(&text);
	buf_add_str(&b, "abcdef");
	buf_eat(&b, 4);
	text = buf_steal_str(&b);
	assert_string_equal(text, "ef");
	assert_int_equal(b.len, 0);
	assert_null(b.data);
	mem_free(&text);
}

static void eat_more_than_there_is(void)
{
	struct buf b = { 0 };

	buf_add_str(&b, "ab");
	buf_eat(&b, 3);
}

static void grow_more_than_reserved(void)
{
	struct buf b = { 0 };

	buf_reserve(&b, 10);
	buf_grow(&b, b.cap + 1);
}

static void reserve_more_than_memory(void)
{
	struct buf b = { 0 };

	buf_add_str(&b, "ab");
	buf_reserve(&b, SIZE_MAX - 1);
}

static void broken_contracts_abort(void **state)
{
	(void)state;
	assert_true(aborts(eat_more_than_there_is));
	assert_true(aborts(grow_more_than_reserved));
	assert_true(aborts(reserve_more_than_memory));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zeroed_is_empty_and_valid),
		cmocka_unit_test(adds_grow_the_content),
		cmocka_unit_test(format_longer_than_the_room),
		cmocka_unit_test(str_after_eat_and_cut),
		cmocka_unit_test(str_has_room_for_its_nul),
		cmocka_unit_test(reserve_then_grow),
		cmocka_unit_test(a_stream_keeps_its_size),
		cmocka_unit_test(a_full_stream_moves_seldom),
		cmocka_unit_test(steal_after_eat),
		cmocka_unit_test(broken_contracts_abort),
	};

	return cmocka_run_group_tests_name("buf", tests, NULL, NULL);
}
