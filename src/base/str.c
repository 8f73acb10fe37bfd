/* SPDX-License-Identifier: MIT */
#include "base/str.h"

#include <errno.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"

char *str_dup(const char *s)
{
	return s ? mem_dup(s, strlen(s) + 1) : NULL;
}

char *str_dup_n(const char *s, size_t n)
{
	size_t len = strnlen(s, n);
	char *copy = mem_alloc(len + 1);

	memcpy(copy, s, len);
	copy[len] = '\0';
	return copy;
}

char *str_format_va(const char *format, va_list args)
{
	struct buf b = { 0 };

	buf_add_format_va(&b, format, args);
	return buf_steal_str(&b);
}

char *str_join(const char *a, const char *between, const char *b)
{
	size_t a_len = strlen(a), between_len = strlen(between);
	size_t b_size = strlen(b) + 1;
	char *text = mem_alloc(a_len + between_len + b_size);

	memcpy(text, a, a_len);
	memcpy(text + a_len, between, between_len);
	memcpy(text + a_len + between_len, b, b_size);
	return text;
}

char *str_format(const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = str_format_va(format, args);
	va_end(args);
	return text;
}

void str_set(char **pp, const char *s)
{
	char *copy = str_dup(s); /* first: s may be part of the old string */

	free(*pp);
	*pp = copy;
}

/* The C library's tolower() depends on the locale. */
static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

bool str_equal(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	return strcmp(a, b) == 0;
}

bool str_equal_case(const char *a, const char *b)
{
	if (!a || !b)
		return a == b;
	while (*a && lower(*a) == lower(*b)) {
		a++;
		b++;
	}
	return lower(*a) == lower(*b);
}

bool str_has_prefix(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_has_suffix(const char *s, const char *suffix)
{
	size_t len = strlen(s);
	size_t suffix_len = strlen(suffix);

	return len >= suffix_len && strcmp(s + len - suffix_len, suffix) == 0;
}

void str_lower_ascii(char *s)
{
	for (; *s; s++)
		*s = lower(*s);
}

bool str_copy(char *dst, size_t size, const char *src)
{
	size_t len;

	require(size > 0);
	len = strnlen(src, size);
	if (len == size) {
		memcpy(dst, src, size - 1);
		dst[size - 1] = '\0';
		return false;
	}
	memcpy(dst, src, len + 1);
	return true;
}

/* Length of the sequence that begins with first, and the bits it carries;
 * is_code_for() sorts out what is too long or too large. */
static size_t sequence_len(unsigned char first, uint32_t *bits_out)
{
	if (first < 0x80) {
		*bits_out = first;
		return 1;
	}
	if (first >= 0xc0 && first < 0xe0) {
		*bits_out = first & 0x1f;
		return 2;
	}
	if (first >= 0xe0 && first < 0xf0) {
		*bits_out = first & 0x0f;
		return 3;
	}
	if (first >= 0xf0 && first < 0xf8) {
		*bits_out = first & 0x07;
		return 4;
	}
	return 0;
}

/* RFC 3629 section 3: shortest form, no surrogates, nothing above U+10FFFF. */
static bool is_code_for(uint32_t code, size_t n)
{
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };

	return code >= least[n] && code <= 0x10ffff &&
	       (code < 0xd800 || code > 0xdfff);
}

size_t str_utf8_next(const char *s, size_t len, uint32_t *code_out)
{
	uint32_t code;
	size_t n;

	n = len > 0 ? sequence_len((unsigned char)s[0], &code) : 0;
	if (n == 0 || n > len)
		return 0;
	for (size_t i = 1; i < n; i++) {
		unsigned char c = (unsigned char)s[i];

		if ((c & 0xc0) != 0x80)
			return 0;
		code = code << 6 | (c & 0x3f);
	}
	if (!is_code_for(code, n))
		return 0;
	*code_out = code;
	return n;
}

