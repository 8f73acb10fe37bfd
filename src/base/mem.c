/* SPDX-License-Identifier: MIT */
#include "base/mem.h"

#include <malloc.h>
#include <stdio.h>
#include <string.h>

/* There only where a sanitizer's allocator takes the place of the C library's,
 * which then knows of nothing. */
__attribute__((weak)) size_t __sanitizer_get_current_allocated_bytes(void);

/* jemalloc's, where the program is linked with it (doc/decisions/014). What one
 * thread makes another one frees, all day: one arena for all of them, and what
 * is unused for a second goes back to the system. */
__attribute__((weak)) int mallctl(const char *name, void *old, size_t *old_len,
				  void *new, size_t new_len);
const char *malloc_conf = "narenas:1,dirty_decay_ms:1000,muzzy_decay_ms:0";

#define KEEP_TOP (64 << 20) /* unused at the end of each thread's heap */
#define MAP_FROM (1 << 20) /* what is bigger comes from the system */
#define AT_HAND	 1024	   /* what is bigger is not kept by each thread */

static void *check(void *p, size_t size)
{
	if (!p) {
		fprintf(stderr, "out of memory (%zu bytes wanted)\n", size);
		abort();
	}
	return p;
}

void *mem_alloc(size_t size)
{
	return check(malloc(size ? size : 1), size);
}

/* The C library's calloc() passes by what each thread has at hand, which malloc()
 * takes from without a lock; a large piece may come zeroed from the system. */
void *mem_zero(size_t n, size_t size)
{
	size_t total;

	require(!__builtin_mul_overflow(n, size, &total));
	if (total > AT_HAND)
		return check(calloc(1, total), total);
	return memset(mem_alloc(total), 0, total);
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

/* Its counts are those of the last "epoch". */
static size_t jemalloc_in_use(void)
{
	uint64_t epoch = 1;
	size_t bytes = 0, len = sizeof(bytes);

	(void)mallctl("epoch", NULL, NULL, &epoch, sizeof(epoch));
	(void)mallctl("stats.allocated", &bytes, &len, NULL, 0);
	return bytes;
}

size_t mem_in_use(void)
{
	struct mallinfo2 info;

	if (__sanitizer_get_current_allocated_bytes)
		return __sanitizer_get_current_allocated_bytes();
	if (mallctl)
		return jemalloc_in_use();
	info = mallinfo2();
	return info.uordblks + info.hblkhd;
}

/* Giving pages back and faulting them in anew, zeroed, costs more than writing
 * to them: a third of a fan-out was that. */
void mem_keep(void)
{
#ifdef M_TRIM_THRESHOLD
	(void)mallopt(M_TRIM_THRESHOLD, KEEP_TOP);
	(void)mallopt(M_MMAP_THRESHOLD, MAP_FROM);
#endif
}
