/* SPDX-License-Identifier: MIT */
/*
 * envelope: one frozen stanza and its addressees, grouped by remote domain. A
 * room's audience is built once per change of occupancy and shared by all its
 * broadcasts; a broadcast crosses to the I/O loops as one envelope a domain.
 *
 * Thread: audience and its groups are immutable and ref-counted (atomic); an
 * envelope has one owner.
 */
#pragma once

#include "base/base.h"
#include "base/list.h"

struct frozen;
struct jid;

/** One addressee of a group. */
struct addressee {
	char *to;          /* owned; escaped for an attribute value */
	size_t to_len;     /* bytes of to */
	struct jid *jid;   /* owned; the same address */
	uint32_t occupant; /* number of the occupant it belongs to, 0 = none */
};

/** Those of an audience who live on one domain. */
struct audience_group;
struct audience;

/* ---- building: not yet shared ---- */
struct audience_builder;
struct audience_builder *audience_builder_new(void);
void audience_builder_add(struct audience_builder *b, const struct jid *to,
			  uint32_t occupant);
/** Consumes the builder. Addressees keep the order in which they were added. */
struct audience *audience_builder_finish(struct audience_builder **b);

struct audience *audience_ref(struct audience *a);
void audience_unref(struct audience **a);
size_t audience_size(const struct audience *a);        /* addressees */
size_t audience_group_count(const struct audience *a); /* domains */
struct audience_group *audience_group_at(const struct audience *a, size_t i);

/** A group's reference keeps its whole audience. */
struct audience_group *audience_group_ref(struct audience_group *g);
void audience_group_unref(struct audience_group **g);
const char *audience_group_domain(const struct audience_group *g);
size_t audience_group_size(const struct audience_group *g);
const struct addressee *audience_group_get(const struct audience_group *g,
					   size_t i);

/** One stanza for one remote domain. */
struct envelope {
	struct list node;             /* in whoever's queue it waits */
	struct list same;             /* there, with others of its sender */
	struct frozen *stanza;        /* a reference */
	struct audience_group *group; /* a reference */
	char *local;                  /* owned; our domain it is sent from */
	uint32_t skip;                /* occupant not to send to, 0 = none */
	int64_t posted;               /* ms monotonic, when it was made */
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
const char *envelope_domain(const struct envelope *e); /* remote */
size_t envelope_count(const struct envelope *e); /* addressees, skip not counted */
/** Bytes it will be on the wire. */
size_t envelope_size(const struct envelope *e);
