/* SPDX-License-Identifier: MIT */
/*
 * base: standard types, attributes and the one assertion.
 *
 * Thread: any.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HW_MUST_USE __attribute__((warn_unused_result))
#define HW_NORETURN __attribute__((noreturn))
#define HW_PRINTF(format_at, args_at) \
	__attribute__((format(printf, format_at, args_at)))

#define array_len(a) (sizeof(a) / sizeof((a)[0]))

/** The struct of the given type that holds ptr as its member. */
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))

/** Our own invariant; always compiled in, aborts with file and line. Never
 *  used on peer input, files or database content. */
#define require(expr)                                            \
	do {                                                     \
		if (__builtin_expect(!(expr), 0))                \
			require_failed(#expr, __FILE__, __LINE__); \
	} while (0)

HW_NORETURN void require_failed(const char *expr, const char *file, int line);
