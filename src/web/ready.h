/* SPDX-License-Identifier: MIT */
/*
 * ready: answers that need no more thought - the closed days that are asked for
 * just now, as the HTTP library takes them. Found by the address and the
 * encodings as they came; all forgotten when anything changed, and now and then.
 *
 * Thread: web thread.
 */
#pragma once

#include "base/base.h"

struct MHD_Connection;
struct MHD_Response;
struct ready;

struct ready *ready_new(void);
/** NULL is harmless. */
void ready_free(struct ready **r);

/** Borrowed, or NULL: what this GET for the path url gets. What was kept while
 *  the closed days were of another generation is forgotten. */
struct MHD_Response *ready_find(struct ready *r,
				struct MHD_Connection *connection,
				const char *url, uint64_t generation);
/** Takes the whole answer that it got, of size bytes. */
void ready_keep(struct ready *r, struct MHD_Connection *connection,
		const char *url, struct MHD_Response *owned, uint64_t size);
/** Something changed. */
void ready_forget(struct ready *r);
