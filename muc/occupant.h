/* SPDX-License-Identifier: MIT */
/*
 * occupant: somebody in a room under one nick, with one session for each client
 * of theirs (multi-session nicks, XEP-0045 #enter-conflict).
 *
 * Thread: conference loop. Owner: struct roster.
 */
#pragma once

#include "base/base.h"
#include "base/list.h"
#include "muc/account.h"
#include "muc/affiliation.h"
#include "muc/eventing.h"
#include "muc/occupant_id.h"
#include "muc/role.h"

struct frozen;
struct home;
struct jid;
struct occupant;

/** One client in the room. */
struct session {
	struct list node;          /* in occupant->sessions */
	struct occupant *occupant; /* borrowed; whose it is */
	struct jid *jid;           /* owned; real full JID */
	struct home *home;         /* borrowed; of its domain */
	char *presence;            /* owned; last presence's payload as XML */
	int priority;              /* of that presence */
	int64_t joined;            /* ms since epoch */
	enum account account;      /* as its server said at the join */
	int64_t heard;             /* ms since epoch; of it, since a start */
	int64_t asked_voice;       /* when, or 0 (#requestvoice) */
	unsigned open_relays;      /* its questions not yet answered */
	enum eventing_wish events; /* of its client (muc/eventing) */
	bool owes_note_well;       /* the event of it */
};

/** Who sees an occupant: with or without the real JID. */
enum occupant_view { OCCUPANT_PLAIN, OCCUPANT_WITH_JID, OCCUPANT_VIEWS };

struct occupant {
	struct list node;          /* in roster->occupants */
	uint32_t number;           /* in the audience; never 0 */
	char *key;                 /* owned; of the nick, for conflicts */
	char *look;                /* owned; of the nick, see confusable */
	struct jid *jid;           /* owned; room@domain/nick */
	enum role role;
	enum affiliation affiliation;
	bool is_known;             /* the others were told of it */
	bool is_unshown;           /* its newest presence was not yet shown */
	char id[OCCUPANT_ID_SIZE]; /* XEP-0421 */
	struct list sessions;      /* never empty while in the roster */
	struct session *shown;     /* whose presence the others see */
	struct frozen *presence[OCCUPANT_VIEWS]; /* as others see it; lazily */
};

const char *occupant_nick(const struct occupant *o);
/** Real bare JID as text: all sessions share it. */
const char *occupant_bare(const struct occupant *o);
size_t occupant_session_count(const struct occupant *o);
/** Role, nick, affiliation or presence changed: what others see is made anew. */
void occupant_forget_presence(struct occupant *o);
/** Choose the session with the highest priority, the current one on a tie. */
void occupant_choose_shown(struct occupant *o);

/** Copies jid and presence. */
struct session *session_new(const struct jid *jid, const char *presence,
			    int priority, int64_t joined);
void session_free(struct session **s);
