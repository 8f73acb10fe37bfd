/* SPDX-License-Identifier: MIT */
/*
 * fare: who pays for a dial that nothing but keys to be verified wait for (rule
 * R3). A claim costs its maker little, and us a dial: one network's claims to
 * servers that do not answer leave room for those of others.
 *
 * Owner: embedded in the link. Thread: the link's loop's.
 */
#pragma once

#include "base/base.h"

struct addr;
struct place;

struct fare {
	const struct place *place; /* borrowed */
	unsigned payer;            /* whose share the dial is of */
	bool is_paid;              /* there, and among tally.verifying */
	bool is_over_share;        /* told; until it dials */
};

/** A key that they showed is to be verified. has_others: more wait for the same
 *  dial already. One pays for all: who can. */
void fare_choose(struct fare *f, const struct addr *by, bool has_others);
/** False: no dial to remote yet, whoever would pay has enough, or all together.
 *  is_free: something else waits for it, too. */
HW_MUST_USE bool fare_pay(struct fare *f, const char *remote, bool is_free);
/** The dial has come to something, or to nothing. */
void fare_give_back(struct fare *f);
