/* SPDX-License-Identifier: MIT */
/*
 * receiver: our side as receiving server - a peer asserts its domain on a stream
 * and the question is put to that domain's own server (XEP-0220 2.2). One struct
 * receiver a stream: which assertions wait for an answer.
 *
 * Owner: embedded in the inbound stream.
 */
#pragma once

#include "base/base.h"
#include "base/list.h"
#include "dialback/packet.h"

struct elem;

/* Distinct senders that may wait at once: each makes us resolve and dial. */
#define RECEIVER_MAX_PENDING 5

struct receiver {
	struct list pending; /* struct receiver_pending, private */
	size_t count;
};

enum receiver_verdict {
	RECEIVER_ASK,     /* new: put the question */
	RECEIVER_PENDING, /* asked already: its answer answers this too */
	RECEIVER_FULL,
};

void receiver_init(struct receiver *r);
void receiver_fini(struct receiver *r);

/** A db:result without type came. */
HW_MUST_USE enum receiver_verdict receiver_begin(struct receiver *r,
						 const struct packet *request);
/** Does an assertion of the pair wait? */
bool receiver_is_pending(const struct receiver *r, const char *remote,
			 const char *local);
/** The answer for the pair: verdict VALID, INVALID or ERROR with cond. The
 *  db:result to send (owned), or NULL when nothing waited for it. */
struct elem *receiver_finish(struct receiver *r, const char *remote,
			     const char *local, enum packet_type verdict,
			     enum cond_name cond);
