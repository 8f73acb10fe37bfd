/* SPDX-License-Identifier: MIT */
/*
 * wire: the load generator's connections: one thread, epoll, TLS by GnuTLS. It
 * is made to cost little: large reads into one buffer for all, writes gathered
 * until the loop turns, asleep when there is nothing to do.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct wire_conn;

struct wire_events {
	/** All that has come and was not yet consumed; returns how much of it
	 *  is consumed now. */
	size_t (*on_data)(void *owner, const char *data, size_t len);
	/** The TLS handshake is done. */
	void (*on_secure)(void *owner);
	/** It ended; the connection is freed behind this. */
	void (*on_end)(void *owner, const char *why);
};

/** Makes a certificate for everybody. */
void wire_init(void);
/** ns, monotonic. */
int64_t wire_now(void);
/** When what is handed over was read. */
int64_t wire_read_at(void);

struct wire_conn *wire_connect(const struct sockaddr_in *to,
			       const struct wire_events *events, void *owner);
/** on_accept gives the owner of the new connection. */
void wire_listen(struct sockaddr_in *at, const struct wire_events *events,
		 void *(*on_accept)(struct wire_conn *c));
/** A UDP socket; on_packet writes its answer over the question and returns its
 *  length, 0 = none. */
void wire_listen_udp(struct sockaddr_in *at,
		     size_t (*on_packet)(unsigned char *packet, size_t len,
					 size_t cap));
void wire_start_tls(struct wire_conn *c, bool is_server);
void wire_send(struct wire_conn *c, const char *data, size_t len);
size_t wire_unsent(const struct wire_conn *c);
/** At most so many bytes are read in a second; 0: none; -1: all there are. */
void wire_set_rate(struct wire_conn *c, int64_t bytes);

/** Turns the loop until is_done() says so, or ns have passed; did it? */
bool wire_run(bool (*is_done)(void), int64_t ns);
