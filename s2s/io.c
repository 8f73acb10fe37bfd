/* SPDX-License-Identifier: MIT */
#include "s2s/io.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/quota.h"
#include "dns/resolver.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "net/creds.h"
#include "net/cert_book.h"
#include "net/dial_book.h"
#include "s2s/crowd.h"
#include "s2s/door.h"
#include "s2s/hush.h"
#include "s2s/inbound.h"
#include "s2s/io_part.h"
#include "s2s/link.h"
#include "s2s/pace.h"
#include "s2s/place.h"
#include "s2s/shard.h"
#include "xmpp/envelope.h"

#define TICK	     1000 /* ms */
#define MAX_VERDICTS 4096 /* on certificates, remembered */

/* ---- what comes ---- */

struct io *io_of_domain(const struct io *io, const char *remote)
{
	return io->team->ios[shard_of(remote, io->team->count)];
}

void io_pause_all(struct io *io, bool on)
{
	struct map_cursor cursor;

	io->is_paused = on;
	for (size_t i = 0; i < io->seats.count; i++) {
		struct inbound *in = io->seats.seats[i].stream;

		/* reading on may fill the conference again at once */
		if (io->is_paused != on)
			return;
		if (in)
			inbound_pause(in, on);
	}
	map_begin(io->links, &cursor);
	while (io->is_paused == on && map_next(&cursor))
		link_pause(cursor.value, on);
}

void io_on_stanza(void *owner, struct stanza *owned, enum s2s_proof proof)
{
	struct io *io = owner;

	if (io->team->events->on_stanza(io->team->owner, owned, proof))
		io_pause_all(io, true);
}

void io_on_reply(void *owner, struct envelope *owned)
{
	struct io *io = owner;
	struct io_mail *m = io_mail_new(IO_ENVELOPES);

	list_add_tail(&m->envelopes, &owned->node);
	io_post(io_of_domain(io, envelope_domain(owned)), m);
}

/* ---- life ---- */

/* Free what is over; the loop ends when nothing is left on it. */
static void finish(struct io *io)
{
	resolver_close(io->place.resolver);
	io->place.resolver = NULL;
	timer_free(&io->tick);
	timer_free(&io->deadline);
	timer_free(&io->retiring);
	pace_free(&io->place.pace);
	mailbox_close(io->box);
}

void io_sweep(void *owner)
{
	struct io *io = owner;
	struct map_cursor cursor;
	struct link *l;

	map_begin(io->links, &cursor);
	while (map_next(&cursor)) {
		if (!link_is_over(cursor.value))
			continue;
		l = map_steal(io->links, cursor.key);
		io_forget_found(io);
		link_free(&l);
	}
	if (io->is_closing && map_count(io->links) == 0 &&
	    io->seats.taken == 0 && io->check_count == 0 && io->tick)
		finish(io);
}

static void on_tick(void *owner)
{
	struct io *io = owner;
	int64_t now = loop_now(io->loop);
	struct map_cursor cursor;

	for (size_t i = 0; i < io->seats.count; i++) {
		if (io->seats.seats[i].stream)
			inbound_tick(io->seats.seats[i].stream, now);
	}
	map_begin(io->links, &cursor);
	while (map_next(&cursor))
		link_tick(cursor.value, now);
}

static int open_resolver(struct io *io)
{
	struct resolver_settings settings;

	resolver_settings_init(&settings);
	settings.servers = io->team->settings->dns_servers;
	settings.trust_ad = io->team->settings->dns_trust_ad;
	return resolver_open(io->loop, &settings, &io->place.resolver);
}

static struct dial_book *open_book(const struct s2s_settings *settings)
{
	struct dial_book_settings book;

	dial_book_settings_init(&book);
	book.memory = settings->failure_memory;
	book.per_host = settings->max_connects_per_host;
	return dial_book_new(&book);
}

static void open_memory(struct io *io)
{
	const struct s2s_domains *proven = &io->team->settings->proven;

	recall_init(&io->proven);
	recall_init(&io->no_external);
	for (size_t i = 0; i < proven->count; i++)
		(void)recall_add(&io->proven, proven->names[i], RECALL_FOR_EVER,
				 0);
	io->place.proven = &io->proven;
	io->place.no_external = &io->no_external;
}

