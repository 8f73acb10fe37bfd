/* SPDX-License-Identifier: MIT */
/*
 * tcp: a byte stream on a socket. What is written in a loop turn goes out in one
 * write at its end.
 *
 * Thread: its loop's. Two-phase close: tcp_close() starts, on_closed is the last
 * word, then the tcp is gone. Callbacks may close, never free.
 */
#pragma once

#include "base/base.h"

struct addr;
struct loop;
struct tcp;

struct tcp_events {
	void (*on_bytes)(void *owner, const unsigned char *data, size_t len);
	void (*on_drained)(void *owner); /* all written bytes left us; optional */
	void (*on_end)(void *owner);     /* the peer ended its direction */
	void (*on_failed)(void *owner, int error); /* then only close is left */
	void (*on_closed)(void *owner);
};

/** Take a connected socket. Reading is off until tcp_read(). On error the fd is
 *  closed and NULL returned. */
struct tcp *tcp_open(struct loop *loop, int owned_fd,
		     const struct tcp_events *events, void *owner);
/** Hand the stream to another owner (TLS over it). */
void tcp_set_owner(struct tcp *t, const struct tcp_events *events, void *owner);
void tcp_read(struct tcp *t, bool on);
/** Queue a copy of data; goes out at the end of the turn. */
void tcp_write(struct tcp *t, const void *data, size_t len);
/** Send what is queued now; on_drained or on_failed may come before
 *  this returns. */
void tcp_flush(struct tcp *t);
/** Let the kernel have much that is queued while it is in the cache. What comes of
 *  it is told at the next flush, which is the caller's to ask for. */
void tcp_push(struct tcp *t);
size_t tcp_queued(const struct tcp *t); /* bytes not yet taken by the kernel */
/** Bytes that the kernel took, ever. */
uint64_t tcp_taken(const struct tcp *t);
/** Does the kernel send the same again and again, for seconds, to a peer that
 *  does not take it? */
bool tcp_is_stalled(const struct tcp *t);
/** Monotonic ms at which the kernel last took bytes, or at which the first of
 *  those that wait was written (at open: then). */
int64_t tcp_progress_at(const struct tcp *t);
/** Flush, then send FIN; what is written after this is dropped. */
void tcp_shutdown(struct tcp *t);
/** Close now; queued bytes are tried once, without waiting. Twice = once. */
void tcp_close(struct tcp *t);
/** When it is closed, what the peer has not taken by then goes nowhere (RST): it
 *  will be said again elsewhere. */
void tcp_set_abrupt(struct tcp *t);
struct loop *tcp_loop(const struct tcp *t);
const struct addr *tcp_peer(const struct tcp *t); /* NULL on a unix socket */
