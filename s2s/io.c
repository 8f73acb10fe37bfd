/* SPDX-License-Identifier: MIT */
#include "s2s/io.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/list.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/quota.h"
#include "base/str.h"
#include "dns/resolver.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "net/creds.h"
#include "net/cert_book.h"
#include "net/dial_book.h"
#include "s2s/check.h"
#include "s2s/crowd.h"
#include "s2s/door.h"
#include "s2s/feed.h"
#include "s2s/forget.h"
#include "s2s/hush.h"
#include "s2s/inbound.h"
#include "s2s/io_mail.h"
#include "s2s/link.h"
#include "s2s/pace.h"
#include "s2s/place.h"
#include "s2s/report.h"
#include "s2s/seat.h"
#include "s2s/shard.h"
#include "s2s/tally.h"
#include "xmpp/envelope.h"
#include "xmpp/stanza.h"

#define TICK 1000 /* ms */
#define MAX_CHECKS 4
#define MAX_VERDICTS 4096  /* on certificates, remembered */
#define CLOSE_TIMEOUT 5000 /* ms for everybody to part politely */

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
	struct buf touched; /* struct link *: to be pumped after this batch */
	struct check *checks[MAX_CHECKS]; /* NULL = none */
	size_t check_count;
	struct timer *tick;
	struct timer *deadline; /* of closing */
	struct turn sweep;
	struct crowd *crowd; /* of pairs whose links are here */
	bool is_paused;      /* the conference is full */
	bool is_closing;
};

static void post(struct io *to, struct io_mail *owned)
{
	/* Full or not: what is posted here answers what was read. The
	 * conference asks io_has_room() before it takes on more. */
	(void)mailbox_post(to->box, &owned->mail);
}

bool io_has_room(const struct io *io)
{
	return !mailbox_is_full(io->box);
}

static struct io *shard_io(const struct io *io, const char *remote)
{
	return io->team->ios[shard_of(remote, io->team->count)];
}

/* ---- what comes ---- */

static void pause_all(struct io *io, bool on)
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

static void on_stanza(void *owner, struct stanza *owned, enum s2s_proof proof)
{
	struct io *io = owner;

	if (io->team->events->on_stanza(io->team->owner, owned, proof))
		pause_all(io, true);
}

static void on_reply(void *owner, struct envelope *owned)
{
	struct io *io = owner;
	struct io_mail *m = io_mail_new(IO_ENVELOPES);

	list_add_tail(&m->envelopes, &owned->node);
	post(shard_io(io, envelope_domain(owned)), m);
}

/* ---- links ---- */

static void on_quiet(void *owner)
{
	struct io *io = owner;

	loop_at_turn_end(io->loop, &io->sweep);
}

static void on_answer(void *owner, uint64_t asker, const char *local,
		      const char *remote, enum packet_type verdict,
		      enum cond_name cond)
{
	struct io *io = owner;
	struct io_mail *m = io_mail_new(IO_ANSWER);

	m->stream = asker;
	io_mail_set_pair(m, local, remote);
	m->verdict = verdict;
	m->cond = cond;
	post(io->team->ios[shard_id_unpack(asker).loop], m);
}

static void on_undelivered(void *owner, struct envelope *owned,
			   enum cond_name why)
{
	struct io *io = owner;

	io->team->events->on_undelivered(io->team->owner, owned, why);
}

static void on_lost(void *owner, const char *local, const char *remote)
{
	struct io *io = owner;

	io->team->events->on_lost(io->team->owner, local, remote);
}

static void on_heavy(void *owner, const char *remote, bool is_heavy)
{
	struct io *io = owner;

	for (unsigned i = 0; i < io->team->count; i++) {
		struct io_mail *m = io_mail_new(IO_HOLD);

		m->remote = str_dup(remote);
		m->is_on = is_heavy;
		post(io->team->ios[i], m);
	}
}

static struct io *stream_io(const struct io *io, uint64_t stream)
{
	return io->team->ios[shard_id_unpack(stream).loop];
}

static void on_portion(void *owner, const char *local, const char *remote,
		       const struct feed_portion *portion)
{
	struct io *io = owner;
	struct io_mail *m = io_mail_new(IO_PORTION);

	m->stream = portion->stream;
	io_mail_set_pair(m, local, remote);
	m->serial = portion->serial;
	m->size = portion->stanzas;
	m->data = *portion->data;
	buf_init(portion->data);
	post(stream_io(io, m->stream), m);
}

