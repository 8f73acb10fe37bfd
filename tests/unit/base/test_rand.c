/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "base/rand.h"

static void ids_are_26_characters_of_base32(void **state)
{
	char a[RAND_ID_SIZE];
	char b[RAND_ID_SIZE];

	(void)state;
	rand_id(a);
	rand_id(b);
	assert_int_equal(strlen(a), 26);
	assert_int_equal(strspn(a, "abcdefghijklmnopqrstuvwxyz234567"), 26);
	assert_string_not_equal(a, b);
}

static void ids_of_lines_sort_by_time(void **state)
{
	static const int64_t times[] = { 0,          1,
					 31,         32,
					 1789000000, 1789000001,
					 1789065536, ((int64_t)1 << 48) - 1 };
	char before[RAND_ID_SIZE] = "", id[RAND_ID_SIZE], other[RAND_ID_SIZE];

	(void)state;
	for (size_t i = 0; i < array_len(times); i++) {
		rand_id_at(id, times[i]);
		rand_id_at(other, times[i]);
		assert_int_equal(strlen(id), 26);
		assert_int_equal(
			strspn(id, "abcdefghijklmnopqrstuvwxyz234567"), 26);
		assert_string_not_equal(id, other);
		assert_true(strcmp(before, id) < 0);
		assert_true(strcmp(before, other) < 0);
		memcpy(before, strcmp(id, other) < 0 ? other : id,
		       sizeof(before));
	}
}

static void hex_has_two_digits_a_byte(void **state)
{
	char text[2 * 20 + 2];

	(void)state;
	memset(text, '!', sizeof(text));
	rand_hex(text, 20);
	assert_int_equal(strlen(text), 40);
	assert_int_equal(strspn(text, "0123456789abcdef"), 40);
	assert_int_equal(text[41], '!');
	rand_hex(text, 0);
	assert_string_equal(text, "");
}

static void below_stays_below_and_reaches_all(void **state)
{
	bool seen[6] = { false };

	(void)state;
	for (int i = 0; i < 1000; i++) {
		uint32_t value = rand_below(6);

		assert_true(value < 6);
		seen[value] = true;
	}
	for (size_t i = 0; i < array_len(seen); i++)
		assert_true(seen[i]);
	assert_int_equal(rand_below(1), 0);
}

/* A plain modulo would put half of the values into the lowest third here; 200
 * off is more than seven standard deviations. */
static void below_is_uniform(void **state)
{
	int low = 0;

	(void)state;
	for (int i = 0; i < 3000; i++)
		if (rand_below(0xc0000000) < 0x40000000)
			low++;
	assert_in_range(low, 800, 1200);
}

static void fills_exactly_what_is_asked(void **state)
{
	unsigned char a[33];
	unsigned char zero[32] = { 0 };

	(void)state;
	memset(a, 0, sizeof(a));
	rand_secret(a, 32);
	assert_memory_not_equal(a, zero, 32);
	assert_int_equal(a[32], 0);
	memset(a, 0, sizeof(a));
	rand_nonce(a, 32);
	assert_memory_not_equal(a, zero, 32);
	assert_int_equal(a[32], 0);
}

static void ask_below_zero(void)
{
	rand_below(0);
}

static void below_zero_aborts(void **state)
{
	(void)state;
	assert_true(aborts(ask_below_zero));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ids_are_26_characters_of_base32),
		cmocka_unit_test(ids_of_lines_sort_by_time),
		cmocka_unit_test(hex_has_two_digits_a_byte),
		cmocka_unit_test(below_stays_below_and_reaches_all),
		cmocka_unit_test(below_is_uniform),
		cmocka_unit_test(fills_exactly_what_is_asked),
		cmocka_unit_test(below_zero_aborts),
	};

	return cmocka_run_group_tests_name("rand", tests, NULL, NULL);
}
