/* SPDX-License-Identifier: MIT */
#include "store/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/str.h"

#define LINES 4000 /* of what nobody would type */

static void assert_words(const char *typed, const char *must, const char *none)
{
	struct words w;

	words_init(&w, typed);
	assert_true(str_equal(w.must, must));
	assert_true(str_equal(w.none, none));
	words_fini(&w);
}

static void terms_are_read(void **state)
{
	(void)state;
	assert_words("alpha", "\"alpha\"", NULL);
	assert_words(" alpha\tbeta\n", "\"alpha\" \"beta\"", NULL);
	assert_words("\"two words\"", "\"two words\"", NULL);
	assert_words("\"never ends", "\"never ends\"", NULL);
	assert_words("alpha -beta -\"no thanks\"", "\"alpha\"",
		     "\"beta\" OR \"no thanks\"");
	assert_words("beg*", "\"beg\" *", NULL);
	assert_words("-beg**", NULL, "\"beg\" *");
	assert_words("one\"two\"three", "\"one\" \"two\" \"three\"", NULL);
}

static void operators_of_the_index_are_words(void **state)
{
	(void)state;
	assert_words("a AND b OR NOT", "\"a\" \"AND\" \"b\" \"OR\" \"NOT\"",
		     NULL);
	assert_words("body:x NEAR(a", "\"body:x\" \"NEAR(a\"", NULL);
	assert_words("^a + {b}", "\"^a\" \"+\" \"{b}\"", NULL);
}

static void nothing_is_no_search(void **state)
{
	(void)state;
	assert_words("", NULL, NULL);
	assert_words("  \t ", NULL, NULL);
	assert_words("\"\" * -\"\"", NULL, NULL);
}

static void terms_have_a_bound(void **state)
{
	char typed[4 * WORDS_MAX + 1] = "";
	struct words w;
	size_t quotes = 0;

	(void)state;
	for (int i = 0; i < 2 * WORDS_MAX; i++)
		strcat(typed, "a ");
	words_init(&w, typed);
	for (const char *at = w.must; *at; at++)
		quotes += *at == '"';
	assert_int_equal(quotes, 2 * WORDS_MAX);
	words_fini(&w);
}

static void try_match(struct sqlite3_stmt *stmt, const char *expression)
{
	int code;

	if (!expression)
		return;
	sqlite3_bind_text(stmt, 1, expression, -1, SQLITE_STATIC);
	while ((code = sqlite3_step(stmt)) == SQLITE_ROW)
		;
	if (code != SQLITE_DONE)
		print_message("%s\n", expression);
	assert_int_equal(code, SQLITE_DONE);
	sqlite3_reset(stmt);
}

/* Of pieces that mean something to somebody: the index takes each of them. */
static void no_line_is_an_error(void **state)
{
	static const char *const pieces[] = {
		"\"",
		"'",
		"-",
		"*",
		"(",
		")",
		"^",
		"+",
		":",
		"{",
		"}",
		" ",
		"AND",
		"OR",
		"NOT",
		"NEAR",
		"NEAR(a b, 5)",
		"body:",
		"a",
		"hall",
		"\\",
		"%",
		"_",
		",",
		";",
		"--",
		"/*",
		"\xc3\xa4",
		"\xf0\x9f\x98\x80",
		"\xe2\x80\xae",
		"\xff",
		"\x01",
		"\n",
		"\t",
	};
	struct sqlite3_stmt *stmt;
	struct sqlite3 *db;

	(void)state;
	assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(db,
			     "CREATE VIRTUAL TABLE t USING fts5 (body);"
			     "INSERT INTO t VALUES ('a hall for all')",
			     NULL, NULL, NULL),
		SQLITE_OK);
	assert_int_equal(
		sqlite3_prepare_v2(db, "SELECT rowid FROM t WHERE t MATCH ?1",
				   -1, &stmt, NULL),
		SQLITE_OK);
	srand(7);
	for (int i = 0; i < LINES; i++) {
		char typed[128] = "";
		struct words w;

		for (int n = rand() % 9; n > 0; n--)
			strcat(typed,
			       pieces[(size_t)rand() % array_len(pieces)]);
		words_init(&w, typed);
		try_match(stmt, w.must);
		try_match(stmt, w.none);
		words_fini(&w);
	}
	sqlite3_finalize(stmt);
	sqlite3_close(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(terms_are_read),
		cmocka_unit_test(operators_of_the_index_are_words),
		cmocka_unit_test(nothing_is_no_search),
		cmocka_unit_test(terms_have_a_bound),
		cmocka_unit_test(no_line_is_an_error),
	};
	return cmocka_run_group_tests_name("words", tests, NULL, NULL);
}
