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
#include "s2s/s2s.h"
#include "xmpp/cond.h"

struct addr;
struct envelope;
struct feed_portion;
struct link;
struct place;
struct report;
struct stanza;

struct link_events {
	/** The word of remote's server on a key. */
	void (*on_answer)(void *owner, uint64_t asker, const char *local,
			  const char *remote, enum packet_type verdict,
			  enum cond_name cond);
	/** Takes an envelope that will not arrive. */
	void (*on_undelivered)(void *owner, struct envelope *owned,
			       enum cond_name why);
	/** What came on a stream of ours (XEP-0288); as of struct intake. */
	void (*on_stanza)(void *owner, struct stanza *owned,
			  enum s2s_proof proof);
	void (*on_reply)(void *owner, struct envelope *owned);
	/** Send through a stream of theirs. */
	void (*on_portion)(void *owner, const char *local, const char *remote,
			   const struct feed_portion *portion);
	/** Nothing more will be sent through it; is_broken: it must end. */
	void (*on_release)(void *owner, const char *local, const char *remote,
			   uint64_t stream, bool is_broken);
	void (*on_lost)(void *owner, const char *local, const char *remote);
	/** As s2s_events.on_way; may be NULL. */
	void (*on_way)(void *owner, const char *local, const char *remote,
		       enum s2s_way way);
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
/** Verify a key that a stream of ours was shown in remote's name, by whom. */
void link_ask(struct link *l, uint64_t asker, const struct addr *by,
	      const char *stream_id, const char *key);
/** Write what the stream can take now. */
void link_pump(struct link *l);
/** Send now what the last link_pump() wrote: while it is in the cache, and its
 *  buffers serve the next link. The caller's last act on the link. */
void link_flush(struct link *l);
/** To be pumped. False: that is known since the last time. */
bool link_touch(struct link *l);
/** Through this stream to us remote can be reached as well (XEP-0288). */
void link_feed(struct link *l, uint64_t stream, size_t max_bytes);
/** What was sent there has left; or it is closed, see feed_remove(). */
void link_take_fed(struct link *l, uint64_t stream, uint32_t serial);
void link_unfeed(struct link *l, uint64_t stream, uint32_t serial);
/** Stop reading and go on. */
void link_pause(struct link *l, bool on);
/** The daemon ends: take no more from a stream that they may use, too. */
void link_retire(struct link *l);
/** Its people are in rooms of ours, or no more. */
void link_attend(struct link *l, bool on);
/** What was sent is not answered: the next goes by a new stream. */
void link_doubt(struct link *l);
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
