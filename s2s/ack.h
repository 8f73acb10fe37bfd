/* SPDX-License-Identifier: MIT */
/*
 * ack: the counting of stream management (XEP-0198), modulo 2^32, without
 * resumption: what we took of theirs, and what they took of ours.
 *
 * Owner: embedded in a stream's negotiation. Thread: its loop's.
 */
#pragma once

#include "base/base.h"

struct elem;

/** Zeroed = nothing is counted. */
struct ack {
	bool is_on;       /* <enable/> went one way; both count from there */
	uint32_t handled; /* stanzas of theirs that we took */
	uint32_t sent;    /* of ours */
	uint32_t acked;   /* of these, what they told us that they took */
};

void ack_begin(struct ack *a);
void ack_end(struct ack *a);
void ack_count_handled(struct ack *a);
void ack_count_sent(struct ack *a, size_t stanzas);
/** Sent and not acknowledged. */
uint32_t ack_open(const struct ack *a);

enum ack_fault {
	ACK_OK,
	ACK_BAD,      /* not a number, or nothing is counted */
	ACK_TOO_HIGH, /* more than there is to acknowledge, or less than was
		       * already */
};
/** Their <a/>; *newly_out is what it acknowledges that was open. */
enum ack_fault ack_take(struct ack *a, const struct elem *e,
			uint32_t *newly_out);

/** Our <a/>; owned. */
struct elem *ack_answer_new(const struct ack *a);
/** What stands in the stream error when they claim too much; owned. */
struct elem *ack_too_high_new(const struct ack *a, const struct elem *e);
