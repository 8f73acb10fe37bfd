/* SPDX-License-Identifier: MIT */
/*
 * view: the rooms as others may read them - the pages' directory, the commands.
 *
 * Thread: conference loop.
 */
#pragma once

#include "base/base.h"

struct muc;

/** Strings are borrowed during the call. */
struct room_view {
	const char *jid;         /* bare */
	const char *name;        /* for people; never NULL */
	const char *description; /* or NULL */
	const char *subject;     /* or NULL */
	const char *lang;        /* or NULL */
	const char *creator;     /* bare JID, or NULL */
	const char *venue;       /* of one that is gone: go there; or NULL */
	const char *farewell;    /* of one that is gone: why; or NULL */
	size_t occupants;
	size_t sessions;
	int64_t created;         /* ms since epoch */
	int64_t said;            /* ms; when last, since the start; or 0 */
	bool is_public;          /* listed */
	bool is_members_only;
	bool is_moderated;
	bool is_calm;            /* under attack, and made so (muc/calm) */
	bool has_password;
	bool is_persistent;
	bool is_logged;
	bool is_on_web;          /* logged, and everybody may know and enter */
	bool is_noindex;         /* not for search engines */
	bool of_house;
	bool is_gone;            /* a tombstone stands there */
};
typedef void (*room_view_fn)(void *owner, const struct room_view *view);

/** By JID. */
void view_rooms(const struct muc *m, room_view_fn fn, void *owner);
/** False: there is no such room. */
bool view_room(const struct muc *m, const char *jid, room_view_fn fn,
	       void *owner);
