/* SPDX-License-Identifier: MIT */
/*
 * watch: clients that want to know in which of their rooms something was said
 * while they are not in it (XEP-0437). Theirs are the rooms that list them as
 * members or more, or where they registered a nick. News gather and go out with the tick, first of all what was
 * said since the person was last there.
 *
 * A start forgets who watches, who was where, and what was said before.
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
	bool has_begun;       /* one of them has just come */
};

void watch_init(struct watch *w, size_t max);
void watch_fini(struct watch *w);
/** Presence to a domain: begins with <rai/>, ends with unavailable or an error.
 */
void watch_presence(struct site *s, const struct stanza *presence);
/** A client entered a room: what comes after it left is news again. */
void watch_entered(struct watch *w, const struct room *r,
		   const struct jid *client);
/** Its message came back: nobody watches there. */
void watch_bounced(struct site *s, const struct stanza *error);
/** Tell of the rooms that have news. rooms: all; key -> struct room. */
void watch_tick(struct site *s, struct map *rooms);
/** Sessions of a remote domain are lost. */
void watch_lost(struct watch *w, const char *local, const char *remote);
