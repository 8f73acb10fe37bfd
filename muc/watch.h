/* SPDX-License-Identifier: MIT */
/*
 * watch: clients that want to know in which of their rooms something was said
 * while they are not in it (XEP-0437). Theirs are the rooms that list them as
 * members or more. News gather and go out with the tick.
 *
 * Thread: conference loop. Owner: struct site.
 */
#pragma once

#include "base/base.h"

struct jid;
struct map;
struct room;
struct site;
struct stanza;

struct watch {
	struct map *watchers; /* owned; full JID and domain -> struct watcher */
	size_t max;
};

void watch_init(struct watch *w, size_t max);
void watch_fini(struct watch *w);
/** Presence to a domain: begins with <rai/>, ends with unavailable or an error.
 */
void watch_presence(struct site *s, const struct stanza *presence);
/** A client entered a room: what comes after it left is news again. */
void watch_entered(struct watch *w, const struct room *r,
		   const struct jid *client);
/** Tell of the rooms in a list that have news. */
void watch_tell(struct site *s, struct room *const *rooms, size_t count);
/** Sessions of a remote domain are lost. */
void watch_lost(struct watch *w, const char *local, const char *remote);
