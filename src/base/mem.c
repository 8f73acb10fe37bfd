/* SPDX-License-Identifier: MIT */
#include "base/mem.h"

#include <stdio.h>
#include <string.h>

static void *check(void *p, size_t size)
{
	if (!p) {
		fprintf(stderr, "out of memory (%zu bytes wanted)\n", size);
		abort();
	}
	return p;
}

void *mem_zero(size_t n, size_t size)
{
	size_t total;

	require(!__builtin_mul_overflow(n, size, &total));
	return check(calloc(1, total ? total : 1), total);
}

void *mem_alloc(size_t size)
{
	return check(malloc(size ? size : 1), size);
}

void *mem_realloc(void *p, size_t size)
{
	return check(realloc(p, size ? size : 1), size);
}

void *mem_dup(const void *p, size_t size)
{
	void *copy = mem_alloc(size);

	if (size > 0)
		memcpy(copy, p, size);
	return copy;
}
