/* SPDX-License-Identifier: MIT */
/*
 * tombstone: what is left of a line that was taken back (XEP-0424 #tombstones,
 * XEP-0425 #tombstones).
 */
#pragma once

#include "base/base.h"

struct elem;
struct jid;

/** How a line was taken back. All borrowed. */
struct retraction {
	const char *id;           /* stanza-id of the line */
	const char *message_id;   /* id of the message that says so */
	const struct jid *by;     /* the moderator's occupant address; NULL: the
				   * author */
	const char *occupant_id;  /* the moderator's; with by */
	const char *reason;       /* with by, or NULL */
	int64_t at;               /* ms since epoch */
};

/** Owned. */
struct elem *tombstone_new(const struct elem *line, const struct retraction *r);
bool tombstone_is_one(const struct elem *line);
/** Append <moderated/> and the reason to <retract/> or <retracted/>. */
void tombstone_add_moderated(struct elem *to, const struct retraction *r);