/* Streams to us are dealt out in turn: each loop has its share. */
static struct pace *open_pace(const struct io *io)
{
	const struct s2s_settings *s = io->team->settings;
	const struct pace_settings pace = {
		.per_turn = s->handshakes_per_turn,
		.rate = (double)s->handshakes / io->team->count,
		.rate_network =
			(double)s->handshakes_per_address / io->team->count,
	};

	return pace_new(io->loop, &pace);
}

static struct quota *open_claims(const struct io *io)
{
	double most = io->team->settings->new_streams_per_domain;
	double share = most / io->team->count;

	return quota_new(share / 60, share < 1 ? 1 : share);
}

static void open_key(struct io *io)
{
	const struct s2s_settings *s = io->team->settings;

	key_init(&io->place.key, s->dialback_secret);
	if (s->dialback_previous_for <= 0)
		return;
	key_init(&io->place.key, s->dialback_previous);
	key_rotate(&io->place.key, s->dialback_secret,
		   loop_now(io->loop) + s->dialback_previous_for);
}

int io_open(const struct io_team *team, unsigned number, struct creds *creds,
	    struct policy *policy, struct io **io_out)
{
	struct io *io = mem_new(struct io);
	char name[16];
	int error;

	snprintf(name, sizeof(name), "io%u", number % 1000);
	io->team = team;
	io->number = number;
	io->loop = loop_open(name);
	error = open_resolver(io);
	if (error) {
		loop_close(&io->loop);
		mem_free(&io);
		return error;
	}
	io->place.loop = io->loop;
	io->place.piece = &io->piece;
	io->place.settings = team->settings;
	io->place.domains = team->domains;
	io->place.creds = creds_ref(creds);
	io->place.policy = policy_ref(policy);
	io->place.verifies = team->verifies;
	open_memory(io);
	open_key(io);
	io->place.book = open_book(team->settings);
	io->place.verdicts = cert_book_new(MAX_VERDICTS);
	io->place.pace = open_pace(io);
	io->place.hush = hush_new(team->settings->log_lines);
	io->place.claims = open_claims(io);
	io->crowd = crowd_new(team->settings->max_streams_per_pair);
	io->box = mailbox_open(io->loop, team->settings->mailbox,
			       &io_mailbox_events, io);
	io->links = map_new();
	turn_init(&io->sweep, io_sweep, io);
	io->tick = timer_new(io->loop, on_tick, io);
	timer_repeat(io->tick, TICK);
	io->deadline = timer_new(io->loop, io_abort_all, io);
	if (number == 0)
		io->door = door_new(io->loop, team->settings, &io_door_events, io);
	*io_out = io;
	return 0;
}

int io_listen(struct io *io, const char *where)
{
	return door_listen(io->door, where);
}

uint16_t io_port(const struct io *io, size_t n)
{
	return door_port(io->door, n);
}

int io_start(struct io *io)
{
	return loop_start(io->loop);
}

void io_join(struct io *io)
{
	loop_join(io->loop);
}

void io_run(struct io *io)
{
	loop_run(io->loop);
}

void io_free(struct io **io)
{
	struct io *dead = *io;

	if (!dead)
		return;
	door_free(&dead->door);
	mailbox_free(&dead->box);
	loop_close(&dead->loop);
	map_free(&dead->links, NULL);
	seat_fini(&dead->seats);
	buf_fini(&dead->key);
	buf_fini(&dead->piece);
	buf_fini(&dead->touched);
	dial_book_free(&dead->place.book);
	cert_book_free(&dead->place.verdicts);
	hush_free(&dead->place.hush);
	quota_free(&dead->place.claims);
	crowd_free(&dead->crowd);
	creds_unref(&dead->place.creds);
	policy_unref(&dead->place.policy);
	recall_fini(&dead->proven);
	recall_fini(&dead->no_external);
	mem_free(io);
}
