/* SPDX-License-Identifier: MIT */
/*
 * call: one request of a page and its answer. What a handler is given and what
 * it fills; nothing here knows the HTTP library, so that a test can make one.
 *
 * Thread: web thread. Owner: web, for the time of the request.
 */
#pragma once

#include "base/base.h"
#include "base/buf.h"

struct closed_days;
struct live;
struct quota;
struct reader;
struct web_room;
struct web_settings;
struct web_site;
struct MHD_Connection;
struct MHD_Response;

#define CALL_PARTS_MAX 4
#define CALL_ARGS_MAX 16
#define CALL_HEADERS_MAX 8
#define CALL_SCAN 250000 /* lines tried for somebody's question */
#define CALL_COUNT 10000 /* "more than" so many lines were found */
#define CALL_COSTLY 2000 /* lines of a day that is such work */

/** What all handlers work with; the web thread's, for its whole life. Borrowed;
 *  a member is NULL where the tests need none. */
struct web_desk {
	const struct web_settings *settings;
	struct reader *reader;
	const struct web_site *site; /* never NULL */
	struct quota *searches;      /* by call.client */
	struct live *live;
	struct closed_days *days;    /* NULL: none are kept */
};

struct call_arg {
	char *name, *value; /* owned, decoded */
};

struct call_header {
	const char *name; /* a literal */
	char *value;      /* owned */
};

struct call {
	const struct web_desk *desk;

	/* asked; strings are owned, valid UTF-8, and NULL when not there */
	bool is_head;
	char *path;           /* decoded; begins with '/' */
	const char *domain;   /* borrowed; one of settings.domains */
	char *parts[CALL_PARTS_MAX]; /* what the route's braces matched, in
				      * order, without {room} */
	size_t part_count;
	char *room;           /* bare JID that {room} matched */
	const struct web_room *view; /* of it, or NULL */
	struct call_arg args[CALL_ARGS_MAX];
	size_t arg_count;
	char *if_none_match;
	char *accept_encoding;
	char *last_event_id;
	char *client;         /* address, for limits and "is it us" */
	bool is_loopback;     /* from this machine, and through no proxy */
	struct MHD_Connection *connection; /* for live alone */

	/* answered */
	unsigned status;      /* 200 */
	const char *type;     /* literal; text/html; charset=utf-8 */
	const char *cache;    /* literal, Cache-Control: no-cache, that is ask
			       * again each time */
	char *etag;           /* owned, in quotes; NULL: made of the body */
	struct call_header headers[CALL_HEADERS_MAX];
	size_t header_count;
	struct buf body;
	int file;             /* -1, or a file to be sent instead; taken */
	uint64_t file_size;
	bool is_kept;         /* the same for all who ask so, until something
			       * changes */
	struct MHD_Response *response; /* a handler's own, sent instead; taken;
					* headers, status and type are added */
};

void call_init(struct call *c, const struct web_desk *desk);
void call_fini(struct call *c);

/** name and value as they came, percent-encoded; too many are ignored. */
void call_add_arg(struct call *c, const char *name, const char *value);
/** The first of that name; NULL: none. */
const char *call_arg(const struct call *c, const char *name);
/** Is it there and not "0"? */
bool call_flag(const struct call *c, const char *name);
/** Whoever asks gets the same, whatever stands behind '?'. */
void call_forget_args(struct call *c);
/** Work for one who asks alone counts as a search (web.search_rate). False: they
 *  had enough of that; 429. */
HW_MUST_USE bool call_may_cost(const struct call *c);
/** "" would be hidden: copies value. */
void call_add_header(struct call *c, const char *name, const char *value);
/** Does what the client has, if it told, equal etag (RFC 9110 13.1.2)? */
bool call_has(const struct call *c, const char *etag);
/** May the answer be in that encoding (RFC 9110 12.5.3)? */
bool call_takes(const struct call *c, const char *encoding);

/** An answer of no page: location as a path of ours. */
void call_redirect(struct call *c, unsigned status, const char *location);
/** The page of an error; text may be NULL (a sentence of ours). Drops the body
 *  so far. */
void call_fail(struct call *c, unsigned status, const char *text);
