/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "base/mem.h"
#include "base/str.h"
#include "jid/precis.h"

struct sample {
	const char *in, *out; /* out NULL = refused */
};

static void assert_all(char *(*profile)(const char *text),
		       const struct sample *samples, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *out = profile(samples[i].in);

		if (!str_equal(out, samples[i].out))
			fail_msg("%s gives %s, not %s", samples[i].in,
				 out ? out : "nothing",
				 samples[i].out ? samples[i].out : "nothing");
		mem_free(&out);
	}
}

/* RFC 8265 3.5 and the rules behind it */
static void usernames(void **state)
{
	static const struct sample samples[] = {
		{ "juliet@example.com", "juliet@example.com" },
		{ "FuSSball", "fussball" },
		{ "fu\xc3\x9f" "ball", "fu\xc3\x9f" "ball" },
		{ "\xcf\x80", "\xcf\x80" },
		{ "\xce\xa3", "\xcf\x83" }, /* SIGMA to small sigma */
		{ "\xcf\x82", "\xcf\x82" }, /* final sigma stays */
		{ "\xef\xbc\xb2\xef\xbd\x8f", "ro" },
		{ "\xef\xbd\xb1", "\xe3\x82\xa2" }, /* halfwidth katakana */
		{ "A\xcc\x8a", "\xc3\xa5" },
		{ "\xd7\x90\xd7\x91" "1", "\xd7\x90\xd7\x91" "1" },
		{ "l\xc2\xb7l", "l\xc2\xb7l" },
		{ "\xe3\x82\xa2\xe3\x83\xbb", "\xe3\x82\xa2\xe3\x83\xbb" },
		{ "\xd9\xa0\xd9\xa1", NULL },          /* starts with AN */
		{ "\xd8\xa7\xd9\xa1", "\xd8\xa7\xd9\xa1" },
		{ "\xd8\xa7\xd9\xa1\xdb\xb1", NULL },  /* two sets of digits */
		/* ZERO WIDTH NON-JOINER between joining letters, or not */
		{ "\xd9\x86\xd8\xa7\xd9\x85\xd9\x87\xe2\x80\x8c\xd8\xa7\xdb\x8c",
		  "\xd9\x86\xd8\xa7\xd9\x85\xd9\x87\xe2\x80\x8c\xd8\xa7\xdb"
		  "\x8c" },
		{ "a\xe2\x80\x8c" "b", NULL },
		/* ZERO WIDTH JOINER after a virama, or not */
		{ "\xe0\xa4\x95\xe0\xa5\x8d\xe2\x80\x8d",
		  "\xe0\xa4\x95\xe0\xa5\x8d\xe2\x80\x8d" },
		{ "a\xe2\x80\x8d", NULL },
		{ "\xce\xb1\xcd\xb5", NULL },          /* keraia, no Greek */
		{ "\xcd\xb5\xce\xb1", "\xcd\xb5\xce\xb1" },
		{ "\xd7\x90\xd7\xb3", "\xd7\x90\xd7\xb3" },
		{ "\xd7\xb3\xd7\x90", NULL },          /* geresh, nothing before */
		{ "a\xe3\x83\xbb", NULL },             /* no Japanese */
		{ "foo bar", NULL },
		{ "", NULL },
		{ "henry\xe2\x85\xa3", NULL },         /* ROMAN NUMERAL FOUR */
		{ "\xe2\x99\x9a", NULL },
		{ "\xef\xac\x81", NULL },              /* LIGATURE FI */
		{ "\xe2\x84\xa6", NULL },              /* OHM SIGN */
		{ "a\xc2\xa0", NULL },
		{ "\xe1\x84\x80", NULL },              /* old hangul */
		{ "\xd9\x80", NULL },                  /* TATWEEL */
		{ "a\xc2\xb7", NULL },
		{ "\xd7\x90" "a", NULL },
		{ "a\xd7\x90", NULL },
		{ "\xf3\xa0\x80\x81", NULL },          /* a tag */
		{ "\xcd\xb8", NULL },                  /* unassigned */
		{ "\xef\xb7\x90", NULL },              /* a noncharacter */
		{ "\xc3", NULL },
	};

	(void)state;
	assert_all(precis_username, samples, array_len(samples));
}

