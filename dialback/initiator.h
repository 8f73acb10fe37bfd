/* SPDX-License-Identifier: MIT */
/*
 * initiator: our side as originating server - we assert one of our domains to a
 * remote one on a stream that we opened, and wait for its word (XEP-0220 2.1).
 *
 * Owner: embedded in the outbound stream.
 */
#pragma once

#include "base/base.h"
#include "xmpp/cond.h"

struct elem;
struct key;
struct packet;

enum initiator_state {
	INITIATOR_IDLE,
	INITIATOR_ASKED,
	INITIATOR_VALID,
	INITIATOR_INVALID,
	INITIATOR_ERROR,
};

struct initiator {
	char *local;  /* owned; ours, asserted */
	char *remote; /* owned; who is to believe it */
	enum initiator_state state;
	enum cond_name cond; /* of INITIATOR_ERROR */
};

void initiator_init(struct initiator *i, const char *local, const char *remote);
void initiator_fini(struct initiator *i);

/** The db:result to send (owned); stream_id is that of the peer's header. */
struct elem *initiator_ask(struct initiator *i, const struct key *key,
			   const char *stream_id);
/** A typed db:result came on the same stream. False: we did not ask that. */
HW_MUST_USE bool initiator_take_answer(struct initiator *i,
				       const struct packet *answer);