bool str_is_utf8(const char *s, size_t len)
{
	uint32_t code;

	while (len > 0) {
		size_t n = str_utf8_next(s, len, &code);

		if (n == 0 || code == 0)
			return false;
		s += n;
		len -= n;
	}
	return true;
}

/* May the character stand in a line as it is? Not: C0 and C1 controls, line
 * and paragraph separators, and what turns the direction of the text. */
static bool is_plain(uint32_t code)
{
	if (code < 0x20 || (code >= 0x7f && code < 0xa0))
		return false;
	if (code == 0x200e || code == 0x200f || code == 0x061c)
		return false;
	return !(code >= 0x2028 && code <= 0x202e) &&
	       !(code >= 0x2066 && code <= 0x2069);
}

void str_add_escaped(struct buf *out, const char *s, size_t len,
		     const char *also)
{
	uint32_t code;

	while (len > 0) {
		size_t n = str_utf8_next(s, len, &code);

		if (n > 0 && is_plain(code)) {
			if (n == 1 && strchr(also, *s))
				buf_add_char(out, '\\');
			buf_add(out, s, n);
		} else {
			n = n > 0 ? n : 1;
			for (size_t i = 0; i < n; i++)
				buf_add_format(out, "\\x%02x",
					       (unsigned char)s[i]);
		}
		s += n;
		len -= n;
	}
}

/* Where to cut so that no character is halved; bytes that are no UTF-8 are cut
 * anywhere. */
static size_t cut_at(const char *s, size_t len, size_t max)
{
	uint32_t code;

	if (len <= max)
		return len;
	for (size_t back = 1; back < 4 && back <= max; back++) {
		size_t n =
			str_utf8_next(s + max - back, len - max + back, &code);

		if (n > back)
			return max - back;
		if (n > 0)
			break;
	}
	return max;
}

char *str_quote(const char *s, size_t len, size_t max)
{
	size_t keep = cut_at(s, len, max);
	struct buf b = { 0 };

	buf_add_char(&b, '"');
	str_add_escaped(&b, s, keep, "\"\\");
	buf_add_str(&b, keep < len ? "\"..." : "\"");
	return buf_steal_str(&b);
}

int str_to_int64(const char *s, int64_t min, int64_t max, int64_t *value_out)
{
	const char *digits = *s == '-' ? s + 1 : s;
	long long value;

	/* strtoll() would take white space and a plus sign, too */
	if (*digits == '\0' || digits[strspn(digits, "0123456789")] != '\0')
		return HW_E_INVALID;
	errno = 0;
	value = strtoll(s, NULL, 10);
	if (errno != 0 || value < min || value > max)
		return HW_E_INVALID;
	*value_out = value;
	return 0;
}

#define NEAREST_WORD_MAX 40

/* Levenshtein's distance, one row at a time. */
static size_t distance(const char *a, const char *b)
{
	size_t row[NEAREST_WORD_MAX + 1];
	size_t m = strlen(a), n = strlen(b);

	for (size_t j = 0; j <= n; j++)
		row[j] = j;
	for (size_t i = 1; i <= m; i++) {
		size_t diagonal = row[0];

		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t up = row[j];
			size_t best = diagonal + (a[i - 1] != b[j - 1]);

			if (row[j - 1] + 1 < best)
				best = row[j - 1] + 1;
			if (up + 1 < best)
				best = up + 1;
			row[j] = best;
			diagonal = up;
		}
	}
	return row[n];
}

const char *str_nearest(const char *word, const char *const *candidates,
			size_t count)
{
	const char *nearest = NULL;
	size_t best = 4; /* further away is no help */

	if (strlen(word) > NEAREST_WORD_MAX)
		return NULL;
	if (strlen(word) < best)
		best = strlen(word); /* nor is a word with nothing in common */
	for (size_t i = 0; i < count; i++) {
		size_t d;

		if (strlen(candidates[i]) > NEAREST_WORD_MAX)
			continue;
		d = distance(word, candidates[i]);
		if (d < best) {
			best = d;
			nearest = candidates[i];
		}
	}
	return nearest;
}
