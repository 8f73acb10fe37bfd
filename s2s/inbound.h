/* SPDX-License-Identifier: MIT */
/*
 * inbound: the negotiation when they called us: STARTTLS before anything, then
 * SASL EXTERNAL if their certificate is worth it, or dialback as receiving and as
 * authoritative server, then stanzas of authorised pairs only. RFC 6120,
 * XEP-0178, XEP-0220. States: doc/protocol/stream.md.
 *
 * Thread: its loop's. Two-phase close; gone after on_closed.
 */
#pragma once

#include "base/base.h"
#include "dialback/packet.h"
#include "s2s/s2s.h"

struct buf;
struct envelope;
struct inbound;
struct place;
struct report;
struct stanza;

/** All about one stream; its number names it. */
struct inbound_events {
	/** A pair was authorised; is_first: before it the stream had none. */
	void (*on_authorised)(void *owner, uint64_t number, const char *local,
			      const char *remote, enum s2s_proof proof,
			      bool is_first);
	/** Ask remote's server whether it made that key; the answer comes by
	 *  inbound_answer(), never before this has returned. */
	void (*on_question)(void *owner, uint64_t number, const char *local,
			    const char *remote, const char *stream_id,
			    const char *key);
	/** Takes the stanza. */
	void (*on_stanza)(void *owner, struct stanza *owned,
			  enum s2s_proof proof);
	/** Takes an error that goes back before anybody saw the stanza. */
	void (*on_reply)(void *owner, struct envelope *owned);
	/** We may send to remote here (XEP-0288), in pieces up to max_bytes
	 *  (0 = any); its link is to be told. */
	void (*on_feed)(void *owner, uint64_t number, const char *local,
			const char *remote, size_t max_bytes);
	/** That portion has left. */
	void (*on_fed)(void *owner, uint64_t number, const char *local,
		       const char *remote, uint32_t serial);
	/** Not any more: the stream is closed. Of the portion with that serial
	 *  something left, of later ones nothing. */
	void (*on_unfed)(void *owner, uint64_t number, const char *local,
			 const char *remote, uint32_t serial);
	/** A pair that was authorised; the stream is closed. */
	void (*on_unseated)(void *owner, uint64_t number, const char *local,
			    const char *remote);
	void (*on_closed)(void *owner, uint64_t number, bool was_authorised);
};

/** Takes the socket; NULL when it is dead already. */
struct inbound *inbound_open(const struct place *place, int owned_fd,
			     uint64_t number,
			     const struct inbound_events *events, void *owner);
/** The word of remote's server. Nothing happens when nobody waits for it. */
void inbound_answer(struct inbound *in, const char *local, const char *remote,
		    enum packet_type verdict, enum cond_name cond);
/** A portion of so many stanzas for remote; nothing happens when the stream is
 *  about to end. */
void inbound_give(struct inbound *in, const char *local, const char *remote,
		  uint32_t serial, const struct buf *data, size_t stanzas);
/** The link will give no more; is_broken: it cannot, end the stream. */
void inbound_release(struct inbound *in, const char *local, const char *remote,
		     bool is_broken);
/** The policy has changed: end the stream if it forbids a pair of it. */
void inbound_review(struct inbound *in);
void inbound_pause(struct inbound *in, bool on);
/** If it speaks for remote, read no more for now, or go on: too much waits to be
 *  sent there. */
void inbound_hold(struct inbound *in, const char *remote, bool on);
/** Send it away: there are newer ones. */
void inbound_expel(struct inbound *in);
/** Now and then: keep-alive. now: ms monotonic. */
void inbound_tick(struct inbound *in, int64_t now);
/** The daemon ends: we say so, and hear the peer out. Not if we may send stanzas on
 *  it, nor if what it sent is acknowledged: what we do not take of such a one goes
 *  back to who said it. */
void inbound_finish(struct inbound *in);
/** Is there still something to be heard after that? */
bool inbound_is_finishing(const struct inbound *in);
/** Politely, when those who feed it have released it. */
void inbound_close(struct inbound *in);
void inbound_abort(struct inbound *in);
/** Adds a row for each pair that it carries; one if there is none. */
void inbound_report(const struct inbound *in, struct report *r);