static void on_release(void *owner, const char *local, const char *remote,
		       uint64_t stream, bool is_broken)
{
	struct io *io = owner;
	struct io_mail *m = io_mail_new(IO_RELEASE);

	m->stream = stream;
	io_mail_set_pair(m, local, remote);
	m->flag = is_broken;
	post(stream_io(io, stream), m);
}

static const struct link_events link_events = {
	.on_heavy = on_heavy,
	.on_stanza = on_stanza,
	.on_reply = on_reply,
	.on_portion = on_portion,
	.on_release = on_release,
	.on_answer = on_answer,
	.on_undelivered = on_undelivered,
	.on_lost = on_lost,
	.on_quiet = on_quiet,
};

static char *link_key(const char *local, const char *remote)
{
	return str_format("%s %s", remote, local);
}

static struct link *find_link(struct io *io, const char *local,
			      const char *remote)
{
	char *key = link_key(local, remote);
	struct link *l = map_get(io->links, key);

	mem_free(&key);
	return l;
}

static struct link *need_link(struct io *io, const char *local,
			      const char *remote)
{
	struct link *l = find_link(io, local, remote);
	char *key;

	if (l)
		return l;
	l = link_new(&io->place, local, remote, &link_events, io);
	key = link_key(local, remote);
	map_add(io->links, key, l);
	mem_free(&key);
	return l;
}

/* Free what is over; the loop ends when nothing is left on it. */
static void finish(struct io *io)
{
	resolver_close(io->place.resolver);
	io->place.resolver = NULL;
	timer_free(&io->tick);
	timer_free(&io->deadline);
	pace_free(&io->place.pace);
	mailbox_close(io->box);
}

static void sweep(void *owner)
{
	struct io *io = owner;
	struct map_cursor cursor;
	struct link *l;

	map_begin(io->links, &cursor);
	while (map_next(&cursor)) {
		if (!link_is_over(cursor.value))
			continue;
		l = map_steal(io->links, cursor.key);
		link_free(&l);
	}
	if (io->is_closing && map_count(io->links) == 0 &&
	    io->seats.taken == 0 && io->check_count == 0 && io->tick)
		finish(io);
}

/* ---- streams to us ---- */

