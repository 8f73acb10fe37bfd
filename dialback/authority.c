/* SPDX-License-Identifier: MIT */
#include "dialback/authority.h"

#include "dialback/key.h"
#include "dialback/packet.h"

struct elem *authority_answer(const struct key *key,
			      const struct packet *verify, bool is_ours,
			      int64_t now, bool *is_valid_out)
{
	/* Checked before looking at is_ours: equal work, so that time does not
	 * tell which domains are here. */
	bool fits = key_check(key, verify->from, verify->to, verify->id,
			      verify->key, now);

	require(verify->kind == PACKET_VERIFY &&
		verify->type == PACKET_REQUEST);
	*is_valid_out = fits && is_ours;
	if (!is_ours)
		return packet_answer_new(verify, PACKET_ERROR,
					 COND_ITEM_NOT_FOUND);
	return packet_answer_new(verify, fits ? PACKET_VALID : PACKET_INVALID,
				 COND_UNDEFINED_CONDITION);
}
