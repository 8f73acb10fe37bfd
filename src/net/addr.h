/* SPDX-License-Identifier: MIT */
/*
 * addr: socket addresses.
 */
#pragma once

#include <sys/socket.h>

#include "base/base.h"

#define ADDR_TEXT_SIZE 64

struct addr {
	struct sockaddr_storage ss;
	socklen_t len;
};

/** "192.0.2.1:5269", "[::1]:5269"; the port may be left out if fallback > 0. */
HW_MUST_USE int addr_parse(const char *text, uint16_t fallback,
			   struct addr *out);
/** From raw bytes of an A (4) or AAAA (16) record. */
void addr_from_bytes(struct addr *out, const void *bytes, size_t len,
		     uint16_t port);
/** "192.0.2.1:5269" or "[2001:db8::1]:5269". */
void addr_print(const struct addr *a, char out[ADDR_TEXT_SIZE]);
/** Who is behind an address, for limits: an IPv4 address (also a mapped one), or
 *  the network of that many bits: "192.0.2.1", "2001:db8::/64". */
void addr_print_network(const struct addr *a, unsigned ipv6_bits,
			char out[ADDR_TEXT_SIZE]);
bool addr_equal(const struct addr *a, const struct addr *b);
uint16_t addr_port(const struct addr *a);
void addr_set_port(struct addr *a, uint16_t port);
bool addr_is_ipv6(const struct addr *a);
/** Loopback, private, link-local, CGNAT, multicast, unspecified, v4-mapped and
 *  NAT64 of these: not to be dialled unless s2s.allow_private. */
bool addr_is_private(const struct addr *a);
