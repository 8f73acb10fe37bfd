/* SPDX-License-Identifier: MIT */
/*
 * site: what all rooms of a process share - the ports, the bounds, the secret,
 * the operators.
 *
 * Thread: conference loop. Owner: struct muc.
 */
#pragma once

#include "base/base.h"
#include "base/throttle.h"
#include "muc/bans.h"
#include "muc/blocklist.h"
#include "muc/calm.h"
#include "muc/env.h"
#include "muc/eventing.h"
#include "muc/homes.h"
#include "muc/log_url.h"
#include "muc/occupant_id.h"
#include "muc/presence.h"
#include "muc/reports.h"
#include "muc/room_limits.h"
#include "muc/watch.h"

struct elem;
struct jid;
struct map;
struct stanza;
struct cond;
struct muc_settings;

/** Bounds of what the archive is asked. */
struct site_archive {
	size_t page;           /* lines of one */
	size_t bytes;          /* of one */
	size_t questions;      /* open at once */
	bool has_rate;
	struct throttle pages; /* to all */
};
void site_archive_init(struct site_archive *a, const struct muc_settings *s,
		       int64_t now);

struct site {
	struct muc_env env;
	char *domain;       /* owned; the first of ours: what we say as a
			     * service comes from it */
	struct bans bans;
	struct blocklists blocklists;
	struct calm_settings calm;
	size_t history;     /* lines of a room */
	size_t max_users;   /* of a room */
	size_t max_affiliations; /* entries of a room's lists */
	int64_t invite_after;    /* ms in the room until one may invite */
	size_t user_invites;     /* of a person and hour, in a room */
	size_t room_invites;     /* of a room and hour */
	struct room_limits_settings limits;
	struct watch watch;
	struct reports reports;
	struct room_limits usage; /* of what the domains themselves answer */
	bool logs_always;   /* no owner turns the record off */
	struct site_archive archive;
	struct log_url log_url;
	size_t max_stanza;  /* bytes that a room passes on at once */
	unsigned char secret[OCCUPANT_ID_SECRET_SIZE];
	char *version;      /* owned */
	int64_t keep;       /* ms, of the record; 0: for ever */
	char *note_well;    /* owned, or NULL: nobody is told anything */
	struct map *contacts; /* owned; domain -> struct contacts */
	const struct map *rooms; /* borrowed; bare JID -> struct room */
	struct map *operators; /* owned; bare JID -> anything */
	bool operator_needs_certificate;
	bool guests_are_visitors; /* anonymous_accounts */
	int64_t started;    /* ms since epoch */
	struct homes homes;
	struct eventing eventing;
	struct presence_memo memo;
	struct map *questions; /* owned; to the archive: id -> room, owned */
	uint64_t last_question;
};

int64_t site_now(const struct site *s);
bool site_is_operator(const struct site *s, const struct jid *from,
		      bool by_certificate);

/** A new id for a question to the archive; the answer goes to that room. */
uint64_t site_new_question(struct site *s, const struct jid *room);

/** Send a tree to one address at once, in no room's order; taken. Does nothing
 *  for NULL. */
void site_answer(struct site *s, struct elem *owned, const struct jid *to,
		 const char *local);
/** A share of what costs more than a word; false: ask again later. */
bool site_may_ask(struct site *s, const struct jid *from);
/** A share of the archive's pages, so many of them; false: ask again later. */
bool site_may_read(struct site *s, const struct jid *from, double cost);
/** Answer a stanza with an error, if it may be answered. by may be NULL. */
void site_refuse(struct site *s, const struct stanza *stanza,
		 const struct cond *cond, const struct jid *by);