/* RFC 8265 4.3 */
static void opaque_strings(void **state)
{
	static const struct sample samples[] = {
		{ "correct horse battery staple",
		  "correct horse battery staple" },
		{ "Correct Horse Battery Staple",
		  "Correct Horse Battery Staple" },
		{ "\xcf\x80\xc3\x9f\xc3\xa5", "\xcf\x80\xc3\x9f\xc3\xa5" },
		{ "Jack of \xe2\x99\xa6s", "Jack of \xe2\x99\xa6s" },
		{ "foo\xe1\x9a\x80" "bar", "foo bar" }, /* OGHAM SPACE MARK */
		{ "a\xcc\x8a", "\xc3\xa5" },
		{ "\xef\xbc\xa1\xef\xac\x81", "\xef\xbc\xa1\xef\xac\x81" },
		{ "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" },
		{ " x ", " x " },
		{ "", NULL },
		{ "my cat is a \x09" "by", NULL },
		{ "a\xe2\x80\x8b", NULL }, /* ZERO WIDTH SPACE */
		{ "\xef\xbf\xbe", NULL },
	};

	(void)state;
	assert_all(precis_opaque, samples, array_len(samples));
}

/* RFC 8266 3 */
static void nicknames_are_compared(void **state)
{
	static const struct sample samples[] = {
		{ "Foo", "foo" },
		{ "foo", "foo" },
		{ "Foo Bar", "foo bar" },
		{ "foo bar", "foo bar" },
		{ "  foo  Bar ", "foo bar" },
		{ "\xce\xa3", "\xcf\x83" },
		{ "\xcf\x83", "\xcf\x83" },
		{ "\xcf\x82", "\xcf\x82" },
		{ "\xe2\x99\x9a", "\xe2\x99\x9a" },
		{ "Richard \xe2\x85\xa3", "richard iv" },
		{ "\xef\xbc\xa6oo", "foo" },
		{ "Foo\xe3\x80\x80 bar", "foo bar" },
		{ " ", NULL },
		{ "\xc2\xa0", NULL },
		{ "", NULL },
		{ "a\nb", NULL },
	};

	(void)state;
	assert_all(precis_nickname_key, samples, array_len(samples));
}

static void nicknames_are_shown(void **state)
{
	static const struct sample samples[] = {
		{ "Foo Bar", "Foo Bar" },
		{ "  Foo  Bar ", "Foo Bar" },
		{ "Foo\xc2\xa0\xe3\x80\x80 bar", "Foo bar" },
		{ "Richard \xe2\x85\xa3", "Richard IV" },
		/* NFKC makes a space and an accent of it: once more, then */
		{ "a\xc2\xb4", "a \xcc\x81" },
		{ "\xc2\xb4" "a", "\xcc\x81" "a" },
		{ " ", NULL },
		{ "\x7f", NULL },
	};

	(void)state;
	assert_all(precis_nickname, samples, array_len(samples));
}

static void length_is_bounded(void **state)
{
	char *(*const profiles[])(const char *text) = {
		precis_username, precis_opaque, precis_nickname,
		precis_nickname_key,
	};
	/* characters that stay, grow or shrink under the mappings */
	static const char *const letters[] = { "x", "\xc3\xa9",
					       "\xef\xb7\xba" };

	(void)state;
	for (size_t i = 0; i < array_len(profiles); i++) {
		for (size_t k = 0; k < array_len(letters); k++) {
			char text[1025] = "";
			size_t size = strlen(letters[k]);
			size_t n = 1023 / size;
			char *out;

			for (size_t at = 0; at < n; at++)
				memcpy(text + at * size, letters[k], size);
			text[n * size] = '\0';
			out = profiles[i](text);
			assert_true(!out || strlen(out) <= 1023);
			if (k == 0)
				assert_non_null(out);
			mem_free(&out);
			memset(text, 'x', 1024);
			text[1024] = '\0';
			assert_null(profiles[i](text));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(usernames),
		cmocka_unit_test(opaque_strings),
		cmocka_unit_test(nicknames_are_compared),
		cmocka_unit_test(nicknames_are_shown),
		cmocka_unit_test(length_is_bounded),
	};

	return cmocka_run_group_tests_name("precis", tests, NULL, NULL);
}
