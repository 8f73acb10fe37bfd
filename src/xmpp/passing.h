/* SPDX-License-Identifier: MIT */
/*
 * passing: stanzas that say how things are just now, so that a later one of the
 * same sender makes an earlier one needless.
 */
#pragma once

#include "base/base.h"
#include "xmpp/stanza.h"

struct elem;

enum passing {
	PASSING_NOT,        /* an event: it happened, and is to be known */
	PASSING_PRESENCE,   /* available, and nothing else */
	PASSING_CHAT_STATE, /* somebody types, or not (XEP-0085) */
};

/** What a message or presence is. A presence with status codes tells what
 *  happened (XEP-0045), so does a message with anything but a chat state. */
enum passing passing_of(const struct elem *e, enum stanza_kind kind,
			enum stanza_type type);
