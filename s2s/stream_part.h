/* SPDX-License-Identifier: MIT */
/*
 * stream_part: what the files of stream share: stream.c has its life and what
 * they say, stream_say.c what we say and how we end, stream_view.c what others
 * are told of it.
 *
 * Thread: its loop's.
 */
#pragma once

#include "base/buf.h"
#include "net/addr.h"
#include "s2s/brake.h"
#include "s2s/pace.h"
#include "s2s/stream.h"
#include "s2s/transport.h"

struct parser;
struct timer;

#define STREAM_ID_BYTES 16

enum stream_state {
	STREAM_NEW,       /* nothing was said yet */
	STREAM_PLAIN,     /* XML over TCP */
	STREAM_WAITING,   /* for our turn to shake hands (s2s/pace) */
	STREAM_HANDSHAKE, /* TLS only */
	STREAM_SECURE,    /* XML over TLS */
	STREAM_CLOSING,   /* we said </stream:stream>, they not yet */
	STREAM_ENDING,    /* all said: flushing, then waiting for their end */
	STREAM_CLOSED,    /* handles are closing */
};

struct stream {
	const struct place *place; /* borrowed */
	const struct stream_events *events;
	void *owner;
	enum stream_role role;
	enum stream_state state;
	struct transport transport;
	struct parser *parser; /* one per (re)start */
	struct timer *timer;   /* for the end, and for WAITING */
	struct pace_turn turn; /* WAITING */
	struct buf head;       /* of a handshake that was not announced */
	struct brake brake;
	size_t max_stanza;
	bool is_paused;        /* by the owner */
	bool is_abrupt;        /* what the peer did not take is thrown away */
	bool has_header;       /* ours went out in this (re)start */
	bool is_finished;      /* we have said all, they may go on */
	char id[STREAM_ID_BYTES * 2 + 1];
	char peer[ADDR_TEXT_SIZE];
	int64_t wrote_at;
	int64_t read_at;
	uint64_t taken;        /* when CLOSED */
};

/** May elements come and go? */
bool stream_is_alive(const struct stream *s);
/** </stream:stream>, whatever the state becomes. */
void stream_say_close(struct stream *s);
/** Flush, end our direction and wait for the end of theirs: closing with bytes
 *  unread would reset the connection and may destroy what we said last. */
void stream_wind_up(struct stream *s);
/** Close the handles. */
void stream_drop(struct stream *s);
