/* SPDX-License-Identifier: MIT */
/*
 * trust: which (local, remote) pairs of domains a stream may carry, and by which
 * proof. Exact match only, no suffixes.
 *
 * Owner: embedded in the inbound stream.
 */
#pragma once

#include "base/base.h"
#include "base/list.h"
#include "s2s/s2s.h"

/* Pairs on one stream. */
#define TRUST_MAX_PAIRS 256

struct trust {
	struct list pairs; /* struct trust_pair, private */
	size_t count;
};

void trust_init(struct trust *t);
void trust_fini(struct trust *t);

/** Add a pair, or raise its proof. False: there are too many. */
HW_MUST_USE bool trust_add(struct trust *t, const char *local,
			   const char *remote, enum s2s_proof proof);
/** May remote speak to local here? *proof_out tells why, unless NULL. */
bool trust_find(const struct trust *t, const char *local, const char *remote,
		enum s2s_proof *proof_out);
/** Is there any pair with this remote? */
bool trust_has_remote(const struct trust *t, const char *remote);
bool trust_is_empty(const struct trust *t);
/** The i-th pair, borrowed. False: there are not so many. */
bool trust_get(const struct trust *t, size_t i, const char **local_out,
	       const char **remote_out, enum s2s_proof *proof_out);
