/* SPDX-License-Identifier: MIT */
/*
 * header: what the peer's stream header says, and what is wrong with it. RFC 6120
 * 4.7, 4.8.
 *
 * Thread: any.
 */
#pragma once

#include "base/base.h"
#include "xmpp/cond.h"

struct elem;

/** Addresses are domains, normalised; NULL = absent. */
struct stream_header {
	const char *from; /* owned */
	const char *to;   /* owned */
	const char *id;   /* borrowed of the element */
	int version;      /* major; 0 = absent or below 1.0 */
};

/** False: the stream must end, by *fault_out. */
HW_MUST_USE bool header_read(const struct elem *e, const char *default_ns,
			     struct stream_header *out,
			     enum stream_cond *fault_out);
void header_fini(struct stream_header *h);
