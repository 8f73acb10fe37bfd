/* SPDX-License-Identifier: MIT */
/*
 * fake_dns: a DNS server on loopback, UDP and TCP, that answers as a test says.
 */
#pragma once

#include "base/base.h"
#include "base/buf.h"

struct fake_dns;
struct loop;

/** Puts the answer into reply (packet_start() was not called); an empty one is
 *  silence. */
typedef void (*fake_dns_fn)(void *owner, unsigned id, const char *name,
			    unsigned type, bool is_tcp, struct buf *reply);

struct fake_dns *fake_dns_open(struct loop *loop, fake_dns_fn fn, void *owner);
/** "127.0.0.1:PORT"; borrowed. */
const char *fake_dns_servers(const struct fake_dns *d);
void fake_dns_close(struct fake_dns *d); /* frees itself */
