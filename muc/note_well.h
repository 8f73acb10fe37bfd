/* SPDX-License-Identifier: MIT */
/*
 * note_well: who was told in a room under which terms people speak in it. Nobody
 * is told twice within a day, with whichever client and nick they come.
 *
 * Thread: conference loop. Owner: embedded in struct room.
 */
#pragma once

#include "base/base.h"

/** In what somebody registered with: they have read it. */
#define NOTE_WELL_KEY "note-well"
#define NOTE_WELL_EVERY (INT64_C(24) * 3600 * 1000) /* ms */
#define NOTE_WELL_MAX 5000 /* people remembered, the oldest forgotten first */

/** Where the operator says nothing else. */
#define NOTE_WELL_DEFAULT                                                      \
	"Note Well: what is said in this room is kept and shown to everybody " \
	"on the web. Whoever speaks here contributes to a public record, "     \
	"under the rules of the group that meets here."

struct map;

struct note_well {
	struct map *told; /* owned; bare JID -> when; NULL while empty */
};

void note_well_init(struct note_well *n);
void note_well_fini(struct note_well *n);
/** They were told at that time, as far as is known. */
void note_well_put(struct note_well *n, const char *jid, int64_t at);
bool note_well_is_due(const struct note_well *n, const char *jid, int64_t now);
/** Forget those who were told more than a day ago. */
void note_well_prune(struct note_well *n, int64_t now);
