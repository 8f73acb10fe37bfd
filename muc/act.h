/* SPDX-License-Identifier: MIT */
/*
 * act: one stanza that came to a room, as the verbs get it. An act does what the
 * stanza asks or refuses it; it keeps nothing of this struct.
 *
 * Thread: conference loop. Owner: the house's stack.
 */
#pragma once

#include "base/base.h"
#include "muc/privilege.h"
#include "xmpp/cond.h"

struct archive_page;
struct elem;
struct room;
struct session;
struct stanza;

struct act {
	struct room *room;
	struct stanza *stanza;   /* borrowed; an act may change its tree */
	struct session *session; /* the sender's, NULL = not in the room */
	bool by_certificate;     /* how the sender's domain was proven */
	const struct archive_page *page; /* what it asked the archive for before,
					  * or NULL */
	const char *note;        /* ... and learnt before that, or NULL */
	bool is_new_room;        /* this very stanza made the room */
	int64_t now;             /* ms since epoch, when it came */
};

/** An error to the sender, with by = the room; type 0..: see cond. */
void act_refuse(const struct act *a, enum cond_name name, enum cond_type type,
		const char *text);
/** What the sender is in the room and to it. */
struct standing act_standing(const struct act *a);
/** False, and refused, when the store is behind. */
bool act_may_save(const struct act *a);
/** An answer that changes nothing: at once, not in the room's order. Taken. */
void act_answer(const struct act *a, struct elem *owned);
/** An answer behind what the act sent. Taken. */
void act_answer_in_order(const struct act *a, struct elem *owned);
