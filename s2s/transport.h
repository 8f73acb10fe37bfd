/* SPDX-License-Identifier: MIT */
/*
 * transport: the bytes below a stream: TCP, and from some moment on TLS over it.
 *
 * Owner: embedded in the stream. Thread: the stream's loop's. The events are
 * the stream's own, as those of net/tcp and net/tls.
 */
#pragma once

#include "base/base.h"
#include "net/tls.h"

struct addr;
struct loop;
struct tcp;
struct tcp_events;

struct transport {
	struct tcp *tcp; /* until TLS takes it */
	struct tls *tls; /* then this */
};

/** Takes the socket; false: it is of no use. */
HW_MUST_USE bool transport_open(struct transport *t, struct loop *loop,
				int owned_fd, const struct tcp_events *events,
				void *owner);
/** TLS from here on; head: what came already and belongs to it. Reads. */
void transport_start_tls(struct transport *t,
			 const struct tls_settings *settings, const void *head,
			 size_t head_len, const struct tls_events *events,
			 void *owner);

void transport_read(struct transport *t, bool on);
/** What was written, now: tls_flush(). */
void transport_flush(struct transport *t);
void transport_write(struct transport *t, const void *data, size_t len);
void transport_shutdown(struct transport *t);
void transport_set_abrupt(struct transport *t);
void transport_close(struct transport *t);

const struct addr *transport_peer(const struct transport *t);
const char *transport_describe(const struct transport *t); /* what TLS agreed on */
size_t transport_queued(const struct transport *t);
uint64_t transport_taken(const struct transport *t);
bool transport_is_stalled(const struct transport *t);
int64_t transport_progress_at(const struct transport *t);
