/* SPDX-License-Identifier: MIT */
/*
 * envelope: one frozen stanza and its addressees, grouped by remote domain. A
 * room's audience changes with its occupancy, and its groups are shared by all
 * broadcasts; a broadcast crosses to the I/O loops as one envelope a domain. A
 * group that an envelope has is never changed: the audience gets another, of
 * the same members and one more or less. Envelopes of one broadcast are one piece
 * of memory, a few at a time, which goes with the last of them.
 *
 * Thread: an audience has one owner; groups are immutable once shared and
 * ref-counted (atomic), as is what envelopes have in common; an envelope has one
 * owner.
 */
#pragma once

#include "base/base.h"
#include "base/list.h"

struct frozen;
struct jid;

/** One addressee of a group. */
struct addressee {
	const char *to;    /* escaped for an attribute value */
	size_t to_len;     /* bytes of to */
	struct jid *jid;   /* the same address */
	uint32_t occupant; /* number of the occupant it belongs to, 0 = none */
};

/** Those of an audience who live on one domain. */
struct audience_group;
struct audience;

struct audience *audience_new(void);
void audience_free(struct audience **a);
/** Addressees of a domain keep the order in which they were added. */
void audience_add(struct audience *a, const struct jid *to, uint32_t occupant);
/** Whoever has that address; nothing if nobody has. */
void audience_remove(struct audience *a, const struct jid *who);
size_t audience_size(const struct audience *a);        /* addressees */
size_t audience_group_count(const struct audience *a); /* domains */
struct audience_group *audience_group_at(const struct audience *a, size_t i);

/** A group's reference keeps all it has. */
struct audience_group *audience_group_ref(struct audience_group *g);
void audience_group_unref(struct audience_group **g);
const char *audience_group_domain(const struct audience_group *g);
size_t audience_group_size(const struct audience_group *g);
const struct addressee *audience_group_get(const struct audience_group *g,
					   size_t i);

/** What envelopes of one broadcast have in common. */
struct mailing;

/** One stanza for one remote domain. */
struct envelope {
	struct list node;             /* in whoever's queue it waits */
	struct list same;             /* there, with others of its sender */
	struct mailing *mailing;      /* a reference; it keeps the next two */
	struct frozen *stanza;
	struct audience_group *group;
	uint32_t skip;                /* occupant not to send to, 0 = none */
};

/** One envelope per domain of a, appended to out. None for a domain where
 *  nobody but skip is. */
void envelope_make_all(struct list *out, struct frozen *stanza,
		       const struct audience *a, const char *local,
		       uint32_t skip);
/** For a single address. */
struct envelope *envelope_new(struct frozen *stanza, const struct jid *to,
			      const char *local);
void envelope_free(struct envelope **e);
const char *envelope_local(const struct envelope *e);  /* sent from */
int64_t envelope_posted(const struct envelope *e); /* ms monotonic */
const char *envelope_domain(const struct envelope *e); /* remote */
uint64_t envelope_domain_hash(const struct envelope *e); /* map_hash() */
size_t envelope_count(const struct envelope *e); /* stanzas, for skip none */
/** Bytes it will be on the wire. */
size_t envelope_size(const struct envelope *e);