static void say_leave(struct io *io, const struct addr *peer)
{
	struct io_mail *m = io_mail_new(IO_LEAVE);

	m->peer = *peer;
	post(io->team->ios[0], m);
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
		post(io->team->ios[i], m);
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
		say_leave(io, &seat_find(&io->seats, number)->peer);
	if (proof == S2S_PROOF_CERTIFICATE)
		tell_proof(io, remote);
	m = io_mail_new(IO_SEATED);
	m->stream = number;
	io_mail_set_pair(m, local, remote);
	post(shard_io(io, remote), m);
	for (size_t i = 0; i < settings->domain_count; i++) {
		m = io_mail_new(IO_REVIVE);
		io_mail_set_pair(m, settings->domains[i], remote);
		post(shard_io(io, remote), m);
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
	post(shard_io(io, remote), m);
}

static void on_unseated(void *owner, uint64_t number, const char *local,
			const char *remote)
{
	struct io *io = owner;
	struct io_mail *m = io_mail_new(IO_UNSEATED);

	m->stream = number;
	io_mail_set_pair(m, local, remote);
	post(shard_io(io, remote), m);
}

static void on_closed(void *owner, uint64_t number, bool was_authorised)
{
	struct io *io = owner;
	struct seat *seat = seat_find(&io->seats, number);

	if (!was_authorised)
		say_leave(io, &seat->peer);
	seat_leave(&io->seats, seat);
	on_quiet(io);
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
	post(shard_io(owner, remote), m);
}

static void on_fed(void *owner, uint64_t number, const char *local,
		   const char *remote, uint32_t serial)
{
	struct io_mail *m = feed_mail_new(IO_FED, number, local, remote);

	m->serial = serial;
	post(shard_io(owner, remote), m);
}

static void on_unfed(void *owner, uint64_t number, const char *local,
		     const char *remote, uint32_t serial)
{
	struct io_mail *m = feed_mail_new(IO_UNFED, number, local, remote);

	m->serial = serial;
	post(shard_io(owner, remote), m);
}

static const struct inbound_events inbound_events = {
	.on_feed = on_feed,
	.on_fed = on_fed,
	.on_unfed = on_unfed,
	.on_authorised = on_authorised,
	.on_question = on_question,
	.on_stanza = on_stanza,
	.on_reply = on_reply,
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
	post(io->team->ios[io->next_guest++ % io->team->count], m);
}

static const struct door_events door_events = {
	.on_guest = on_guest,
};

/* ---- mails ---- */

static void take_envelopes(struct io *io, struct io_mail *m)
{
	struct envelope *e;
	struct envelope *tmp;
	struct link *l;

	list_each_safe(e, tmp, &m->envelopes, node) {
		list_remove(&e->node);
		/* to ourselves there is no way, and none is needed */
		if (place_is_ours(&io->place, envelope_domain(e))) {
			on_undelivered(io, e, COND_REMOTE_SERVER_NOT_FOUND);
			continue;
		}
		l = need_link(io, e->local, envelope_domain(e));
		link_add(l, e);
		buf_add(&io->touched, &l, sizeof(l));
	}
}

static void take_guest(struct io *io, struct io_mail *m)
{
	struct seat *seat = NULL;

	if (!io->is_closing)
		seat = seat_take(&io->seats, io->number, &m->peer);
	if (seat) {
		int fd = m->fd;

		m->fd = -1;
		seat->stream = inbound_open(&io->place, fd, seat->number,
					    &inbound_events, io);
	}
	if (seat && seat->stream)
		return;
	if (seat)
		seat_leave(&io->seats, seat);
	say_leave(io, &m->peer);
}

static void take_question(struct io *io, const struct io_mail *m)
{
	if (io->is_closing)
		return;
	link_ask(need_link(io, m->local, m->remote), m->stream, &m->peer, m->id,
		 m->key);
}

static void take_answer(struct io *io, const struct io_mail *m)
{
	struct seat *seat = seat_find(&io->seats, m->stream);

	if (seat)
		inbound_answer(seat->stream, m->local, m->remote, m->verdict,
			       m->cond);
}

static void take_feed(struct io *io, const struct io_mail *m)
{
	if (io->is_closing)
		on_release(io, m->local, m->remote, m->stream, false);
	else
		link_feed(need_link(io, m->local, m->remote), m->stream,
			  m->size);
}

static void take_fed(struct io *io, const struct io_mail *m)
{
	struct link *l = find_link(io, m->local, m->remote);

	if (l && m->mail.kind == IO_FED)
		link_take_fed(l, m->stream, m->serial);
	else if (l)
		link_unfeed(l, m->stream, m->serial);
}

static void take_portion(struct io *io, const struct io_mail *m)
{
	struct seat *seat = seat_find(&io->seats, m->stream);

	if (seat)
		inbound_give(seat->stream, m->local, m->remote, m->serial,
			     &m->data, m->size);
}

static void take_release(struct io *io, const struct io_mail *m)
{
	struct seat *seat = seat_find(&io->seats, m->stream);

	if (seat)
		inbound_release(seat->stream, m->local, m->remote, m->flag);
}

static void take_revive(struct io *io, const struct io_mail *m)
{
	struct link *l = find_link(io, m->local, m->remote);

	if (l)
		link_revive(l);
}

static void take_attend(struct io *io, const struct io_mail *m)
{
	struct link *l = find_link(io, m->local, m->remote);

	if (!l && m->is_on && !io->is_closing)
		l = need_link(io, m->local, m->remote);
	if (!l)
		return;
	link_attend(l, m->is_on);
	on_quiet(io);
}

static void take_doubt(struct io *io, const struct io_mail *m)
{
	struct link *l = find_link(io, m->local, m->remote);

	if (l)
		link_doubt(l);
}

static void take_hold(struct io *io, const struct io_mail *m)
{
	for (size_t i = 0; i < io->seats.count; i++) {
		struct inbound *in = io->seats.seats[i].stream;

		if (in)
			inbound_hold(in, m->remote, m->is_on);
	}
}

static void take_seated(struct io *io, const struct io_mail *m)
{
	uint64_t eldest = crowd_add(io->crowd, m->local, m->remote, m->stream);
	struct io_mail *word;

	if (!eldest)
		return;
	word = io_mail_new(IO_EXPEL);
	word->stream = eldest;
	post(io->team->ios[shard_id_unpack(eldest).loop], word);
}

static void take_expel(struct io *io, const struct io_mail *m)
{
	struct seat *seat = seat_find(&io->seats, m->stream);

	if (seat && seat->stream)
		inbound_expel(seat->stream);
}

static void take_creds(struct io *io, struct io_mail *m)
{
	creds_unref(&io->place.creds);
	io->place.creds = m->creds;
	cert_book_clear(io->place.verdicts);
	m->creds = NULL;
}

static void take_report(struct io *io, struct io_mail *m)
{
	struct report_ask *ask = m->report_ask;
	struct map_cursor cursor;

	m->report_ask = NULL;
	map_begin(io->links, &cursor);
	while (map_next(&cursor))
		link_report(cursor.value, ask->report);
	for (size_t i = 0; i < io->seats.count; i++) {
		if (io->seats.seats[i].stream)
			inbound_report(io->seats.seats[i].stream, ask->report);
	}
	if (io->number + 1 < io->team->count)
		io_post_report(io->team->ios[io->number + 1], ask);
	else
		report_ask_answer(&ask);
}

static void take_forget(struct io *io, struct io_mail *m)
{
	struct forget_ask *ask = m->forget_ask;

	m->forget_ask = NULL;
	ask->was_known |= recall_remove(&io->proven, ask->domain);
	ask->was_known |= recall_remove(&io->no_external, ask->domain);
	if (io->number + 1 < io->team->count) {
		io_post_forget(io->team->ios[io->number + 1], ask);
		return;
	}
	/* behind what the other loops told of it */
	io->team->events->on_forgotten(io->team->owner, ask->domain);
	forget_ask_answer(&ask);
}

static void on_checked(void *owner, struct check *c)
{
	struct io *io = owner;

	for (size_t i = 0; i < MAX_CHECKS; i++) {
		if (io->checks[i] == c)
			io->checks[i] = NULL;
	}
	io->check_count--;
	on_quiet(io);
}

static void take_check(struct io *io, struct io_mail *m)
{
	static const struct check_events events = { .on_closed = on_checked };
	size_t i = 0;

	while (i < MAX_CHECKS && io->checks[i])
		i++;
	if (io->is_closing || i == MAX_CHECKS)
		return; /* the mail's end is the answer */
	io->check_count++;
	io->checks[i] = check_open(&io->place, m->check_ask, &events, io);
	m->check_ask = NULL;
}

static void close_checks(struct io *io)
{
	for (size_t i = 0; i < MAX_CHECKS; i++) {
		if (io->checks[i])
			check_close(io->checks[i]);
	}
}

static void take_dns(struct io *io, const struct io_mail *m)
{
	int error = io->place.resolver
			    ? resolver_change(io->place.resolver, m->servers,
					      m->trust_ad)
			    : 0;

	if (error)
		log_error(LOG_DNS, "dns: the resolvers stay as they were: %s",
			  hw_error_text(error));
}

static void take_policy(struct io *io, struct io_mail *m)
{
	struct map_cursor cursor;

	policy_unref(&io->place.policy);
	io->place.policy = m->policy;
	m->policy = NULL;
	for (size_t i = 0; i < io->seats.count; i++) {
		if (io->seats.seats[i].stream)
			inbound_review(io->seats.seats[i].stream);
	}
	map_begin(io->links, &cursor);
	while (map_next(&cursor))
		link_review(cursor.value);
}

static void abort_all(void *owner)
{
	struct io *io = owner;
	struct map_cursor cursor;

	for (size_t i = 0; i < io->seats.count; i++) {
		if (io->seats.seats[i].stream)
			inbound_abort(io->seats.seats[i].stream);
	}
	map_begin(io->links, &cursor);
	while (map_next(&cursor))
		link_abort(cursor.value);
}

static void take_close(struct io *io)
{
	struct map_cursor cursor;

	io->is_closing = true;
	close_checks(io);
	if (io->door)
		door_close(io->door);
	for (size_t i = 0; i < io->seats.count; i++) {
		if (io->seats.seats[i].stream)
			inbound_close(io->seats.seats[i].stream);
	}
	map_begin(io->links, &cursor);
	while (map_next(&cursor))
		link_close(cursor.value);
	timer_start(io->deadline, CLOSE_TIMEOUT);
	on_quiet(io);
}

static void on_mail(void *owner, struct mail *owned)
{
	struct io *io = owner;
	struct io_mail *m = container_of(owned, struct io_mail, mail);

	switch ((enum io_mail_kind)m->mail.kind) {
	case IO_ENVELOPES:
		take_envelopes(io, m);
		break;
	case IO_GUEST:
		take_guest(io, m);
		break;
	case IO_LEAVE:
		door_leave(io->door, &m->peer);
		break;
	case IO_QUESTION:
		take_question(io, m);
		break;
	case IO_ANSWER:
		take_answer(io, m);
		break;
	case IO_FEED:
		take_feed(io, m);
		break;
	case IO_FED:
	case IO_UNFED:
		take_fed(io, m);
		break;
	case IO_PORTION:
		take_portion(io, m);
		break;
	case IO_RELEASE:
		take_release(io, m);
		break;
	case IO_REVIVE:
		take_revive(io, m);
		break;
	case IO_ATTEND:
		take_attend(io, m);
		break;
	case IO_DOUBT:
		take_doubt(io, m);
		break;
	case IO_HOLD:
		take_hold(io, m);
		break;
	case IO_SEATED:
		take_seated(io, m);
		break;
	case IO_UNSEATED:
		crowd_remove(io->crowd, m->local, m->remote, m->stream);
		break;
	case IO_EXPEL:
		take_expel(io, m);
		break;
	case IO_RESUME:
		if (io->is_paused)
			pause_all(io, false);
		break;
	case IO_CREDS:
		take_creds(io, m);
		break;
	case IO_DNS:
		take_dns(io, m);
		break;
	case IO_ROTATE:
		key_rotate(&io->place.key, m->secret,
			   loop_now(io->loop) + m->previous_for);
		break;
	case IO_POLICY:
		take_policy(io, m);
		break;
	case IO_PROVEN:
		(void)recall_add(&io->proven, m->remote, RECALL_FOR_EVER,
				 loop_now(io->loop));
		break;
	case IO_REPORT:
		take_report(io, m);
		break;
	case IO_FORGET:
		take_forget(io, m);
		break;
	case IO_CHECK:
		take_check(io, m);
		break;
	case IO_CLOSE:
		take_close(io);
		break;
	}
	io_mail_free(&m);
}

/* Links are freed at the end of a turn only, so these are alive. */
static void on_batch(void *owner)
{
	struct io *io = owner;
	struct link *l;

	while (io->touched.len > 0) {
		memcpy(&l, buf_data(&io->touched), sizeof(l));
		buf_eat(&io->touched, sizeof(l));
		link_pump(l);
	}
}

static const struct mailbox_events mailbox_events = {
	.on_mail = on_mail,
	.on_batch = on_batch,
};

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

/* ---- life ---- */

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
			       &mailbox_events, io);
	io->links = map_new();
	turn_init(&io->sweep, sweep, io);
	io->tick = timer_new(io->loop, on_tick, io);
	timer_repeat(io->tick, TICK);
	io->deadline = timer_new(io->loop, abort_all, io);
	if (number == 0)
		io->door = door_new(io->loop, team->settings, &door_events, io);
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

