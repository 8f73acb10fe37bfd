/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include <pthread.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/siphash.h"
#include "base/str.h"

static void put_get_steal(void **state)
{
	struct map *m = map_new();
	int one, two;

	(void)state;
	assert_null(map_get(m, "a"));
	assert_null(map_steal(m, "a"));
	assert_null(map_put(m, "a", &one));
	assert_ptr_equal(map_put(m, "a", &two), &one);
	assert_ptr_equal(map_get(m, "a"), &two);
	assert_int_equal(map_count(m), 1);
	assert_ptr_equal(map_steal(m, "a"), &two);
	assert_null(map_get(m, "a"));
	assert_int_equal(map_count(m), 0);
	map_free(&m, NULL);
	assert_null(m);
	map_free(&m, NULL);
}

static void keys_are_copied_and_may_be_empty(void **state)
{
	struct map *m = map_new();
	char key[] = "room";
	int a, b;

	(void)state;
	map_add(m, key, &a);
	key[0] = 'b';
	assert_ptr_equal(map_get(m, "room"), &a);
	assert_null(map_get(m, "boom"));
	map_add(m, "", &b);
	assert_ptr_equal(map_get(m, ""), &b);
	map_free(&m, NULL);
}

static void free_counts(void *value)
{
	(*(int *)value)++;
}

static void free_calls_for_each_value(void **state)
{
	struct map *m = map_new();
	int freed = 0;

	(void)state;
	map_add(m, "a", &freed);
	map_add(m, "b", &freed);
	map_add(m, "c", &freed);
	map_steal(m, "b");
	map_free(&m, free_counts);
	assert_int_equal(freed, 2);
}

#define MANY 5000

static void add_many(struct map *m, int *numbers)
{
	for (int i = 0; i < MANY; i++) {
		char *key = str_format("key-%d", i);

		numbers[i] = i;
		map_add(m, key, &numbers[i]);
		mem_free(&key);
	}
}

static void walk_in_order_of_insertion(void **state)
{
	static int numbers[MANY];
	struct map *m = map_new();
	struct map_cursor c;
	int next = 0;

	(void)state;
	add_many(m, numbers);
	/* a new value under an old key keeps the key's place */
	assert_non_null(map_put(m, "key-7", &numbers[7]));
	map_begin(m, &c);
	while (map_next(&c))
		assert_int_equal(*(int *)c.value, next++);
	assert_int_equal(next, MANY);
	assert_false(map_next(&c));
	map_free(&m, NULL);
}

static void current_may_be_stolen_in_a_walk(void **state)
{
	static int numbers[MANY];
	struct map *m = map_new();
	struct map_cursor c;
	int seen = 0;

	(void)state;
	add_many(m, numbers);
	map_begin(m, &c);
	while (map_next(&c)) {
		int number = *(int *)c.value;

		assert_int_equal(number, seen++);
		if (number < 10 || number % 2 || number == MANY - 2)
			assert_ptr_equal(map_steal(m, c.key),
					 &numbers[number]);
	}
	assert_int_equal(seen, MANY);
	assert_int_equal(map_count(m), MANY / 2 - 5 - 1);
	assert_null(map_get(m, "key-8"));
	assert_non_null(map_get(m, "key-10"));
	map_begin(m, &c);
	while (map_next(&c))
		map_steal(m, c.key);
	assert_int_equal(map_count(m), 0);
	map_begin(m, &c);
	assert_false(map_next(&c));
	map_free(&m, NULL);
}

static void add_twice(void)
{
	struct map *m = map_new();

	map_add(m, "a", m);
	map_add(m, "a", m);
}

static void put_null(void)
{
	struct map *m = map_new();

	if (map_put(m, "a", NULL))
		_exit(3);
}

static void broken_contracts_abort(void **state)
{
	(void)state;
	assert_true(aborts(add_twice));
	assert_true(aborts(put_null));
}

/* As Python 3.11 has them, which takes the same rounds: key 00..07 and zeros,
 * data 00, 01, ... */
static void siphash_vectors(void **state)
{
	static const struct {
		size_t len;
		uint64_t want;
	} cases[] = {
		{ 0, 0xf46d3bfe2ea281dc },
		{ 1, 0x5bb2c195fe70a449 },
		{ 7, 0x3dd20bc6123b60e0 },
		{ 8, 0x5124317f8cfc24cb },
		{ 15, 0x7f501f340ece0c62 },
		{ 16, 0xa07bf4038d638986 },
		{ 63, 0x9c56dbe0649233f3 },
	};
	const unsigned char key[SIPHASH_KEY_SIZE] = { 0, 1, 2, 3, 4, 5, 6, 7 };
	unsigned char bytes[64];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (unsigned char)i;
	for (size_t i = 0; i < array_len(cases); i++)
		assert_true(siphash(key, bytes, cases[i].len) == cases[i].want);
	assert_true(siphash(key, NULL, 0) == cases[0].want);
}

static void *hash_it(void *hash_out)
{
	*(uint64_t *)hash_out = map_hash("example.org", 11);
	return NULL;
}

static void all_threads_hash_alike(void **state)
{
	pthread_t threads[4];
	uint64_t hashes[4];

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, hash_it,
						&hashes[i]), 0);
	for (size_t i = 0; i < 4; i++)
		pthread_join(threads[i], NULL);
	for (size_t i = 0; i < 4; i++)
		assert_true(hashes[i] == map_hash("example.org", 11));
	assert_true(map_hash("a", 1) != map_hash("b", 1));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		/* first, while the key is not drawn yet */
		cmocka_unit_test(all_threads_hash_alike),
		cmocka_unit_test(siphash_vectors),
		cmocka_unit_test(put_get_steal),
		cmocka_unit_test(keys_are_copied_and_may_be_empty),
		cmocka_unit_test(free_calls_for_each_value),
		cmocka_unit_test(walk_in_order_of_insertion),
		cmocka_unit_test(current_may_be_stolen_in_a_walk),
		cmocka_unit_test(broken_contracts_abort),
	};

	return cmocka_run_group_tests_name("map", tests, NULL, NULL);
}
