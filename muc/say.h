/* SPDX-License-Identifier: MIT */
/*
 * say: a room itself says something, in groupchat from its bare JID. It does so
 * rarely, and in one line. All is gathered like whatever the room sends; the
 * caller flushes, and has asked before whether the store takes more.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/rand.h"

struct occupant;
struct room;

/** For the record. */
void say_line(struct room *r, const char *text);
/** The same; replaces: stanza-id of an earlier one that it corrects (XEP-0308), or
 *  NULL. id_out gets its own, or is NULL. */
void say_correction(struct room *r, const char *text, const char *replaces,
		    char id_out[RAND_ID_SIZE]);
/** The room's subject becomes text, for the record; "" = nothing. */
void say_subject(struct room *r, const char *text);
/** That a line was taken back for that reason (or NULL), XEP-0425. id: of the
 *  message, which the tombstone names. */
void say_retraction(struct room *r, const char *line, const char *reason,
		    const char *id);
/** To all clients of one person, and no part of the record. */
void say_to(struct room *r, const struct occupant *o, const char *text);
