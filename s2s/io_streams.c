/* SPDX-License-Identifier: MIT */
#include "s2s/io_part.h"

#include "base/mem.h"
#include "base/str.h"
#include "s2s/door.h"
#include "s2s/inbound.h"

void io_say_leave(struct io *io, const struct addr *peer)
{
	struct io_mail *m = io_mail_new(IO_LEAVE);

	m->peer = *peer;
	io_post(io->team->ios[0], m);
}

/* A certificate: what all loops are to know, and the next run of the daemon. */
static void tell_proof(struct io *io, const char *remote)
{
	struct io_mail *m;

	if (!recall_add(&io->proven, remote, RECALL_FOR_EVER,
			loop_now(io->loop)))
		return;
	for (unsigned i = 0; i < io->team->count; i++) {
		if (i == io->number)
			continue;
		m = io_mail_new(IO_PROVEN);
		m->remote = str_dup(remote);
		io_post(io->team->ios[i], m);
	}
	io->team->events->on_proof(io->team->owner, remote,
				   S2S_PROOF_CERTIFICATE);
}

static void on_authorised(void *owner, uint64_t number, const char *local,
			  const char *remote, enum s2s_proof proof,
			  bool is_first)
{
	struct io *io = owner;
	const struct s2s_settings *settings = io->team->settings;
	struct io_mail *m;

	if (is_first)
		io_say_leave(io, &seat_find(&io->seats, number)->peer);
	if (proof == S2S_PROOF_CERTIFICATE)
		tell_proof(io, remote);
	m = io_mail_new(IO_SEATED);
	m->stream = number;
	io_mail_set_pair(m, local, remote);
	io_post(io_of_domain(io, remote), m);
	for (size_t i = 0; i < settings->domain_count; i++) {
		m = io_mail_new(IO_REVIVE);
		io_mail_set_pair(m, settings->domains[i], remote);
		io_post(io_of_domain(io, remote), m);
	}
}

static void on_question(void *owner, uint64_t number, const char *local,
			const char *remote, const char *stream_id,
			const char *key)
{
	struct io *io = owner;
	struct io_mail *m = io_mail_new(IO_QUESTION);

	m->stream = number;
	m->peer = seat_find(&io->seats, number)->peer;
	io_mail_set_pair(m, local, remote);
	m->id = str_dup(stream_id);
	m->key = str_dup(key);
	io_post(io_of_domain(io, remote), m);
}

static void on_unseated(void *owner, uint64_t number, const char *local,
			const char *remote)
{
	struct io *io = owner;
	struct io_mail *m = io_mail_new(IO_UNSEATED);

	m->stream = number;
	io_mail_set_pair(m, local, remote);
	io_post(io_of_domain(io, remote), m);
}

static void on_closed(void *owner, uint64_t number, bool was_authorised)
{
	struct io *io = owner;
	struct seat *seat = seat_find(&io->seats, number);

	if (!was_authorised)
		io_say_leave(io, &seat->peer);
	seat_leave(&io->seats, seat);
	io_on_quiet(io);
}

static struct io_mail *feed_mail_new(enum io_mail_kind kind, uint64_t number,
				     const char *local, const char *remote)
{
	struct io_mail *m = io_mail_new(kind);

	m->stream = number;
	io_mail_set_pair(m, local, remote);
	return m;
}

static void on_feed(void *owner, uint64_t number, const char *local,
		    const char *remote, size_t max_bytes)
{
	struct io_mail *m = feed_mail_new(IO_FEED, number, local, remote);

	m->size = max_bytes;
	io_post(io_of_domain(owner, remote), m);
}

static void on_fed(void *owner, uint64_t number, const char *local,
		   const char *remote, uint32_t serial)
{
	struct io_mail *m = feed_mail_new(IO_FED, number, local, remote);

	m->serial = serial;
	io_post(io_of_domain(owner, remote), m);
}

static void on_unfed(void *owner, uint64_t number, const char *local,
		     const char *remote, uint32_t serial)
{
	struct io_mail *m = feed_mail_new(IO_UNFED, number, local, remote);

	m->serial = serial;
	io_post(io_of_domain(owner, remote), m);
}

const struct inbound_events io_inbound_events = {
	.on_feed = on_feed,
	.on_fed = on_fed,
	.on_unfed = on_unfed,
	.on_authorised = on_authorised,
	.on_question = on_question,
	.on_stanza = io_on_stanza,
	.on_reply = io_on_reply,
	.on_unseated = on_unseated,
	.on_closed = on_closed,
};

/* On the first loop: deal the socket out. */
static void on_guest(void *owner, int owned_fd, const struct addr *peer)
{
	struct io *io = owner;
	struct io_mail *m = io_mail_new(IO_GUEST);

	m->fd = owned_fd;
	m->peer = *peer;
	io_post(io->team->ios[io->next_guest++ % io->team->count], m);
}

const struct door_events io_door_events = {
	.on_guest = on_guest,
};
