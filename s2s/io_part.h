/* SPDX-License-Identifier: MIT */
/*
 * io_part: what the files of an I/O loop share: io.c (its life), io_links.c (the
 * links of its shard), io_streams.c (the streams to us that were dealt to it),
 * io_take.c (mails that come) and io_post.c (mails to it). Nobody else includes
 * it.
 *
 * Thread: the loop's, but for io_post().
 */
#pragma once

#include "base/base.h"
#include "base/buf.h"
#include "loop/loop.h"
#include "s2s/io.h"
#include "s2s/io_mail.h"
#include "s2s/place.h"
#include "s2s/seat.h"
#include "xmpp/cond.h"

struct check;
struct crowd;
struct door;
struct door_events;
struct envelope;
struct inbound_events;
struct link;
struct mailbox;
struct mailbox_events;
struct timer;

#define IO_MAX_CHECKS 4
#define IO_FOUND 1024

struct io {
	const struct io_team *team; /* borrowed */
	unsigned number;
	struct loop *loop;
	struct mailbox *box;
	struct place place;
	struct recall proven;
	struct recall no_external;
	struct door *door;       /* of the first loop, else NULL */
	unsigned next_guest;     /* loop that gets the next stream */
	struct map *links;       /* "remote local" -> struct link */
	struct seat_table seats; /* the streams to us */
	struct link *found[IO_FOUND]; /* of these, by hash of the domain */
	struct buf piece;   /* place.piece */
	struct buf key;     /* in which one for links is made */
	struct buf touched; /* struct link *: to be pumped after this batch */
	struct check *checks[IO_MAX_CHECKS]; /* NULL = none */
	size_t check_count;
	struct timer *tick;
	struct timer *deadline; /* of closing */
	struct timer *retiring; /* NULL before io_post_retire() */
	int64_t retired_at;     /* then at the latest */
	void (*on_retired)(void *owner);
	void *on_retired_owner;
	struct turn sweep;
	struct crowd *crowd; /* of pairs whose links are here */
	bool is_paused;      /* the conference is full */
	bool is_closing;
};

/** Takes the mail. Full or not: what is posted so answers what was read. The
 *  conference asks io_has_room() before it takes on more. Any thread. */
void io_post(struct io *to, struct io_mail *owned);
/** The loop that a remote domain's links live on; that of a stream to us. */
struct io *io_of_domain(const struct io *io, const char *remote);
struct io *io_of_stream(const struct io *io, uint64_t stream);

/* ---- io.c ---- */

/** Read no stream any more, or all again. */
void io_pause_all(struct io *io, bool on);
/** Events of links and streams alike. */
void io_on_stanza(void *owner, struct stanza *owned, enum s2s_proof proof);
void io_on_reply(void *owner, struct envelope *owned);
/** Frees what is over; ends the loop when nothing is left. */
void io_sweep(void *owner);

/* ---- io_links.c ---- */

struct link *io_find_link(struct io *io, const char *local, const char *remote);
struct link *io_need_link(struct io *io, const char *local, const char *remote);
/** The envelope's; NULL: it is for ourselves. */
struct link *io_need_link_of(struct io *io, const struct envelope *e);
/** Some link is no more. */
void io_forget_found(struct io *io);
/** Something may be over. */
void io_on_quiet(void *owner);
void io_on_undelivered(void *owner, struct envelope *owned,
		       enum cond_name why);
void io_on_release(void *owner, const char *local, const char *remote,
		   uint64_t stream, bool is_broken);

/* ---- io_streams.c ---- */

extern const struct inbound_events io_inbound_events;
extern const struct door_events io_door_events;
/** The door is told: somebody without a name has one, or is gone. */
void io_say_leave(struct io *io, const struct addr *peer);

/* ---- io_take.c ---- */

extern const struct mailbox_events io_mailbox_events;
/** Drop all streams and links at once. */
void io_abort_all(void *owner);
