/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "base/mem.h"

static void zero_is_zeroed(void **state)
{
	unsigned char *p = mem_zero(16, 16);

	(void)state;
	for (size_t i = 0; i < 256; i++)
		assert_int_equal(p[i], 0);
	mem_free(&p);
	assert_null(p);
	mem_free(&p);
}

static void nothing_is_not_null(void **state)
{
	void *none[] = { mem_zero(0, 8), mem_zero(8, 0), mem_alloc(0),
			 mem_realloc(NULL, 0), mem_dup(NULL, 0) };

	(void)state;
	for (size_t i = 0; i < array_len(none); i++) {
		assert_non_null(none[i]);
		mem_free(&none[i]);
	}
}

static void dup_and_realloc_keep_content(void **state)
{
	char *p = mem_dup("abc", 4);

	(void)state;
	p = mem_realloc(p, 10000);
	assert_string_equal(p, "abc");
	mem_free(&p);
}

static void what_is_freed_is_not_in_use(void **state)
{
	const size_t size = 1 << 20;
	size_t before = mem_in_use();
	void *p = mem_zero(1, size);

	(void)state;
	assert_in_range(mem_in_use(), before + size, before + size + 65536);
	mem_free(&p);
	assert_true(mem_in_use() < before + 65536);
}

static volatile size_t half = SIZE_MAX / 2;

static void ask_for_product_above_size_max(void)
{
	free(mem_zero(half, 3));
}

static void product_overflow_aborts(void **state)
{
	(void)state;
	assert_true(aborts(ask_for_product_above_size_max));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(zero_is_zeroed),
		cmocka_unit_test(nothing_is_not_null),
		cmocka_unit_test(dup_and_realloc_keep_content),
		cmocka_unit_test(what_is_freed_is_not_in_use),
		cmocka_unit_test(product_overflow_aborts),
	};

	return cmocka_run_group_tests_name("mem", tests, NULL, NULL);
}
