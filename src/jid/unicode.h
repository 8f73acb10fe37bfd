/* SPDX-License-Identifier: MIT */
/*
 * unicode: what PRECIS asks of the Unicode tables - classes of characters,
 * case, width and normal forms - on strings of code points. New strings are
 * owned and end in U+0000.
 */
#pragma once

#include "base/base.h"

/** Code points of UTF-8 text; NULL when it is not valid. */
uint32_t *unicode_read(const char *text);
/** UTF-8 of code points. Owned. */
char *unicode_print(const uint32_t *s);

/** The PRECIS property of a code point (RFC 8264 8); what FreeformClass has
 *  over IdentifierClass is FREE. */
enum unicode_class {
	UNICODE_VALID,
	UNICODE_FREE,
	UNICODE_CONTEXT,    /* see unicode_context_allows() */
	UNICODE_DISALLOWED, /* unassigned ones included */
};
enum unicode_class unicode_class(uint32_t c);
/** The contextual rule for the code point at s[i] (RFC 5892 A). */
bool unicode_context_allows(const uint32_t *s, size_t i);
bool unicode_is_space(uint32_t c); /* Zs */
/** Part of a word that can be searched for: a letter or number, or of private
 *  use. */
bool unicode_is_word(uint32_t c);
/** Lower case, without accents, for searching. */
uint32_t unicode_to_plain(uint32_t c);

uint32_t *unicode_to_lower(const uint32_t *s); /* toLowerCase() */
uint32_t *unicode_to_nfc(const uint32_t *s);
uint32_t *unicode_to_nfkc(const uint32_t *s);
/** Fullwidth and halfwidth characters to their usual forms. */
uint32_t *unicode_to_usual_width(const uint32_t *s);
/** The Bidi Rule (RFC 5893 2), if s has any right-to-left character. */
bool unicode_is_bidi_valid(const uint32_t *s);
