/* SPDX-License-Identifier: MIT */
/*
 * place: where a stream or link lives - its loop and what all on that loop share.
 * Data only; io owns it.
 *
 * Thread: the loop's.
 */
#pragma once

#include "base/base.h"
#include "base/map.h"
#include "dialback/key.h"
#include "s2s/policy.h"
#include "s2s/recall.h"
#include "s2s/s2s.h"

struct buf;
struct cert_book;
struct creds;
struct dial_book;
struct hush;
struct loop;
struct pace;
struct quota;
struct resolver;
struct route;
struct share;
struct target_list;
struct target_search;

struct place {
	struct loop *loop;
	struct resolver *resolver;
	const struct s2s_settings *settings; /* s2s's, immutable */
	const struct map *domains;           /* ours; s2s's, immutable */
	struct creds *creds;                 /* a reference; for new sessions */
	struct cert_book *verdicts;          /* with creds; the loop's */
	struct key key;                      /* dialback */
	struct dial_book *book;              /* of all dials here */
	struct policy *policy;               /* a reference */
	struct recall *proven;      /* by certificate, ever; the loop's */
	struct recall *no_external; /* hang up when offered one; the loop's */
	struct pace *pace;                   /* of TLS with those who call */
	struct share *verifies;              /* all loops' dials to verify */
	struct quota *claims;                /* of streams, "domain network" */
	struct hush *hush;                   /* of lines about streams */
	struct buf *piece;                   /* in which backlogs are expanded */
};

/** Look up where the server of domain (A-labels) is; as target_find(). */
struct target_search *
place_find(const struct place *p, const char *domain,
	   void (*fn)(void *owner, const struct target_list *list),
	   void *owner);
/** What of that is to be tried, in order. */
void place_plan(const struct place *p, const struct target_list *list,
		struct route *r);

static inline bool place_is_ours(const struct place *p, const char *domain)
{
	return map_get(p->domains, domain) != NULL;
}
