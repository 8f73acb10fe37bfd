/* SPDX-License-Identifier: MIT */
/*
 * world: several s2s instances in one process with a DNS of their own, on
 * loopback and ports that the kernel picks.
 */
#pragma once

#include <pthread.h>

#include "base/base.h"
#include "s2s/s2s.h"

#define WORLD_TIMEOUT 60000 /* ms that anything may take */

struct creds;
struct stanza;

/* ---- DNS ---- */

/** Start the responder; it knows nobody. */
void world_begin(void);
void world_end(void);
/** "127.0.0.1:PORT" of the responder. */
const char *world_dns(void);
/** domain's server is on this port of 127.0.0.1. 0: no such name. */
void world_set_port(const char *domain, uint16_t port);

/* ---- servers ---- */

struct world_server {
	const char *domain;
	struct s2s *s2s;
	struct creds *creds;
	uint16_t port;
	pthread_mutex_t mutex;
	pthread_cond_t changed;
	struct stanza **stanzas; /* that came, in order */
	size_t count;
	size_t lost;             /* on_lost calls */
	size_t undelivered;
	size_t proofs;           /* on_proof calls */
	enum cond_name why;      /* of the last undelivered */
	size_t full_at;          /* on_stanza says full from so many on; 0 = never */
};

/** What world_open() opens with; change it first. */
void world_settings(struct s2s_settings *s);
/** domain must be a constant. Told to DNS unless is_secret. */
struct world_server *world_open(const char *domain,
				const struct s2s_settings *settings,
				bool is_secret);
void world_close(struct world_server **w);
/** A message from room@local to someone@remote with that body. */
void world_send(struct world_server *w, const char *to, const char *body);
/** Wait until at least so many stanzas came; false after the time-out. */
bool world_await(struct world_server *w, size_t count);
bool world_await_lost(struct world_server *w, size_t lost,
		      size_t undelivered);
/** Body of the i-th stanza that came; "" when it has none. */
const char *world_body(struct world_server *w, size_t i);

/* ---- a peer by hand ---- */

struct world_peer;

struct world_peer *world_peer_connect(uint16_t port);
void world_peer_free(struct world_peer **p);
void world_peer_send(struct world_peer *p, const char *text);
/** Read until text has come; false when the stream ends or time is up. */
bool world_peer_await(struct world_peer *p, const char *text);
/** Read until the end of the stream. */
bool world_peer_await_end(struct world_peer *p);
/** All that was read since the last send. */
const char *world_peer_read(const struct world_peer *p);
/** TLS from here on, after <proceed/>. */
bool world_peer_start_tls(struct world_peer *p);
/** Cut the connection without close_notify. */
void world_peer_cut(struct world_peer *p);
/** A listening socket that DNS leads domain to. */
int world_peer_listen(const char *domain);
/** The next who calls there; NULL when nobody does in time. */
struct world_peer *world_peer_accept(int listener);
/** As server_named: take STARTTLS and both headers, send features, so that
 *  dialback may come. */
bool world_peer_serve(struct world_peer *p, const char *server_named);
/** TLS from here on, as server. */
bool world_peer_serve_tls(struct world_peer *p, const char *server_named);

/** Header to, STARTTLS, header again, features read: ready for dialback. */
bool world_peer_negotiate(struct world_peer *p, const char *from,
			  const char *to);
/** The id of the last header that came then. */
const char *world_peer_id(const struct world_peer *p);
