/* SPDX-License-Identifier: MIT */
#include "dialback/initiator.h"

#include <string.h>

#include "base/mem.h"
#include "base/str.h"
#include "dialback/key.h"
#include "dialback/packet.h"

void initiator_init(struct initiator *i, const char *local, const char *remote)
{
	memset(i, 0, sizeof(*i));
	i->local = str_dup(local);
	i->remote = str_dup(remote);
}

void initiator_fini(struct initiator *i)
{
	mem_free(&i->local);
	mem_free(&i->remote);
}

struct elem *initiator_ask(struct initiator *i, const struct key *key,
			   const char *stream_id)
{
	char text[KEY_TEXT_SIZE];

	require(i->state == INITIATOR_IDLE);
	i->state = INITIATOR_ASKED;
	key_make(key, i->remote, i->local, stream_id, text);
	return packet_result_new(i->local, i->remote, text);
}

bool initiator_take_answer(struct initiator *i, const struct packet *answer)
{
	if (i->state != INITIATOR_ASKED || answer->kind != PACKET_RESULT ||
	    !str_equal(answer->from, i->remote) ||
	    !str_equal(answer->to, i->local))
		return false;
	switch (answer->type) {
	case PACKET_REQUEST:
		return false;
	case PACKET_VALID:
		i->state = INITIATOR_VALID;
		break;
	case PACKET_INVALID:
		i->state = INITIATOR_INVALID;
		break;
	case PACKET_ERROR:
		i->state = INITIATOR_ERROR;
		i->cond = answer->cond;
		break;
	}
	return true;
}
