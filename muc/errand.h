/* SPDX-License-Identifier: MIT */
/*
 * errand: what the rooms do not do themselves - commands (XEP-0050), and what is
 * asked about them. It is handed up with what the asker is here, and answered by
 * errand_answer(), at once or later.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"
#include "muc/affiliation.h"
#include "muc/role.h"

struct elem;
struct jid;
struct muc;
struct room;
struct stanza;

/** Borrowed during the call. */
struct errand {
	const struct stanza *stanza;  /* a request to a bare address of ours */
	const char *room;             /* bare JID; NULL: to the domain itself */
	bool by_certificate;          /* how the asker's domain was proven */
	bool is_operator;             /* by a proof that counts */
	bool is_unproven;             /* would be one, had its stream a
				      * certificate */
	enum affiliation affiliation; /* to the room */
	enum role role;               /* in it */
};

/** Hand it up, if it is an errand; r: NULL = to the domain. False: it is none,
 *  or nobody takes it. What is done may end the room. */
bool errand_pass(struct muc *m, struct room *r, const struct stanza *s,
		 bool by_certificate);

/** Send an answer, taken, from the domain or room that was asked. It waits for
 *  the records of place (muc_env.send). */
void errand_answer(struct muc *m, const char *place, struct elem *owned,
		   const struct jid *from, const struct jid *to);
