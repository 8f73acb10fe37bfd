/* SPDX-License-Identifier: MIT */
/*
 * authority: our side as authoritative server - somebody was shown a key in the
 * name of one of our domains and asks whether we made it (XEP-0220 2.3).
 */
#pragma once

#include "base/base.h"

struct elem;
struct key;
struct packet;

/** The answer (owned) to a db:verify. is_ours: whether verify->to is a domain
 *  of ours. now: ms monotonic. *is_valid_out tells what was said. */
struct elem *authority_answer(const struct key *key,
			      const struct packet *verify, bool is_ours,
			      int64_t now, bool *is_valid_out);
