/* SPDX-License-Identifier: MIT */
/*
 * rsm: result set management (XEP-0059): the request's and the answer's <set/>.
 */
#pragma once

#include "base/base.h"

struct elem;

struct rsm_request {
	bool is_present;
	int64_t max;        /* -1 = not given */
	const char *after;  /* borrowed; NULL = not given */
	const char *before; /* borrowed; "" = the last page */
	int64_t index;      /* -1 = not given */
};

/** Read <set/> below query. Malformed numbers: HW_E_INVALID. */
HW_MUST_USE int rsm_read(const struct elem *query, struct rsm_request *out);
/** Append <set/>; first and last may be NULL (empty page); index or count < 0
 *  leave that out. */
void rsm_add(struct elem *query, const char *first, const char *last,
	     int64_t index, int64_t count);
