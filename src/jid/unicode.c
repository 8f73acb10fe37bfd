/* SPDX-License-Identifier: MIT */
#include "jid/unicode.h"

#include <string.h>
#include <unicase.h>
#include <unictype.h>
#include <unigbrk.h>
#include <uninorm.h>
#include <unistr.h>

#include "base/mem.h"
#include "base/str.h"

static size_t length(const uint32_t *s)
{
	return u32_strlen(s);
}

uint32_t *unicode_read(const char *text)
{
	size_t len = strlen(text), i = 0, n;
	uint32_t *s = mem_alloc((len + 1) * sizeof(*s));

	for (; len; text += n, len -= n) {
		n = str_utf8_next(text, len, &s[i++]);
		if (n == 0) {
			free(s);
			return NULL;
		}
	}
	s[i] = 0;
	return s;
}

char *unicode_print(const uint32_t *s)
{
	size_t len = 4 * length(s), at = 0;
	char *text = mem_alloc(len + 1);
	int n;

	for (; *s; s++) {
		n = u8_uctomb((uint8_t *)text + at, *s, (ptrdiff_t)(len - at));
		require(n > 0);
		at += (size_t)n;
	}
	text[at] = '\0';
	return text;
}

/* ---- classes ---- */

static bool is_in(const uint32_t *table, size_t len, uint32_t c)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (table[i] == c)
			return true;
	return false;
}

/* RFC 5892 2.6, as RFC 8264 9.6 takes it over. */
static bool find_exception(uint32_t c, enum unicode_class *class_out)
{
	static const uint32_t valid[] = { 0x00df, 0x03c2, 0x06fd,
					  0x06fe, 0x0f0b, 0x3007 };
	static const uint32_t context[] = { 0x00b7, 0x0375, 0x05f3, 0x05f4,
					    0x30fb };
	static const uint32_t disallowed[] = { 0x0640, 0x07fa, 0x302e, 0x302f,
					       0x3031, 0x3032, 0x3033, 0x3034,
					       0x3035, 0x303b };

	if (is_in(valid, array_len(valid), c))
		*class_out = UNICODE_VALID;
	else if (is_in(context, array_len(context), c) ||
		 (c >= 0x0660 && c <= 0x0669) || (c >= 0x06f0 && c <= 0x06f9))
		*class_out = UNICODE_CONTEXT;
	else if (is_in(disallowed, array_len(disallowed), c))
		*class_out = UNICODE_DISALLOWED;
	else
		return false;
	return true;
}

static bool is_old_hangul(uint32_t c)
{
	int gbp = uc_graphemeclusterbreak_property(c);

	return gbp == GBP_L || gbp == GBP_V || gbp == GBP_T;
}

/* Does NFKC change it (RFC 8264 9.17)? */
static bool has_compatibility(uint32_t c)
{
	uint32_t space[32];
	size_t len = array_len(space);
	uint32_t *s = u32_normalize(UNINORM_NFKC, &c, 1, space, &len);
	bool is_changed = !s || len != 1 || s[0] != c;

	if (s != space)
		free(s);
	return is_changed;
}

static enum unicode_class class_of_category(uint32_t c)
{
	static const uint32_t letter_digit =
		UC_CATEGORY_MASK_Ll | UC_CATEGORY_MASK_Lu |
		UC_CATEGORY_MASK_Lo | UC_CATEGORY_MASK_Nd |
		UC_CATEGORY_MASK_Lm | UC_CATEGORY_MASK_Mn | UC_CATEGORY_MASK_Mc;
	static const uint32_t free_only =
		UC_CATEGORY_MASK_Lt | UC_CATEGORY_MASK_Nl |
		UC_CATEGORY_MASK_No | UC_CATEGORY_MASK_Me |
		UC_CATEGORY_MASK_Zs | UC_CATEGORY_MASK_S | UC_CATEGORY_MASK_P;

	if (uc_is_general_category_withtable(c, letter_digit))
		return UNICODE_VALID;
	if (uc_is_general_category_withtable(c, free_only))
		return UNICODE_FREE;
	return UNICODE_DISALLOWED;
}

/* The order is that of RFC 8264 8. */
enum unicode_class unicode_class(uint32_t c)
{
	enum unicode_class class;

	if (c >= 0x21 && c <= 0x7e)
		return UNICODE_VALID;
	if (find_exception(c, &class))
		return class;
	if (uc_is_property_unassigned_code_value(c))
		return UNICODE_DISALLOWED;
	if (uc_is_property_join_control(c))
		return UNICODE_CONTEXT;
	if (is_old_hangul(c) ||
	    uc_is_property_default_ignorable_code_point(c) ||
	    uc_is_property_not_a_character(c) ||
	    uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Cc))
		return UNICODE_DISALLOWED;
	if (has_compatibility(c))
		return UNICODE_FREE;
	return class_of_category(c);
}

bool unicode_is_space(uint32_t c)
{
	return uc_is_general_category_withtable(c, UC_CATEGORY_MASK_Zs);
}

bool unicode_is_word(uint32_t c)
{
	return uc_is_general_category_withtable(c, UC_CATEGORY_MASK_L |
							   UC_CATEGORY_MASK_N |
							   UC_CATEGORY_MASK_Co);
}

uint32_t unicode_to_plain(uint32_t c)
{
	uint32_t space[32];
	size_t len = array_len(space);
	uint32_t *s;

	if (c < 0x80)
		return c >= 'A' && c <= 'Z' ? c + 'a' - 'A' : c;
	s = u32_normalize(UNINORM_NFD, &c, 1, space, &len);
	if (s && len > 0)
		c = s[0];
	if (s != space)
		free(s);
	return uc_tolower(c);
}

