/* SPDX-License-Identifier: MIT */
#include "jid/precis.h"

#include "base/mem.h"
#include "base/str.h"
#include "jid/unicode.h"

enum {
	MAX_BYTES = 1023,
	MAX_ROUNDS = 4, /* RFC 8266 2.1: until it is stable, or refuse */
};

/* One pass of a profile: a new string, or NULL when s is not allowed. */
typedef uint32_t *(*profile_fn)(const uint32_t *s);

static bool is_class(const uint32_t *s, bool is_free_allowed)
{
	size_t i;

	for (i = 0; s[i]; i++) {
		switch (unicode_class(s[i])) {
		case UNICODE_VALID:
			break;
		case UNICODE_FREE:
			if (!is_free_allowed)
				return false;
			break;
		case UNICODE_CONTEXT:
			if (!unicode_context_allows(s, i))
				return false;
			break;
		case UNICODE_DISALLOWED:
			return false;
		}
	}
	return i > 0;
}

/* Replaces *s by a mapping of it. */
static void map_to(uint32_t **s, uint32_t *owned)
{
	mem_free(s);
	*s = owned;
}

static bool is_same(const uint32_t *a, const uint32_t *b)
{
	while (*a && *a == *b)
		a++, b++;
	return *a == *b;
}

/* Takes s through profile until that changes nothing (RFC 8264 7). */
static char *enforce(const char *text, profile_fn profile)
{
	uint32_t *s, *next;
	char *result = NULL;
	int round;

	if (strlen(text) > MAX_BYTES)
		return NULL;
	s = unicode_read(text);
	for (round = 0; s && round < MAX_ROUNDS; round++) {
		next = profile(s);
		if (next && is_same(s, next)) {
			result = unicode_print(s);
			mem_free(&next);
			break;
		}
		map_to(&s, next);
	}
	mem_free(&s);
	if (result && (!*result || strlen(result) > MAX_BYTES))
		mem_free(&result);
	return result;
}

/* ---- UsernameCaseMapped, RFC 8265 3.3 ---- */

static uint32_t *map_username(const uint32_t *text)
{
	uint32_t *s = unicode_to_usual_width(text);

	if (is_class(s, false)) {
		map_to(&s, unicode_to_lower(s));
		map_to(&s, unicode_to_nfc(s));
		if (is_class(s, false) && unicode_is_bidi_valid(s))
			return s;
	}
	mem_free(&s);
	return NULL;
}

static bool is_ascii_range(const char *text, unsigned char first,
			   size_t *len_out)
{
	const unsigned char *c = (const unsigned char *)text;

	while (*c >= first && *c <= 0x7e)
		c++;
	*len_out = (size_t)((const char *)c - text);
	return *c == '\0' && *len_out > 0 && *len_out <= MAX_BYTES;
}

char *precis_username(const char *text)
{
	size_t len;
	char *result;

	if (!is_ascii_range(text, 0x21, &len))
		return enforce(text, map_username);
	result = mem_dup(text, len + 1);
	str_lower_ascii(result);
	return result;
}

/* ---- OpaqueString, RFC 8265 4.2 ---- */

static uint32_t *map_spaces(const uint32_t *text)
{
	size_t len = 0, i;
	uint32_t *s;

	while (text[len])
		len++;
	s = mem_dup(text, (len + 1) * sizeof(*s));
	for (i = 0; i < len; i++)
		if (s[i] > 0x7e && unicode_is_space(s[i]))
			s[i] = ' ';
	return s;
}

static uint32_t *map_opaque(const uint32_t *text)
{
	uint32_t *s = map_spaces(text);

	if (is_class(s, true)) {
		map_to(&s, unicode_to_nfc(s));
		if (is_class(s, true))
			return s;
	}
	mem_free(&s);
	return NULL;
}

char *precis_opaque(const char *text)
{
	size_t len;

	if (is_ascii_range(text, 0x20, &len))
		return mem_dup(text, len + 1);
	return enforce(text, map_opaque);
}

/* ---- Nickname, RFC 8266 2 ---- */

/* Without leading and trailing spaces, one space for several; in place. */
static void join_spaces(uint32_t *s)
{
	uint32_t *to = s;
	const uint32_t *from;

	for (from = s; *from; from++)
		if (*from != ' ' || (to > s && to[-1] != ' '))
			*to++ = *from;
	if (to > s && to[-1] == ' ')
		to--;
	*to = 0;
}

static uint32_t *map_shown(const uint32_t *text)
{
	uint32_t *s = map_spaces(text);

	join_spaces(s);
	if (is_class(s, true)) {
		map_to(&s, unicode_to_nfkc(s));
		if (is_class(s, true))
			return s;
	}
	mem_free(&s);
	return NULL;
}

static uint32_t *map_key(const uint32_t *text)
{
	uint32_t *s = map_spaces(text);

	join_spaces(s);
	if (is_class(s, true)) {
		map_to(&s, unicode_to_lower(s));
		map_to(&s, unicode_to_nfkc(s));
		if (is_class(s, true))
			return s;
	}
	mem_free(&s);
	return NULL;
}

/* ASCII that is its own nickname: no space to be taken away. */
static bool is_plain_nickname(const char *text)
{
	size_t len;

	return is_ascii_range(text, 0x20, &len) && text[0] != ' ' &&
	       text[len - 1] != ' ' && !strstr(text, "  ");
}

char *precis_nickname(const char *text)
{
	if (is_plain_nickname(text))
		return str_dup(text);
	return enforce(text, map_shown);
}

char *precis_nickname_key(const char *text)
{
	char *result;

	if (!is_plain_nickname(text))
		return enforce(text, map_key);
	result = str_dup(text);
	str_lower_ascii(result);
	return result;
}
