/* SPDX-License-Identifier: MIT */
#include "base/buf.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"

#define MIN_CAP 64
#define FORMAT_GUESS 63 /* bytes; what is longer is formatted twice */

void buf_init(struct buf *b)
{
	*b = (struct buf){ 0 };
}

void buf_fini(struct buf *b)
{
	free(b->data);
	buf_init(b);
}

static void move_to_front(struct buf *b)
{
	if (b->start == 0)
		return;
	memmove(b->data, b->data + b->start, b->len);
	b->start = 0;
}

/* Room for len bytes behind the content and, always, the NUL of buf_str(). */
static void make_room(struct buf *b, size_t len)
{
	size_t need;
	size_t cap;

	require(!__builtin_add_overflow(b->len, len, &need));
	require(need < SIZE_MAX / 4);
	need++;
	if (b->data && need <= b->cap - b->start)
		return;
	/* Moving costs len; as much was eaten since the last move. */
	if (b->start >= b->len && need <= b->cap) {
		move_to_front(b);
		return;
	}
	move_to_front(b);
	cap = b->cap ? 2 * b->cap : MIN_CAP;
	while (cap < need)
		cap *= 2;
	b->data = mem_realloc(b->data, cap);
	b->cap = cap;
}

unsigned char *buf_make_room(struct buf *b, size_t len)
{
	make_room(b, len);
	return b->data + b->start + b->len;
}

void buf_grow(struct buf *b, size_t len)
{
	require(len <= b->cap - b->start - b->len);
	b->len += len;
}

void buf_add_format_va(struct buf *b, const char *format, va_list args)
{
	va_list again;
	char *at;
	int len;

	require(format);
	va_copy(again, args);
	/* buf_reserve() leaves one byte more: vsnprintf's NUL */
	at = (char *)buf_reserve(b, FORMAT_GUESS);
	len = vsnprintf(at, FORMAT_GUESS + 1, format, args);
	require(len >= 0);
	if (len > FORMAT_GUESS) {
		at = (char *)buf_reserve(b, (size_t)len);
		vsnprintf(at, (size_t)len + 1, format, again);
	}
	va_end(again);
	b->len += (size_t)len;
}

void buf_add_format(struct buf *b, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	buf_add_format_va(b, format, args);
	va_end(args);
}

const char *buf_str(struct buf *b)
{
	*buf_reserve(b, 0) = '\0';
	return (const char *)b->data + b->start;
}

void buf_eat(struct buf *b, size_t len)
{
	require(len <= b->len);
	b->len -= len;
	b->start = b->len > 0 ? b->start + len : 0;
}

void buf_cut(struct buf *b, size_t len)
{
	require(len <= b->len);
	b->len = len;
}

void buf_clear(struct buf *b)
{
	b->start = 0;
	b->len = 0;
}

char *buf_steal_str(struct buf *b)
{
	char *text;

	move_to_front(b);
	*buf_reserve(b, 0) = '\0';
	text = (char *)b->data;
	buf_init(b);
	return text;
}
