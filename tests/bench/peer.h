/* SPDX-License-Identifier: MIT */
/*
 * peer: the domains that the load generator plays: each has a stream to the host
 * under test, proven by dialback, and takes the streams of the host, whose
 * dialback it believes. Not bidirectional, no acks: what every server does.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct peer_events {
	/** A stanza for a domain of ours, as it came. */
	void (*on_stanza)(int domain, const char *stanza, size_t len);
	/** The last one once more, for this address. */
	void (*on_again)(int domain, const char *stanza, size_t len,
			 const char *to);
	/** A presence that is the last one but for addresses and ids. */
	void (*on_alike)(int domain, const char *stanza, size_t len,
			 const char *from, const char *to);
};

/** host: the conference domain. Domains are "d0.bench", "d1.bench", ... */
void peer_init(const char *host, const struct sockaddr_in *host_place,
	       struct sockaddr_in *own_place, int domains,
	       const struct peer_events *events);
/** Call the host as these domains. */
void peer_call(int first, int count);
/** Streams to the host that may carry stanzas. */
int peer_ready(void);
/** Streams of the host that may carry stanzas. */
int peer_heard(void);
/** Streams that ended, in either direction. */
int peer_lost(void);
void peer_send(int domain, const char *stanza, size_t len);
size_t peer_unsent(int domain);
/** Bytes a second that are read from the host for that domain; -1: all. */
void peer_set_rate(int domain, int64_t bytes);
/** Bytes that came, in all. */
uint64_t peer_bytes(void);
