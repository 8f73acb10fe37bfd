/* SPDX-License-Identifier: MIT */
/*
 * recall: what a loop remembers of domains, each until a time. Bounded: when it
 * is full it takes nothing new, since what a stranger can bring about must not
 * push out what is known.
 *
 * Thread: its loop's.
 */
#pragma once

#include "base/base.h"

#define RECALL_MAX 65536
#define RECALL_FOR_EVER INT64_MAX

struct map;

struct recall {
	struct map *until; /* domain -> int64_t, owned */
};

void recall_init(struct recall *r);
void recall_fini(struct recall *r);

/** True: it was not known before. Times in ms monotonic. */
bool recall_add(struct recall *r, const char *domain, int64_t until,
		int64_t now);
/** True: it was known. */
bool recall_remove(struct recall *r, const char *domain);
bool recall_has(const struct recall *r, const char *domain, int64_t now);
