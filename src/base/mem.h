/* SPDX-License-Identifier: MIT */
/*
 * mem: allocators that never return NULL; out of memory aborts.
 */
#pragma once

#include <stdlib.h>

#include "base/base.h"

/** Zeroed memory for n objects of size bytes; n * size is checked. */
void *mem_zero(size_t n, size_t size);
void *mem_alloc(size_t size);
void *mem_realloc(void *p, size_t size);
void *mem_dup(const void *p, size_t size);

/** Bytes that all of the process has allocated and not freed, the libraries'
 * too; with the C library's allocator, also what threads keep to reuse. */
size_t mem_in_use(void);

/** Once, before threads are made: let freed memory of some MiB be used again
 *  instead of going back to the system with each burst that is over. */
void mem_keep(void);

#define mem_new(type) ((type *)mem_zero(1, sizeof(type)))

/** Free what *pp points to and leave NULL there. */
#define mem_free(pp)          \
	do {                  \
		free(*(pp));  \
		*(pp) = NULL; \
	} while (0)
