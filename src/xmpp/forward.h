/* SPDX-License-Identifier: MIT */
/*
 * forward: a message inside another one (XEP-0297).
 */
#pragma once

#include "base/base.h"

struct elem;
struct jid;

/** Append <forwarded/> with the delay and the message, as clients know it: what
 *  is the stream's here is jabber:client there. message NULL: without one.
 *  Returns <forwarded/>, borrowed. */
struct elem *forward_add(struct elem *parent, const struct elem *message,
			 const struct jid *by, int64_t at);
