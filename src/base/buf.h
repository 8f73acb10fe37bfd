/* SPDX-License-Identifier: MIT */
/*
 * buf: a growing byte buffer that can be eaten from the front.
 */
#pragma once

#include <stdarg.h>
#include <string.h>

#include "base/base.h"

/** Bytes [data + start, data + start + len). Zeroed = empty and valid. */
struct buf {
	unsigned char *data; /* owned, or NULL */
	size_t start;        /* eaten bytes before the content */
	size_t len;          /* content */
	size_t cap;          /* allocated */
};

void buf_init(struct buf *b);
void buf_fini(struct buf *b);

void buf_add_format(struct buf *b, const char *format, ...) HW_PRINTF(2, 3);
void buf_add_format_va(struct buf *b, const char *format, va_list args)
	HW_PRINTF(2, 0);

/** What buf_reserve() does when there is no room yet. */
unsigned char *buf_make_room(struct buf *b, size_t len);

/** Room for len more bytes; write there, then buf_grow() by what you wrote. */
static inline unsigned char *buf_reserve(struct buf *b, size_t len)
{
	/* one byte more: the NUL of buf_str(); a NULL has a cap of 0 */
	if (len < b->cap - b->start - b->len)
		return b->data + b->start + b->len;
	return buf_make_room(b, len);
}

void buf_grow(struct buf *b, size_t len);

static inline void buf_add(struct buf *b, const void *data, size_t len)
{
	if (len == 0)
		return;
	memcpy(buf_reserve(b, len), data, len);
	b->len += len;
}

static inline void buf_add_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

static inline void buf_add_char(struct buf *b, char c)
{
	*buf_reserve(b, 1) = (unsigned char)c;
	b->len++;
}

/** The first byte of the content; never NULL. */
static inline const unsigned char *buf_data(const struct buf *b)
{
	return b->data ? b->data + b->start : (const unsigned char *)"";
}

/** Content as a C string (a NUL is put behind it); valid until the next add. */
const char *buf_str(struct buf *b);

void buf_eat(struct buf *b, size_t len); /* from the front */
void buf_cut(struct buf *b, size_t len); /* keep only the first len bytes */
void buf_clear(struct buf *b);

/** The contents as an owned NUL-terminated string; b is empty after. */
char *buf_steal_str(struct buf *b);
