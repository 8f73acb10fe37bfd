/* SPDX-License-Identifier: MIT */
/*
 * io: one I/O loop with what lives on it: mailbox, resolver, the links of its
 * shard, the streams that were dealt to it; the first one has the door, too.
 *
 * Thread: io_open(), io_listen(), io_start(), io_join() and io_free() belong to
 * the thread that builds s2s; the io_post_ ones to any.
 */
#pragma once

#include "base/base.h"
#include "dialback/key.h"

struct check_ask;
struct creds;
struct forget_ask;
struct io;
struct list;
struct map;
struct policy;
struct report_ask;
struct s2s_events;
struct s2s_settings;
struct share;

/** What all loops share: made before, and unchanged while they run. */
struct io_team {
	const struct s2s_settings *settings;
	const struct map *domains; /* ours */
	const struct s2s_events *events;
	void *owner;
	struct share *verifies; /* by whose wish we dial only to verify */
	struct io **ios;
	unsigned count;
};

/** References creds and policy. */
HW_MUST_USE int io_open(const struct io_team *team, unsigned number,
			struct creds *creds, struct policy *policy,
			struct io **io_out);
HW_MUST_USE int io_listen(struct io *io, const char *where);
uint16_t io_port(const struct io *io, size_t n); /* of the n-th io_listen() */
HW_MUST_USE int io_start(struct io *io);
void io_join(struct io *io);
/** Instead of start and join: in this thread, until it is closed. */
void io_run(struct io *io);
/** After io_join(), or if it never started. */
void io_free(struct io **io);

/** Takes all envelopes of the list; they belong to links of this loop, and count
 *  as so many mails. */
void io_post_envelopes(struct io *io, struct list *envelopes, size_t said);
void io_post_resume(struct io *io);
void io_post_attend(struct io *io, const char *local, const char *remote,
		    bool on);
void io_post_doubt(struct io *io, const char *local, const char *remote);
/** Copies servers, which may be NULL. */
void io_post_rotate(struct io *io, const unsigned char secret[KEY_SECRET_SIZE],
		    int64_t previous_for);
void io_post_dns(struct io *io, const char *servers, bool trust_ad);
void io_post_creds(struct io *io, struct creds *creds); /* references */
/** Takes the ask; the last of the loops that follow answers it. */
void io_post_report(struct io *io, struct report_ask *owned);
/** Takes the ask, which is about a domain of this loop's. */
void io_post_check(struct io *io, struct check_ask *owned);
/** Takes the ask; the last of the loops that follow answers it. */
void io_post_forget(struct io *io, struct forget_ask *owned);
void io_post_policy(struct io *io, struct policy *policy); /* references */
/** Before the end: nobody new is let in, and who came is heard out. fn is called on
 *  its loop when that is so, or has taken too long. */
void io_post_retire(struct io *io, void (*fn)(void *owner), void *owner);
void io_post_close(struct io *io);
/** Is there place in its mailbox? Any thread. */
bool io_has_room(const struct io *io);
