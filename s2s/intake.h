/* SPDX-License-Identifier: MIT */
/*
 * intake: the stanzas that come on a stream: between domains that it may carry,
 * with sound addresses, or what is to be said instead. RFC 6120 8.1.
 *
 * Owner: embedded in the stream's negotiation. Thread: its loop's.
 */
#pragma once

#include "base/base.h"
#include "s2s/s2s.h"
#include "xmpp/cond.h"

struct elem;
struct envelope;
struct place;
struct stanza;
struct trust;

struct intake_events {
	/** Takes the stanza. */
	void (*on_stanza)(void *owner, struct stanza *owned,
			  enum s2s_proof proof);
	/** Takes an error that goes back before anybody saw the stanza. */
	void (*on_reply)(void *owner, struct envelope *owned);
	/** A stanza in the name of a domain that is not theirs; from: as it
	 *  was given. The stream must end. */
	void (*on_spoof)(void *owner, const char *from);
	/** The stream must end. */
	void (*on_fault)(void *owner, enum stream_cond cond);
};

struct intake {
	const struct place *place; /* borrowed */
	const struct trust *trust; /* borrowed: the pairs that may be carried */
	const struct intake_events *events;
	void *owner;
	unsigned strays;
};

/** trust: the pairs that may be carried. Both are borrowed. */
void intake_init(struct intake *in, const struct place *place,
		 const struct trust *trust, const struct intake_events *events,
		 void *owner);

bool intake_is_stanza(const struct elem *e);
/** Takes the element. */
void intake_take(struct intake *in, struct elem *owned);
