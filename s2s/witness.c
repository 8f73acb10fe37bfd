/* SPDX-License-Identifier: MIT */
#include "s2s/witness.h"

#include "base/log.h"
#include "dialback/authority.h"
#include "dialback/packet.h"
#include "loop/loop.h"
#include "s2s/place.h"
#include "s2s/tally.h"

struct elem *witness_answer(const struct place *place, const struct packet *p)
{
	struct elem *answer;
	bool is_ours = place_is_ours(place, p->to);
	bool is_valid;

	answer = authority_answer(&place->key, p, is_ours,
				  loop_now(place->loop), &is_valid);
	tally_count_verify(is_valid  ? PACKET_VALID
			   : is_ours ? PACKET_INVALID
				     : PACKET_ERROR);
	if (!is_ours)
		log_info(LOG_DIALBACK, "%s: asks about %s, which is not ours",
			 p->from, p->to);
	else if (!is_valid)
		log_warn(LOG_DIALBACK,
			 "%s: somebody there spoke for %s "
			 "without a key of ours",
			 p->from, p->to);
	else
		log_debug(LOG_DIALBACK, "%s: confirmed that %s is us", p->from,
			  p->to);
	return answer;
}
