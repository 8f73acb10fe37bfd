/* SPDX-License-Identifier: MIT */
/*
 * voices: whom the moderators gave voice or took it from. It outlives a visit
 * (XEP-0045 #roles), so that nobody speaks again by coming anew, nor after
 * a restart: they are kept with the room's configuration. Bounded; the
 * oldest word is forgotten first.
 *
 * Thread: conference loop. Owner: embedded in struct room.
 */
#pragma once

#include "base/base.h"
#include "muc/affiliation.h"
#include "muc/role.h"

struct jid;
struct map;

#define VOICES_MAX 1000 /* of one room */

struct voices {
	struct map *roles; /* owned; bare JID -> role; NULL until the first */
};

void voices_init(struct voices *v);
void voices_fini(struct voices *v);
/** A moderator gave this role. What is usual for the person needs no memory.
 *  False: nothing changed. */
bool voices_set(struct voices *v, const struct jid *real, enum role role,
		enum role usual);
/** All as one text for the store, owned; NULL: there are none. */
char *voices_write(const struct voices *v);
/** Take over what voices_write() wrote; what is unreadable is left out. */
void voices_read(struct voices *v, const char *text);
/** The role somebody enters with; usual: without a word of moderators. */
enum role voices_get(const struct voices *v, const struct jid *real,
		     enum role usual);
