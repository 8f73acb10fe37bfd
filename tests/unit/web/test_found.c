/* SPDX-License-Identifier: MIT */
#include "web/found.h"

#include <string.h>

#include "../unit.h"
#include "base/buf.h"

/* What is found stands in brackets. */
static const struct {
	const char *typed, *text, *marked;
} cases[] = {
	{ "key", "A key, the KEY; keys", "A [key], the [KEY]; keys" },
	{ "dial*", "dialback redial Dial", "[dialback] redial [Dial]" },
	{ "clé", "la CLE et la cle\xcc\x81s cl\xc3\xa9",
	  "la [CLE] et la cle\xcc\x81s [cl\xc3\xa9]" },
	{ "cle", "cle\xcc\x81!", "[cle\xcc\x81]!" },
	{ "\"good morning\" all", "Good  morning, good all",
	  "[Good  morning], good [all]" },
	{ "a-b", "a b a/b ab", "[a b] [a/b] ab" },
	{ "yes -no", "yes and no", "[yes] and no" },
	{ "\"open phrase", "an open phrase", "an [open phrase]" },
	{ "one \"one two\"", "one two one", "[one two] [one]" },
	{ ":-) \"\" * -", "nothing :-) * -", "nothing :-) * -" },
	{ NULL, "nothing", "nothing" },
	{ "\xd0\xa1\xd0\x9b\xd0\x9e\xd0\x92\xd0\x9e",
	  "\xd1\x81\xd0\xbb\xd0\xbe\xd0\xb2\xd0\xbe",
	  "[\xd1\x81\xd0\xbb\xd0\xbe\xd0\xb2\xd0\xbe]" },
	{ "b", "a \xff b", "a \xff [b]" },
};

static void words_are_found_again(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		const char *text = cases[i].text;
		struct found *f = found_new(cases[i].typed);
		size_t at = 0, start, end, len = strlen(text);
		struct buf out = { 0 };

		while (found_next(f, text, len, at, &start, &end)) {
			buf_add(&out, text + at, start - at);
			buf_add_char(&out, '[');
			buf_add(&out, text + start, end - start);
			buf_add_char(&out, ']');
			at = end;
		}
		buf_add_str(&out, text + at);
		assert_string_equal(buf_str(&out), cases[i].marked);
		buf_fini(&out);
		found_free(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_found_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
