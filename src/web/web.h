/* SPDX-License-Identifier: MIT */
/*
 * web: the log of the rooms and the service's own pages over HTTP: one polling
 * thread (libmicrohttpd) with a reader of its own. It knows no room: what is
 * said reaches it as lines, what there is as a snapshot.
 *
 * Thread: web_*() the conference loop's; a handler runs on the web thread.
 */
#pragma once

#include "base/base.h"

struct sign_key;
struct web;
struct web_site;
struct record;

/** Whom to write to about a domain; strings are borrowed. */
struct web_contact {
	const char *domain;
	const char *kind; /* "admin", "abuse", ... as in the configuration */
	const char *uri;  /* "mailto:admin@example.org" */
};

/** Strings are borrowed until web_close(). */
struct web_settings {
	const char *const *listen;   /* web.listen: "*:5280" */
	size_t listen_count;
	const char *url;             /* web.url: "https://rooms.example/"; what
				      * links, feeds and disco tell */
	const char *certificate;     /* web.certificate: PEM, or NULL: plain */
	const char *key;
	const char *const *domains;  /* ours; rooms of the first are at the
				      * root, of the others under their name */
	size_t domain_count;
	const char *database;        /* path */
	const char *cache;           /* folder of the kept days */
	const char *texts;           /* web.texts: folder with the operator's
				      * own pages; NULL: the built-in ones */
	const char *public_key;      /* PEM; what signs the days, or NULL */
	const char *records;         /* folder of the sessions' packages */
	const struct sign_key *sign_key; /* what signs those; with either NULL
				      * none are made */
	const struct web_contact *contacts;
	size_t contact_count;
	int64_t keep;                /* ms; archive.keep; 0: for ever */
	int64_t keep_presence;       /* ms; archive.keep_presence; likewise */
	size_t cache_size;           /* bytes; web.cache: kept days; 256 MiB */
	const char *client;          /* web.client: a client in the browser,
				      * "https://chat.example/#{room}"; NULL:
				      * none is offered */
	const char *version;
	size_t max_clients;          /* web.max_clients: connections; 2000 */
	size_t max_per_address;      /* web.max_per_address: of them; 100 */
	size_t max_live;             /* web.max_live: waiting pages; 1500 */
	size_t ring;                 /* web.live_ring: lines for them; 1024 */
	int search_rate;             /* web.search_rate: per minute; 30 */
	size_t page_lines;           /* web.page_lines: of a search; 50 */
	size_t day_lines;            /* web.day_lines: of a day's page, and
				      * read at once for a day; 50000 */
	bool metrics_everywhere;     /* web.metrics: anyone; default loopback */
};
void web_settings_init(struct web_settings *s);

HW_MUST_USE int web_open(const struct web_settings *settings,
			 struct web **web_out);
/** The files of the certificate may have changed: who comes from now on gets
 *  the new one. When it is no good the old one stays, and the log tells. */
void web_renew(struct web *w);
/** The port that a listening address got ("127.0.0.1:0"), by its place. */
uint16_t web_port(const struct web *w, size_t which);
/** Resumes who waits, ends the thread; blocks. */
void web_close(struct web **w);

/** A record that was committed and touches the pages - message, retraction,
 *  presence, gap, news, group, session, note; taken. Any other is ignored. */
void web_committed(struct web *w, struct record *owned);
/** Somebody is typing in a room that the web shows; text: so far, "" = no more. */
void web_caption(struct web *w, const char *room, const char *nick,
		 const char *text);
/** What there is now; taken. */
void web_show(struct web *w, struct web_site *owned);
