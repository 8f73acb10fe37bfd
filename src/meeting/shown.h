/* SPDX-License-Identifier: MIT */
/*
 * shown: how much of what people said fits into a line that lists many.
 *
 * Thread: any; pure.
 */
#pragma once

#include <string.h>

#define SHOWN_MAX 60 /* bytes */

/** Bytes of the text that are shown; never half a character at the end. */
static inline int shown_length(const char *text)
{
	size_t len = strnlen(text, SHOWN_MAX + 1);

	if (len <= SHOWN_MAX)
		return (int)len;
	len = SHOWN_MAX;
	while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return (int)len;
}
