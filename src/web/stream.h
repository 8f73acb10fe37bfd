/* SPDX-License-Identifier: MIT */
/*
 * stream: an answer that is made piece by piece, while it is sent: no more of it
 * is in memory than one piece.
 *
 * Thread: web thread.
 */
#pragma once

#include "base/base.h"

struct buf;
struct MHD_Response;

struct stream_events {
	/** Append the next piece, which may be empty. False: it was the last. */
	bool (*fill)(void *owner, struct buf *out);
	/** All is sent, or nobody waits for it any more. Takes the owner. */
	void (*gone)(void *owner);
};

/** For call.response. events are borrowed for ever, owner is taken. */
struct MHD_Response *stream_new(const struct stream_events *events,
				void *owner);
