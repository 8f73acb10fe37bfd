/* SPDX-License-Identifier: MIT */
/*
 * bans: whom the whole service keeps out, by bare JID or domain. It goes above
 * what any room says; only operators are exempt. Kept in the store as outcasts
 * of the service's own address.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct jid;
struct map;
struct muc;
struct record;
struct site;

struct ban {
	char *key;    /* owned; bare JID or domain, normalised */
	char *reason; /* owned, or NULL */
	int64_t at;   /* ms since epoch */
};

struct bans {
	struct map *items; /* owned; key -> struct ban */
	size_t max;        /* rooms.max_bans */
};

void bans_init(struct bans *b, size_t max);
void bans_fini(struct bans *b);
/** By the bare JID or the domain; borrowed, or NULL. */
const struct ban *bans_find(const struct bans *b, const struct jid *real);

enum bans_answer { BANS_DONE, BANS_BAD_KEY, BANS_NO_CHANGE, BANS_FULL,
		   BANS_BEHIND /* the store is */ };

/** Who is in a room goes out of it (301). reason may be NULL; by: who did it,
 *  for the audit. */
enum bans_answer muc_ban(struct muc *m, const char *key, const char *reason,
			 const char *by);
enum bans_answer muc_unban(struct muc *m, const char *key, const char *reason,
			   const char *by);
/** In the order of their making. */
void muc_bans_each(const struct muc *m,
		   void (*fn)(void *owner, const struct ban *ban),
		   void *owner);

/** A RECORD_AFFILIATION of the service's address, at start. */
void bans_restore(struct muc *m, const struct record *record);
