/* SPDX-License-Identifier: MIT */
#include "tests/unit/net/pattern.h"

#include "base/mem.h"

static unsigned char byte_at(size_t i)
{
	return (unsigned char)(i * 7 + (i >> 8) * 13 + (i >> 16));
}

unsigned char *pattern_new(size_t from, size_t len)
{
	unsigned char *data = mem_alloc(len);

	for (size_t i = 0; i < len; i++)
		data[i] = byte_at(from + i);
	return data;
}

bool pattern_is_at(size_t from, const unsigned char *data, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (data[i] != byte_at(from + i))
			return false;
	return true;
}
