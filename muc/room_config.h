/* SPDX-License-Identifier: MIT */
/*
 * room_config: how a room is set up, and its text in the store: a submitted data
 * form, so that one table of fields (room_field) serves the store and the
 * owner's form.
 *
 * Thread: conference loop. Owner: embedded in struct room.
 */
#pragma once

#include "base/base.h"
#include "muc/role.h"

/** Strings are owned. */
struct room_config {
	char *name;              /* or NULL: the local part stands for it */
	char *description;       /* or NULL */
	char *lang;              /* or NULL */
	char *password;          /* or NULL: none asked for */
	bool is_persistent;
	bool is_public;
	bool is_moderated;
	bool is_members_only;
	bool is_logged;
	bool shows_jids;         /* non-anonymous */
	int64_t jids_since;      /* ms; shown since; 0 = from the beginning */
	bool may_change_subject; /* participants, too */
	bool may_invite;         /* all occupants; in members-only rooms none */
	bool registers_members;  /* who registers becomes a member */
	bool locks_nicks;        /* who has a reserved nick goes by no other */
	enum role pm_from;       /* the least that may; ROLE_COUNT = nobody */
	int64_t calm_from;       /* ms since epoch; of a calm room, or 0 */
	int64_t calm_until;      /* ms since epoch, or 0 (muc/calm) */
	bool is_locked;          /* made, not yet configured (#enter-locked) */
	int64_t max_users;       /* 0 = what the service allows */
	int64_t max_history;     /* lines for a newcomer */
	int64_t slow_mode;       /* s between two messages of one; XEP-0500 */
	unsigned broadcast;      /* roles whose presence is shown: 1 << role */
	unsigned list_readers;   /* roles that may read lists, likewise */
	bool forwards_mentions;  /* XEP-0452 */
	bool is_noindex;         /* search engines are asked to stay away */
	char *pubsub;            /* or NULL: where its news are */
	char *avatar;            /* or NULL; a vCard as XML (XEP-0486) */
	char *avatar_hashes;     /* or NULL; SHA-1 of its pictures, by blanks */
	/* not the owner's */
	bool of_house;           /* made by the service, not by a user */
	char *creator;           /* or NULL; bare JID */
	char *voices;            /* or NULL; as voices_write() gave it */
	bool is_destroyed;       /* a tombstone: nobody comes in */
	char *venue;             /* or NULL; of a tombstone: go there */
	char *farewell;          /* or NULL; why it was destroyed */
	char *hats;              /* or NULL; made for this room: see hat.h */
	char *leaders;           /* or NULL; the group's roster: see leaders.h */
	char *claims;            /* or NULL; who says to be one of them */
};

#define ROOM_CONFIG_ALL_ROLES                                    \
	((1u << ROLE_VISITOR) | (1u << ROLE_PARTICIPANT) | \
	 (1u << ROLE_MODERATOR))

/** As a room that a user makes: temporary, open, semi-anonymous, logged. */
void room_config_init(struct room_config *c);
void room_config_fini(struct room_config *c);
/** to must not be initialised. */
void room_config_copy(struct room_config *to, const struct room_config *from);
/** Owned text. */
char *room_config_write(const struct room_config *c);
/** Would they be written the same? */
bool room_config_is_same(const struct room_config *a,
			 const struct room_config *b);
/** Take over the fields that text holds; what it does not hold stays. */
HW_MUST_USE int room_config_read(struct room_config *c, const char *text);
/** May anybody find it and come in? */
bool room_config_is_open(const struct room_config *c);
/** Is what is said there for everybody to read: in the log, on the web, from
 *  the archive without coming in? */
bool room_config_is_on_record(const struct room_config *c);
