/* SPDX-License-Identifier: MIT */
/*
 * rank: changing what somebody is in a room (role) or to it (affiliation), and
 * telling everybody. Changes that belong together are listed, then applied,
 * then told, so that none of them is seen before all are made; who asked for
 * them gets the answer between applying and telling (XEP-0045 #kick, #ban).
 * Whether it is allowed was decided before.
 *
 * Thread: conference loop. Owner: the act's stack.
 */
#pragma once

#include "base/base.h"
#include "muc/affiliation.h"
#include "muc/leave.h"

struct jid;
struct occupant;
struct room;

/** Somebody present who stays. */
struct rank_touched {
	struct occupant *occupant;
	bool has_risen; /* to moderator */
};

struct rank_change {
	struct jid *jid;            /* owned; bare or domain; NULL: a role */
	enum affiliation affiliation;
	char *nick;                 /* owned; to reserve, "" = none any more,
				     * NULL = as it was */
	char *details;              /* owned; of who registers; NULL = as they
				     * were, "" = none any more */
	struct occupant *occupant;  /* whose role; NULL: an affiliation */
	enum role role;
	char *reason;               /* owned, or NULL */
	/* filled when it is applied */
	enum affiliation before;
	unsigned code;              /* why they went */
	struct leave_party gone;
	struct rank_touched *touched; /* owned array */
	size_t touched_count;
	bool has_voice;             /* a word of it is to be remembered */
	bool is_done;               /* somebody present was touched */
};

/** Copies. nick and reason may be NULL. */
void rank_init_affiliation(struct rank_change *c, const struct jid *jid,
			   enum affiliation a, const char *nick,
			   const char *reason);
void rank_init_role(struct rank_change *c, struct occupant *o, enum role role,
		    const char *reason);
void rank_fini(struct rank_change *c);

/** Make the changes and give their records to the store, which gate. */
void rank_apply(struct room *r, struct rank_change *changes, size_t count);
/** Tell those who are concerned and the others. actor: nick of who did it, or
 *  NULL. Sessions that were removed are freed. */
void rank_tell(struct room *r, struct rank_change *changes, size_t count,
	       const char *actor);
