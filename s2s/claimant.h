/* SPDX-License-Identifier: MIT */
/*
 * claimant: a server that called us, as one that speaks for domains - what it asks
 * by dialback, and whether its certificate or its domain's own server proves what
 * it claims. XEP-0220, XEP-0344.
 *
 * Owner: embedded in the stream's negotiation, which fills the first fields.
 * Thread: its loop's.
 */
#pragma once

#include "base/base.h"
#include "dialback/packet.h"
#include "dialback/receiver.h"
#include "net/cert.h"
#include "s2s/s2s.h"

struct place;
struct stream;
struct trust;

struct claimant_events {
	/** Ask remote's server whether it made that key; the answer comes by
	 *  claimant_answer(), never before this has returned. */
	void (*on_question)(void *owner, const char *local, const char *remote,
			    const char *key);
	/** It may speak for remote to local; is_first: before it, for nobody. */
	void (*on_proof)(void *owner, const char *local, const char *remote,
			 enum s2s_proof proof, bool is_first);
	/** It claims a domain of ours. The stream must end. */
	void (*on_spoof)(void *owner, const char *claimed);
	/** It asks for too much. The stream must end. */
	void (*on_excess)(void *owner, const char *text);
	/** Its claim is wrong, and it has no other: the stream is of no use. */
	void (*on_disproved)(void *owner);
};

struct claimant {
	const struct place *place; /* borrowed, as the next three */
	struct stream *stream;
	struct trust *trust;              /* the pairs that it proved */
	const enum cert_verdict *verdict; /* on its chain for the name in its
					   * last header */
	const struct claimant_events *events;
	void *owner;
	struct receiver receiver;
	unsigned claims; /* that were asked back */
	bool was_asked;  /* it verified a key with us */
};

void claimant_init(struct claimant *c);
void claimant_fini(struct claimant *c);
/** The stream begins anew: what was begun under its old id ends. */
void claimant_restart(struct claimant *c);

/** A db:result or db:verify without type came, over TLS. */
void claimant_take(struct claimant *c, const struct packet *p);
/** The word of remote's server. Nothing happens when nobody waits for it. */
void claimant_answer(struct claimant *c, const char *local, const char *remote,
		     enum packet_type verdict, enum cond_name cond);
/** Answer with an error. */
void claimant_refuse(struct claimant *c, const struct packet *p,
		     enum cond_name cond);

/** False: the operator does not want remote; told and counted. */
bool claimant_is_allowed(const struct claimant *c, const char *remote);
/** What its chain says of remote, whoever that is. */
enum cert_verdict claimant_judge(const struct claimant *c, const char *remote);
/** Count a proof; warn of one that is weaker than those before. */
void claimant_note_proof(const struct claimant *c, const char *remote,
			 enum s2s_proof proof);
