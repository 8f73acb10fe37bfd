/* SPDX-License-Identifier: MIT */
/*
 * web_site: an immutable picture of the service for the pages: its rooms and
 * its links, made by the daemon every few seconds when something changed.
 *
 * Thread: made by one and given to another, which reads it.
 */
#pragma once

#include "base/base.h"

/** Strings are owned. */
struct web_room {
	char *jid;         /* bare */
	char *name;
	char *description; /* or NULL */
	char *subject;     /* or NULL */
	char *lang;        /* or NULL */
	char *venue;       /* of one that is gone; or NULL */
	size_t occupants;
	int64_t created;   /* ms since epoch */
	int64_t said;      /* ms, or 0 */
	bool is_on_web;
	bool is_noindex;
	bool is_gone;
};

/** The way to another domain, for the health page. */
struct web_link {
	char *local, *remote;
	char *state;       /* as "s2s list" says it */
	char *proof;       /* how it is proven, or NULL */
	char *trouble;     /* the last error in words, or NULL */
};

struct web_site {
	struct web_room *rooms; /* by JID */
	size_t room_count;
	struct web_link *links;
	size_t link_count;
	int64_t at;        /* ms; when it was made */
};

struct web_site *web_site_new(void);
/** Adds an empty one, to be filled by the maker; valid until the next. */
struct web_room *web_site_add_room(struct web_site *s);
struct web_link *web_site_add_link(struct web_site *s);
/** NULL is harmless. */
void web_site_free(struct web_site **s);
/** NULL: none. */
const struct web_room *web_site_find(const struct web_site *s,
				     const char *jid);
