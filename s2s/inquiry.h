/* SPDX-License-Identifier: MIT */
/*
 * inquiry: the keys that a link has the remote domain's server verify: when each
 * is put, how often, and until when its answer is waited for.
 *
 * Owner: embedded in the link. Thread: the link's loop's.
 */
#pragma once

#include "base/base.h"
#include "dialback/packet.h"
#include "dialback/question.h"
#include "xmpp/cond.h"

struct loop;
struct outbound;
struct timer;

struct inquiry_events {
	void (*on_answer)(void *owner, uint64_t asker, enum packet_type verdict,
			  enum cond_name cond);
	/** Some were given up, and answered so. */
	void (*on_expired)(void *owner);
};

struct inquiry {
	struct loop *loop; /* borrowed */
	struct question_list questions;
	struct timer *due; /* for the oldest question */
	const struct inquiry_events *events;
	void *owner;
};

void inquiry_init(struct inquiry *i, struct loop *loop,
		  const struct inquiry_events *events, void *owner);
void inquiry_fini(struct inquiry *i);

bool inquiry_is_empty(const struct inquiry *i);
/** False: too many wait. */
HW_MUST_USE bool inquiry_add(struct inquiry *i, uint64_t asker,
			     const char *stream_id, const char *key,
			     int64_t deadline);
/** Put what was not put yet, as far as the stream takes it. True: something
 *  was. */
bool inquiry_send(struct inquiry *i, struct outbound *stream, const char *local,
		  const char *remote);
/** A typed db:verify came. False: it answers nothing. */
HW_MUST_USE bool inquiry_take_answer(struct inquiry *i,
				     const struct packet *answer,
				     const char *local, const char *remote);
/** The stream is gone. A question it took along may be put once more: perhaps
 *  it was being closed for idleness just then. */
void inquiry_forget_sent(struct inquiry *i);
/** Answer all by an error. */
void inquiry_fail(struct inquiry *i, enum cond_name cond);
