/* SPDX-License-Identifier: MIT */
/*
 * service: what the bare address of a conference domain answers (XEP-0045
 * #disco-service-features, #disco-rooms; RFC 6120 10.5.1, RFC 6121 8.5).
 *
 * Thread: conference loop.
 */
#pragma once

struct directory;
struct site;
struct stanza;

/** A stanza to the domain itself. */
void service_deliver(struct site *site, const struct directory *rooms,
		     const struct stanza *s);
