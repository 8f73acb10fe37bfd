/* SPDX-License-Identifier: MIT */
/*
 * link: the way from one of our domains to one remote domain: what waits to be
 * sent, what waits to be verified, the one stream that carries both, and all
 * policy about failure: back-off, grace, giving up. States: doc/protocol/link.md.
 *
 * Thread: its loop's (shard_of the remote domain).
 */
#pragma once

#include "base/base.h"
#include "dialback/packet.h"
#include "xmpp/cond.h"

struct envelope;
struct link;
struct place;
struct report;

struct link_events {
	/** The word of remote's server on a key. */
	void (*on_answer)(void *owner, uint64_t asker, const char *local,
			  const char *remote, enum packet_type verdict,
			  enum cond_name cond);
	/** Takes an envelope that will not arrive. */
	void (*on_undelivered)(void *owner, struct envelope *owned,
			       enum cond_name why);
	void (*on_lost)(void *owner, const char *local, const char *remote);
	/** Much waits for remote's open stream, or no longer: what it sends
	 *  should wait, too. */
	void (*on_heavy)(void *owner, const char *remote, bool is_heavy);
	/** There may be nothing left to do: see link_is_over(). Not a place to
	 *  free it. */
	void (*on_quiet)(void *owner);
};

struct link *link_new(const struct place *place, const char *local,
		      const char *remote, const struct link_events *events,
		      void *owner);
/** Only when link_is_over(). */
void link_free(struct link **l);

/** Takes the envelope; it is written at the next link_pump(). */
void link_add(struct link *l, struct envelope *owned);
/** Verify a key that a stream of ours was shown in remote's name. */
void link_ask(struct link *l, uint64_t asker, const char *stream_id,
	      const char *key);
/** Write what the stream can take now. */
void link_pump(struct link *l);
/** remote just proved on a stream to us that it is there. */
void link_revive(struct link *l);
/** The policy has changed: what it forbids ends. */
void link_review(struct link *l);
/** About every second. now: ms monotonic. */
void link_tick(struct link *l, int64_t now);

/** Flush an open stream and close it; drop the rest. Nothing begins any more;
 *  then link_is_over(). */
void link_close(struct link *l);
/** Without waiting for anybody. */
void link_abort(struct link *l);
/** Nothing waits, nothing runs, nothing to remember. */
bool link_is_over(const struct link *l);

const char *link_local(const struct link *l);
const char *link_remote(const struct link *l);
/** Adds its row. */
void link_report(const struct link *l, struct report *r);
