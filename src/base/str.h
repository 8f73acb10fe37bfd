/* SPDX-License-Identifier: MIT */
/*
 * str: small helpers on C strings. New strings are owned by the caller and
 * freed with mem_free().
 */
#pragma once

#include <stdarg.h>
#include <string.h>

#include "base/base.h"

struct buf;

char *str_dup(const char *s);             /* NULL gives NULL */
char *str_dup_n(const char *s, size_t n); /* at most n bytes of s */
/** a, between and b in one. */
char *str_join(const char *a, const char *between, const char *b);
char *str_format(const char *format, ...) HW_PRINTF(1, 2);
char *str_format_va(const char *format, va_list args) HW_PRINTF(1, 0);

/** Replace *pp by a copy of s (or NULL); frees the old string. */
void str_set(char **pp, const char *s);

/** NULL equals only NULL. */
bool str_equal(const char *a, const char *b);
bool str_equal_case(const char *a, const char *b); /* ASCII */
bool str_has_prefix(const char *s, const char *prefix);
bool str_has_suffix(const char *s, const char *suffix);
void str_lower_ascii(char *s);

/** Copy into a fixed buffer, cut at size - 1. Returns false when cut. */
bool str_copy(char *dst, size_t size, const char *src);

/** Decodes the first character of [s, s+len): its bytes (1 to 4), or 0 when
 *  that is not valid UTF-8 (RFC 3629) or len is 0. */
size_t str_utf8_next(const char *s, size_t len, uint32_t *code_out);

/** Is [s, s+len) valid UTF-8 without NUL (RFC 3629)? */
bool str_is_utf8(const char *s, size_t len);

/** Peer text for a log line: quoted, control bytes as \xNN, at most max bytes
 *  of it ("..." behind the quotes when cut). Owned. */
char *str_quote(const char *s, size_t len, size_t max);

/** Append s for one line of a log: control characters, what could reorder the
 *  line and what is no UTF-8 as \xNN; ASCII characters in also get a \. */
void str_add_escaped(struct buf *out, const char *s, size_t len,
		     const char *also);

/** Decimal number of the whole string, within [min, max]. */
HW_MUST_USE int str_to_int64(const char *s, int64_t min, int64_t max,
			     int64_t *value_out);

/** The candidate nearest to word by edit distance, or NULL when none is near. */
const char *str_nearest(const char *word, const char *const *candidates,
			size_t count);
