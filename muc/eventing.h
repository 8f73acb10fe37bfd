/* SPDX-License-Identifier: MIT */
/*
 * eventing: what a room itself says, once more as an event (XEP-0316), for
 * clients that show no line that has no nick. They ask for events in their
 * capabilities (XEP-0115); nobody else gets any. Who comes gets those of the
 * lines that are still in memory, as they were last corrected: the archive has
 * none.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct act;
struct map;
struct room;
struct session;

/** What is known of a client's wish. */
enum eventing_wish {
	EVENTING_UNKNOWN, /* not asked yet: after a restart, too */
	EVENTING_ASKED,
	EVENTING_UNWANTED,
	EVENTING_WANTED,
};

/** Capabilities: those whose answers proved to be theirs, and those that somebody
 *  is being asked for. Embedded in struct site. */
struct eventing {
	struct map *known; /* owned; ver -> owned, see eventing.c */
};

void eventing_init(struct eventing *e);
void eventing_fini(struct eventing *e);

/** The room has said a line to all; id is its stanza-id. */
void eventing_say(struct room *r, const char *text, const char *id);
/** ... something to this client alone. */
void eventing_tell(struct room *r, struct session *to, const char *text,
		   const char *id);
/** A client came; was_told: the Note Well. */
void eventing_welcome(struct room *r, struct session *s, bool was_told);
/** Any answer to a room: to the question for capabilities? */
void eventing_hear(struct act *a);
