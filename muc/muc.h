/* SPDX-License-Identifier: MIT */
/*
 * muc: the rooms of all our conference domains (XEP-0045): given stanzas, the
 * time and ports, it gives back envelopes and records. The only header of this
 * folder, with env.h, that others include.
 *
 * Thread: conference loop. Knows no thread, socket, clock or database.
 */
#pragma once

#include "base/base.h"
#include "muc/blocklist.h"
#include "muc/calm.h"
#include "muc/contacts.h"
#include "muc/room_limits.h"
#include "xmpp/cond.h"

struct archive_page;
struct envelope;
struct muc;
struct muc_env;
struct record;
struct stanza;

enum muc_create { MUC_CREATE_OPERATORS, MUC_CREATE_ANYONE, MUC_CREATE_DOMAINS };

/** Strings are borrowed during muc_new(). */
struct muc_settings {
	const char *const *domains;   /* ours; normalised */
	size_t domain_count;
	const struct contacts_settings *contacts; /* of each domain; or NULL */
	const char *const *operators; /* bare JIDs, normalised */
	size_t operator_count;
	bool operator_needs_certificate; /* operator_proof */
	bool guests_are_visitors;     /* rooms.anonymous_accounts */
	enum muc_create create;       /* rooms.create */
	const char *const *create_domains;
	size_t create_domain_count;
	size_t max_users;             /* per room; 5000 */
	size_t max_rooms;             /* 20000 */
	size_t max_per_creator;       /* rooms that one user made; 20 */
	size_t max_bans;              /* of the whole service; 10000 */
	size_t max_watchers;          /* of activity (XEP-0437); 10000 */
	int64_t keep_tombstones;      /* ms, of rooms that users made; 30 d */
	bool logs_always;             /* rooms.log */
	size_t history;               /* lines kept and sent at a join; 50 */
	struct room_limits_settings limits;
	struct calm_settings calm;
	const struct blocklist_settings *blocklists;
	size_t blocklist_count;
	size_t max_affiliations;      /* of a room; 10000 */
	int64_t invite_after;         /* ms in the room before inviting; 60 s */
	size_t user_invites;          /* per person, room and hour; 20 */
	size_t room_invites;          /* per room and hour; 200 */
	size_t max_stanza;            /* bytes of a reflected stanza; 65000 */
	const char *log_url;          /* of the rooms' logs, ends in '/'; NULL */
	size_t archive_page;          /* lines of a page of the archive; 100 */
	size_t archive_bytes;         /* of a page; 512 KiB */
	size_t archive_pages;         /* a minute, to all; 6000 */
	size_t archive_questions;     /* open at once, of all; 200 */
	int64_t ping_after;           /* ms of a domain's silence; 10 min */
	int64_t ping_timeout;         /* ms for the answer; 60 s */
	unsigned char secret[32];     /* for occupant-ids (XEP-0421) */
	const char *version;          /* XEP-0092 */
	int64_t keep;                 /* ms, of the record; 0: for ever */
	const char *note_well;        /* to whoever comes in; NULL: nothing */
};
void muc_settings_init(struct muc_settings *s);

/** How the stream that brought a stanza was proven. */
enum muc_proof { MUC_BY_DIALBACK, MUC_BY_CERTIFICATE };

struct muc *muc_new(const struct muc_settings *settings,
		    const struct muc_env *env);
void muc_free(struct muc **m);

/** Before muc_start(): what the store kept, in the order of reader_load(). The
 *  record is borrowed. Records of domains that are not ours are left alone. */
void muc_restore(struct muc *m, const struct record *record);
/** Make the standing room "hallway" of every domain where it is missing. If
 *  sessions_too_old, restored sessions are ended with 333 first. */
void muc_start(struct muc *m, bool sessions_too_old);

/** A stanza came for one of our domains; taken. */
void muc_deliver(struct muc *m, struct stanza *owned, enum muc_proof proof);
/** An envelope could not be delivered; taken. Not a removal by itself. */
void muc_undelivered(struct muc *m, struct envelope *owned,
		     enum cond_name why);
/** remote stayed unreachable from our domain local beyond the grace: its
 *  occupants are removed (333), some at once, the others by muc_tick(). */
void muc_domain_lost(struct muc *m, const char *local, const char *remote);
/** The stream to remote broke; nothing is known yet. */
void muc_domain_broken(struct muc *m, const char *local, const char *remote);
/** The service stops for good: everybody is told (332), with text if it is not
 *  NULL, and out. Temporary rooms end. */
void muc_farewell(struct muc *m, const char *text);
/** Answer to env.ask_archive; taken. */
void muc_archive_answered(struct muc *m, uint64_t id,
			  struct archive_page *owned);
/** That message could not be kept and was not sent out: the room forgets it, and
 *  its sender, if it has one, gets an error. Borrowed; a RECORD_MESSAGE. */
void muc_unsaved(struct muc *m, const struct record *record);
/** Something may be due; call about once a second. */
void muc_tick(struct muc *m);

/** Numbers for hallwayctl status. */
size_t muc_room_count(const struct muc *m);
size_t muc_occupant_count(const struct muc *m); /* sessions in all rooms */
