/* SPDX-License-Identifier: MIT */
/*
 * jid: an XMPP address (RFC 7622), immutable. Local part, domain and resource
 * are normalised at parse (UsernameCaseMapped, IDNA2008 U-label, OpaqueString),
 * so equal addresses have equal text.
 *
 * Thread: any may read; owned by one.
 */
#pragma once

#include "base/base.h"

struct jid;

#define JID_PART_MAX 1023 /* bytes of each part */

/** Parse and normalise; NULL when malformed. Owned. */
struct jid *jid_parse(const char *text);
/** From parts; local and resource may be NULL. NULL when malformed. */
struct jid *jid_new(const char *local, const char *domain,
		    const char *resource);
struct jid *jid_copy(const struct jid *j); /* NULL gives NULL */
void jid_free(struct jid **j);
/** Replace *pp by a copy of j. */
void jid_set(struct jid **pp, const struct jid *j);

struct jid *jid_to_bare(const struct jid *j);   /* owned */
/** resource is normalised; NULL when malformed. */
struct jid *jid_with_resource(const struct jid *j, const char *resource);

const char *jid_local(const struct jid *j);    /* NULL = none */
const char *jid_domain(const struct jid *j);
const char *jid_resource(const struct jid *j); /* NULL = none */
const char *jid_text(const struct jid *j);     /* whole address */
const char *jid_bare(const struct jid *j);     /* local@domain as text */

bool jid_equal(const struct jid *a, const struct jid *b); /* NULL = NULL */
bool jid_equal_bare(const struct jid *a, const struct jid *b);
bool jid_is_bare(const struct jid *j);
