/* SPDX-License-Identifier: MIT */
#include "net/cert_book.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/str.h"

#define HOUR 3600000
#define WALL ((int64_t)1700000000 * 1000)
#define NOBODY ((enum cert_verdict) - 1)

static const struct cert_print long_lived = { { 1 }, 1800000000 };
static const struct cert_print renewed = { { 2 }, 1800000000 };
/* for ten minutes more */
static const struct cert_print ending = { { 3 }, 1700000000 + 600 };
static const struct cert_print ended = { { 4 }, 1700000000 };

static enum cert_verdict find(struct cert_book *b,
			      const struct cert_print *print,
			      const char *domain, int64_t now)
{
	enum cert_verdict verdict;

	return cert_book_find(b, print, domain, now, &verdict) ? verdict
							       : NOBODY;
}

static void cert_book_remembers_for_an_hour(void **state)
{
	struct cert_book *b = cert_book_new(8);
	(void)state;

	cert_book_put(b, &long_lived, "a.test", CERT_VALID, 5, WALL);
	cert_book_put(b, &long_lived, "b.test", CERT_WRONG_NAME, 5, WALL);
	assert_int_equal(find(b, &long_lived, "a.test", 5), CERT_VALID);
	assert_int_equal(find(b, &long_lived, "b.test", 5), CERT_WRONG_NAME);
	assert_int_equal(find(b, &long_lived, "c.test", 5), NOBODY);
	assert_int_equal(find(b, &renewed, "a.test", 5), NOBODY);
	assert_int_equal(find(b, &long_lived, "a.test", HOUR + 4), CERT_VALID);
	assert_int_equal(find(b, &long_lived, "a.test", HOUR + 5), NOBODY);
	cert_book_free(&b);
}

static void cert_book_ends_with_the_certificate(void **state)
{
	struct cert_book *b = cert_book_new(8);
	(void)state;

	cert_book_put(b, &ending, "a.test", CERT_VALID, 0, WALL);
	assert_int_equal(find(b, &ending, "a.test", 599999), CERT_VALID);
	assert_int_equal(find(b, &ending, "a.test", 600000), NOBODY);
	cert_book_put(b, &ended, "a.test", CERT_UNTRUSTED, 0, WALL);
	assert_int_equal(find(b, &ended, "a.test", 0), NOBODY);
	cert_book_free(&b);
}

static void cert_book_does_not_keep_what_time_heals(void **state)
{
	struct cert_book *b = cert_book_new(8);
	(void)state;

	cert_book_put(b, &long_lived, "a.test", CERT_EXPIRED, 0, WALL);
	assert_int_equal(find(b, &long_lived, "a.test", 0), NOBODY);
	cert_book_free(&b);
}

static void cert_book_forgets_all_and_changes_its_mind(void **state)
{
	struct cert_book *b = cert_book_new(8);
	(void)state;

	cert_book_put(b, &long_lived, "a.test", CERT_UNTRUSTED, 0, WALL);
	cert_book_put(b, &long_lived, "a.test", CERT_VALID, 1, WALL);
	assert_int_equal(find(b, &long_lived, "a.test", 1), CERT_VALID);
	cert_book_clear(b);
	assert_int_equal(find(b, &long_lived, "a.test", 1), NOBODY);
	cert_book_free(&b);
	cert_book_free(&b);
}

static void cert_book_is_bounded(void **state)
{
	struct cert_book *b = cert_book_new(8);
	int known = 0;
	(void)state;

	for (int i = 0; i < 100; i++) {
		char *domain = str_format("d%d.test", i);

		cert_book_put(b, &long_lived, domain, CERT_VALID, i, WALL);
		assert_int_equal(find(b, &long_lived, domain, i), CERT_VALID);
		mem_free(&domain);
	}
	for (int i = 0; i < 100; i++) {
		char *domain = str_format("d%d.test", i);

		known += find(b, &long_lived, domain, 100) == CERT_VALID;
		mem_free(&domain);
	}
	assert_int_equal(known, 8);
	cert_book_free(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cert_book_remembers_for_an_hour),
		cmocka_unit_test(cert_book_ends_with_the_certificate),
		cmocka_unit_test(cert_book_does_not_keep_what_time_heals),
		cmocka_unit_test(cert_book_forgets_all_and_changes_its_mind),
		cmocka_unit_test(cert_book_is_bounded),
	};

	return cmocka_run_group_tests_name("cert_book", tests, NULL, NULL);
}