/* ---- contexts, RFC 5892 A ---- */

enum { VIRAMA = 9 };

static bool is_script(uint32_t c, const char *name)
{
	const uc_script_t *script = uc_script(c);

	return script && !strcmp(script->name, name);
}

static bool follows_virama(const uint32_t *s, size_t i)
{
	return i > 0 && uc_combining_class(s[i - 1]) == VIRAMA;
}

/* A.1: between letters that join, transparent ones aside */
static bool is_between_joining(const uint32_t *s, size_t i)
{
	size_t at = i;
	int type;

	do {
		if (at == 0)
			return false;
		type = uc_joining_type(s[--at]);
	} while (type == UC_JOINING_TYPE_T);
	if (type != UC_JOINING_TYPE_L && type != UC_JOINING_TYPE_D)
		return false;
	do
		type = uc_joining_type(s[++i]); /* of U+0000: none */
	while (type == UC_JOINING_TYPE_T);
	return type == UC_JOINING_TYPE_R || type == UC_JOINING_TYPE_D;
}

/* A.7 */
static bool has_japanese(const uint32_t *s)
{
	for (; *s; s++)
		if (is_script(*s, "Hiragana") || is_script(*s, "Katakana") ||
		    is_script(*s, "Han"))
			return true;
	return false;
}

static bool has_range(const uint32_t *s, uint32_t first, uint32_t last)
{
	for (; *s; s++)
		if (*s >= first && *s <= last)
			return true;
	return false;
}

bool unicode_context_allows(const uint32_t *s, size_t i)
{
	uint32_t before = i > 0 ? s[i - 1] : 0;
	uint32_t after = s[i + 1];

	switch (s[i]) {
	case 0x200c: /* A.1 ZERO WIDTH NON-JOINER */
		return follows_virama(s, i) || is_between_joining(s, i);
	case 0x200d: /* A.2 ZERO WIDTH JOINER */
		return follows_virama(s, i);
	case 0x00b7: /* A.3 MIDDLE DOT */
		return before == 'l' && after == 'l';
	case 0x0375: /* A.4 GREEK LOWER NUMERAL SIGN */
		return after && is_script(after, "Greek");
	case 0x05f3: /* A.5, A.6 HEBREW PUNCTUATION */
	case 0x05f4:
		return before && is_script(before, "Hebrew");
	case 0x30fb: /* A.7 KATAKANA MIDDLE DOT */
		return has_japanese(s);
	default: /* A.8, A.9: one set of Arabic digits only */
		if (s[i] >= 0x0660 && s[i] <= 0x0669)
			return !has_range(s, 0x06f0, 0x06f9);
		if (s[i] >= 0x06f0 && s[i] <= 0x06f9)
			return !has_range(s, 0x0660, 0x0669);
		return false;
	}
}

/* ---- mappings ---- */

/* Takes what libunistring made; it does not end in U+0000 yet. */
static uint32_t *finish(uint32_t *s, size_t len)
{
	require(s || len == 0);
	s = mem_realloc(s, (len + 1) * sizeof(*s));
	s[len] = 0;
	return s;
}

uint32_t *unicode_to_lower(const uint32_t *s)
{
	size_t len = 0;
	uint32_t *lower = u32_tolower(s, length(s), NULL, NULL, NULL, &len);

	return finish(lower, len);
}

static uint32_t *normalize(uninorm_t form, const uint32_t *s)
{
	size_t len = 0;
	uint32_t *result = u32_normalize(form, s, length(s), NULL, &len);

	return finish(result, len);
}

uint32_t *unicode_to_nfc(const uint32_t *s)
{
	return normalize(UNINORM_NFC, s);
}

uint32_t *unicode_to_nfkc(const uint32_t *s)
{
	return normalize(UNINORM_NFKC, s);
}

uint32_t *unicode_to_usual_width(const uint32_t *s)
{
	size_t len = length(s), i;
	uint32_t *result = mem_dup(s, (len + 1) * sizeof(*s));
	ucs4_t part[UC_DECOMPOSITION_MAX_LENGTH];
	int tag;

	for (i = 0; i < len; i++)
		if (uc_decomposition(s[i], &tag, part) == 1 &&
		    (tag == UC_DECOMP_WIDE || tag == UC_DECOMP_NARROW))
			result[i] = part[0];
	return result;
}

/* ---- direction, RFC 5893 2 ---- */

#define BIDI(name) (1u << UC_BIDI_##name)

enum {
	BIDI_RTL = BIDI(R) | BIDI(AL) | BIDI(AN),
	BIDI_NEUTRAL = BIDI(ES) | BIDI(CS) | BIDI(ET) | BIDI(ON) | BIDI(BN) |
		       BIDI(NSM) | BIDI(EN),
};

static unsigned bidi_of(uint32_t c)
{
	return 1u << uc_bidi_class(c);
}

bool unicode_is_bidi_valid(const uint32_t *s)
{
	unsigned all = 0, last = 0, first = bidi_of(*s), bidi;

	for (; *s; s++) {
		bidi = bidi_of(*s);
		all |= bidi;
		if (bidi != BIDI(NSM))
			last = bidi;
	}
	if (!(all & BIDI_RTL))
		return true;
	if (first & (BIDI(R) | BIDI(AL))) /* rules 2 to 4 */
		return !(all & ~(unsigned)(BIDI_RTL | BIDI_NEUTRAL)) &&
		       (last & (BIDI_RTL | BIDI(EN))) &&
		       (all & (BIDI(EN) | BIDI(AN))) != (BIDI(EN) | BIDI(AN));
	/* rules 1, 5 and 6: with right-to-left characters in it, no */
	return false;
}
