/* SPDX-License-Identifier: MIT */
/*
 * occupant_id: the stable pseudonym of a person in a room (XEP-0421).
 */
#pragma once

#include "base/base.h"

struct jid;

#define OCCUPANT_ID_SECRET_SIZE 32
#define OCCUPANT_ID_SIZE 65 /* 64 hex digits and a NUL */

/** HMAC-SHA-256 over room, NUL, bare JID, as XEP-0421 #id-generation has it:
 *  the same in one room for ever, not linkable from room to room. */
void occupant_id_make(const unsigned char secret[OCCUPANT_ID_SECRET_SIZE],
		      const struct jid *room, const struct jid *real,
		      char out[OCCUPANT_ID_SIZE]);
