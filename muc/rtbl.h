/* SPDX-License-Identifier: MIT */
/*
 * rtbl: keeps the block lists current: subscribes to each source (XEP-0060),
 * fetches it, hears what changes, and does to the people in the rooms what the
 * source's action says. What a room or the operator says of somebody goes above
 * what a source says: only people without an affiliation are touched.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"
#include "muc/blocklist.h"

struct act;
struct jid;
struct muc;
struct room;
struct session;
struct stanza;

/** Would somebody without an affiliation be kept out? */
bool rtbl_keeps_out(const struct room *r, const struct jid *real);
/** May somebody without an affiliation come in? Else refused. */
bool rtbl_lets_in(const struct act *a);
/** Is somebody without an affiliation to be a visitor? */
bool rtbl_is_visitor(const struct room *r, const struct jid *real);

/** Is it an answer or news of a source? Then it was taken up. */
bool rtbl_learn(struct muc *m, const struct stanza *s);
/** Ask who is due; look at the people of some rooms, if there is news. */
void rtbl_tick(struct muc *m);

/** For "blocklists list". */
struct rtbl_view {
	const char *name;    /* "service/node" */
	const char *action;
	const char *state;   /* "current", "asking", "failed" */
	const char *trouble; /* or NULL */
	size_t entries;
	bool is_cut;         /* more than max_entries */
};
void muc_blocklists_each(const struct muc *m,
			 void (*fn)(void *owner, const struct rtbl_view *view),
			 void *owner);
