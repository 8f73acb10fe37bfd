/* SPDX-License-Identifier: MIT */
/*
 * mam_request: what a client asks the archive of a room, read and judged
 * (XEP-0313 #filter, #query-paging; XEP-0431).
 *
 * Thread: conference loop. Owner: the act's stack.
 */
#pragma once

#include "base/base.h"
#include "xmpp/cond.h"

struct act;
struct archive_query;
struct elem;

struct mam_request {
	struct archive_query *query; /* owned */
	const char *query_id;        /* borrowed; or NULL */
	bool is_count_only;          /* a page of no lines */
	bool is_flipped;             /* the last line first */
};

/** From when on real addresses of this room's lines are the asker's to see, ms;
 *  INT64_MAX: never. */
int64_t mam_request_jids_since(const struct act *a);

/** False, and *fault_out says why; then there is nothing to free. */
bool mam_request_read(const struct act *a, struct mam_request *out,
		      struct cond *fault_out);
void mam_request_fini(struct mam_request *r);
/** Append the form of all fields. */
void mam_request_add_form(struct elem *query);