/* ---- posting ---- */

void io_post_envelopes(struct io *io, struct list *envelopes)
{
	struct io_mail *m = io_mail_new(IO_ENVELOPES);

	list_move_all(&m->envelopes, envelopes);
	post(io, m);
}

void io_post_attend(struct io *io, const char *local, const char *remote,
		    bool on)
{
	struct io_mail *m = io_mail_new(IO_ATTEND);

	io_mail_set_pair(m, local, remote);
	m->is_on = on;
	post(io, m);
}

void io_post_doubt(struct io *io, const char *local, const char *remote)
{
	struct io_mail *m = io_mail_new(IO_DOUBT);

	io_mail_set_pair(m, local, remote);
	post(io, m);
}

void io_post_resume(struct io *io)
{
	post(io, io_mail_new(IO_RESUME));
}

void io_post_creds(struct io *io, struct creds *creds)
{
	struct io_mail *m = io_mail_new(IO_CREDS);

	m->creds = creds_ref(creds);
	post(io, m);
}

void io_post_dns(struct io *io, const char *servers, bool trust_ad)
{
	struct io_mail *m = io_mail_new(IO_DNS);

	m->servers = servers ? str_dup(servers) : NULL;
	m->trust_ad = trust_ad;
	post(io, m);
}

void io_post_rotate(struct io *io, const unsigned char secret[KEY_SECRET_SIZE],
		    int64_t previous_for)
{
	struct io_mail *m = io_mail_new(IO_ROTATE);

	m->secret = mem_dup(secret, KEY_SECRET_SIZE);
	m->previous_for = previous_for;
	post(io, m);
}

void io_post_report(struct io *io, struct report_ask *owned)
{
	struct io_mail *m = io_mail_new(IO_REPORT);

	m->report_ask = owned;
	post(io, m);
}

void io_post_check(struct io *io, struct check_ask *owned)
{
	struct io_mail *m = io_mail_new(IO_CHECK);

	m->check_ask = owned;
	post(io, m);
}

void io_post_forget(struct io *io, struct forget_ask *owned)
{
	struct io_mail *m = io_mail_new(IO_FORGET);

	m->forget_ask = owned;
	post(io, m);
}

void io_post_policy(struct io *io, struct policy *policy)
{
	struct io_mail *m = io_mail_new(IO_POLICY);

	m->policy = policy_ref(policy);
	post(io, m);
}

void io_post_close(struct io *io)
{
	post(io, io_mail_new(IO_CLOSE));
}
