/* SPDX-License-Identifier: MIT */
/*
 * listen: listening sockets, TCP and unix. Accepted sockets are handed over as
 * plain descriptors, so that they can be dealt to another loop.
 *
 * Thread: its loop's.
 */
#pragma once

#include "base/base.h"

struct addr;
struct listen;
struct loop;

struct listen_events {
	/** Takes fd (non-blocking). peer is NULL on a unix socket. */
	void (*on_accept)(void *owner, int owned_fd, const struct addr *peer);
	/** Somebody was turned away: descriptors are short. Optional. */
	void (*on_turned_away)(void *owner);
	void (*on_closed)(void *owner); /* after listen_close(); optional */
};

/** where: "*:5269" (both families), "127.0.0.1:5269", "[::]:5269". */
HW_MUST_USE int listen_tcp(struct loop *loop, const char *where,
			   const struct listen_events *events, void *owner,
			   struct listen **listen_out);
/** A unix socket at path with that mode; a stale one is replaced, a live one is
 *  HW_E_BUSY. */
HW_MUST_USE int listen_unix(struct loop *loop, const char *path, unsigned mode,
			    const struct listen_events *events, void *owner,
			    struct listen **listen_out);
/** Of a TCP listener: keep so many of the process's descriptors from peers (64;
 *  never more than half, and peers get 90 % at most). */
void listen_set_reserve(struct listen *l, unsigned descriptors);
/** Port in use (for ":0"), of the first socket. */
uint16_t listen_port(const struct listen *l);
void listen_close(struct listen *l); /* frees itself */
