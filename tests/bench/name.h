/* SPDX-License-Identifier: MIT */
/*
 * name: the load generator's DNS server: every domain below .bench is at one
 * address, its XMPP server at one port.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

/** Where the names lead: peers, but for the host's own name. */
void name_set_places(const struct sockaddr_in *peers, const char *host,
		     const struct sockaddr_in *host_place);
/** Answers the question in the packet, over it (wire_listen_udp). */
size_t name_answer(unsigned char *packet, size_t len, size_t cap);
