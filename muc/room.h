/* SPDX-License-Identifier: MIT */
/*
 * room: composes the parts. What it sends is gathered in out and leaves
 * with room_flush(), in the room's order.
 *
 * Thread: conference loop. Owner: struct muc.
 */
#pragma once

#include "base/base.h"
#include "base/list.h"
#include "base/throttle.h"
#include "muc/affiliation.h"
#include "muc/calm.h"
#include "muc/hat_list.h"
#include "muc/history.h"
#include "muc/invitations.h"
#include "muc/lookups.h"
#include "muc/note_well.h"
#include "muc/privilege.h"
#include "muc/recent.h"
#include "muc/relay.h"
#include "muc/room_activity.h"
#include "muc/room_config.h"
#include "muc/room_limits.h"
#include "muc/roster.h"
#include "muc/subject.h"
#include "muc/voices.h"

struct audience;
struct elem;
struct frozen;
struct jid;
struct record;
struct site;

struct room {
	struct site *site;    /* borrowed */
	struct jid *jid;      /* owned; bare */
	bool is_over;         /* to be taken out of the house after the act */
	bool has_news;        /* something was said since the last tick */
	int64_t said;         /* ms since epoch; when, or 0: not since a start */
	bool is_listed;       /* in the house's directory */
	int64_t created;      /* ms since epoch */
	uint64_t looked_at;   /* version of the block lists it knows */
	int64_t emptied;      /* ms; when the last session went */
	struct room_config config;
	struct subject subject;
	struct affiliation_list affiliations;
	struct hat_list hats;
	struct note_well note_well;
	struct roster roster;
	struct voices voices;
	struct history history;
	struct relay relay;
	struct recent *taken_back; /* owned; of lines: stanza-ids, and edits_key();
				   * NULL until the first */
	struct recent recent;
	struct room_limits limits;
	struct calm calm;
	struct room_activity activity;
	struct invitations invitations;
	struct lookups lookups;
	struct throttle letters; /* to those who are not in the room */
	struct list out;      /* envelopes on their way */
	struct audience *alone; /* owned; of the last of them to one, or NULL */
	struct list waiting;  /* the house's: stanzas until history is awake */
	size_t waiting_count;
};

struct room *room_new(struct site *site, const struct jid *jid,
		      int64_t created);
/** waiting must be empty. */
void room_free(struct room **r);

/** Its name for people. */
const char *room_name(const struct room *r);
/** Who has this nick, in any spelling that is in conflict with it; or NULL. */
/** As roster_add_session() and roster_take_session(); their domains are told
 *  apart (muc/homes). */
void room_add_session(struct room *r, struct occupant *o,
		      struct session *owned);
struct occupant *room_take_session(struct room *r, struct session *s);
struct occupant *room_find_nick(const struct room *r, const char *nick);
/** What a person is to the room. Operators own every room. */
enum affiliation room_affiliation(const struct room *r, const struct jid *real,
				  bool by_certificate);
/** The role of somebody of whom no moderator said anything. */
enum role room_usual_role(const struct room *r, const struct session *s,
			  enum affiliation affiliation);
/** The role somebody enters with. */
enum role room_role(const struct room *r, const struct session *s,
		    enum affiliation affiliation);
/** May the occupant, as the room is configured? */
bool room_may(const struct room *r, const struct occupant *o,
	      enum privilege p);
/** May the room write unasked to so many outside? They are counted. */
bool room_may_write_out(struct room *r, size_t count);
/** Is it under attack, and made calm (muc/calm)? */
bool room_is_calm(const struct room *r);
/** May another person enter? */
bool room_is_full(const struct room *r);

/** Gather; the frozen stanza stays the caller's. */
void room_send(struct room *r, struct frozen *f, const struct jid *to);
void room_send_to(struct room *r, struct frozen *f, enum roster_audience who,
		  uint32_t skip);
/** Freeze and gather for one address; takes e. */
void room_send_elem(struct room *r, struct elem *owned, const struct jid *to);
void room_flush(struct room *r);

/** Give a record to the store; taken. */
void room_save(struct room *r, struct record *owned, bool gates);
/** False: the store is behind. */
bool room_may_save(const struct room *r);
