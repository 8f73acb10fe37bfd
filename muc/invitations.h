/* SPDX-License-Identifier: MIT */
/*
 * invitations: which a room sent out lately - to whom, for whom - so that an
 * answer finds its way and nobody sends too many.
 *
 * Thread: conference loop. Owner: embedded in struct room.
 */
#pragma once

#include "base/base.h"
#include "base/list.h"

struct jid;

#define INVITATIONS_MAX 500       /* of a room; the oldest gives way */
#define INVITATIONS_HOUR 3600000  /* ms; quotas are for one */

struct invitation {
	struct list node;     /* in invitations->items, oldest first */
	char *id;             /* owned; of the message */
	struct jid *inviter;  /* owned; full */
	struct jid *invitee;  /* owned; bare */
	int64_t at;           /* ms since epoch */
	bool is_answered;     /* declined, or came back */
};

struct invitations {
	struct list items;
	size_t count;
};

void invitations_init(struct invitations *v);
void invitations_fini(struct invitations *v);
void invitations_add(struct invitations *v, const char *id,
		     const struct jid *inviter, const struct jid *invitee,
		     int64_t now);
/** How many of that person, of all clients, in the last hour. */
size_t invitations_count_of(const struct invitations *v,
			    const struct jid *inviter, int64_t now);
/** The newest unanswered one of that inviter to that invitee, or NULL. */
struct invitation *invitations_find(const struct invitations *v,
				    const struct jid *inviter,
				    const struct jid *invitee);
/** ... that went out with that id. id may be NULL. */
struct invitation *invitations_find_id(const struct invitations *v,
				       const char *id,
				       const struct jid *invitee);
