/* SPDX-License-Identifier: MIT */
/*
 * limits: what one end of a stream will take (XEP-0478): the size of a stanza,
 * and how long it believes in a silent peer.
 */
#pragma once

#include "base/base.h"

struct elem;

/** Zeroed = nothing was said. */
struct limits {
	size_t max_bytes; /* of a stanza as it stands on the wire */
	int64_t idle;     /* ms */
};

/** Append <limits/> to a feature list or <bidi/>. */
void limits_add(struct elem *parent, const struct limits *l);
/** What a child <limits/> says; leaves *l as it is where nothing sensible is
 *  said. Nobody may refuse what RFC 6120 13.12 lets everybody send: less than
 *  10000 bytes are read as 10000. */
void limits_read(const struct elem *parent, struct limits *l);
/** After how many ms without writing a sign of life is due: ours, or what leaves
 *  the peer half of its patience. */
int64_t limits_keepalive(const struct limits *peer, int64_t ours);
