/* SPDX-License-Identifier: MIT */
#include "net/dial_book.h"

#include "tests/unit/unit.h"

#include "net/addr.h"

static void book_is_bounded(void **state)
{
	struct dial_book_settings settings;
	struct dial_book *book;
	struct addr first, at;
	(void)state;

	dial_book_settings_init(&settings);
	book = dial_book_new(&settings);
	assert_int_equal(addr_parse("192.0.2.1:1", 0, &first), 0);
	at = first;
	for (int i = 0; i < 5000; i++) {
		addr_set_port(&at, (uint16_t)(i + 1));
		dial_book_fail(book, &at, i);
	}
	assert_false(dial_book_has_failed(book, &first, 0));
	assert_true(dial_book_has_failed(book, &at, 0));
	dial_book_succeed(book, &at);
	assert_false(dial_book_has_failed(book, &at, 0));
	dial_book_free(&book);
}

static void book_forgets_what_is_past(void **state)
{
	struct dial_book_settings settings = { .memory = 1000, .per_host = 1 };
	struct dial_book *book = dial_book_new(&settings);
	struct addr a[3];

	(void)state;
	for (size_t i = 0; i < array_len(a); i++)
		assert_int_equal(addr_parse("192.0.2.1", (uint16_t)(1 + i),
					    &a[i]), 0);
	dial_book_fail(book, &a[0], 0);
	dial_book_fail(book, &a[1], 500);
	assert_int_equal(dial_book_count(book), 2);
	dial_book_fail(book, &a[2], 1000);
	assert_int_equal(dial_book_count(book), 2);
	assert_true(dial_book_has_failed(book, &a[1], 1000));
	dial_book_fail(book, &a[2], 2000);
	assert_int_equal(dial_book_count(book), 1);
	dial_book_free(&book);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(book_is_bounded),
		cmocka_unit_test(book_forgets_what_is_past),
	};

	return cmocka_run_group_tests_name("dial_book", tests, NULL, NULL);
}
