/* SPDX-License-Identifier: MIT */
#include "s2s/io_part.h"

#include <string.h>

#include "base/error.h"
#include "base/list.h"
#include "base/log.h"
#include "base/map.h"
#include "base/str.h"
#include "dns/resolver.h"
#include "loop/timer.h"
#include "net/cert_book.h"
#include "net/creds.h"
#include "s2s/check.h"
#include "s2s/crowd.h"
#include "s2s/door.h"
#include "s2s/forget.h"
#include "s2s/inbound.h"
#include "s2s/link.h"
#include "s2s/report.h"
#include "s2s/shard.h"
#include "xmpp/envelope.h"

#define CLOSE_TIMEOUT 5000 /* ms for everybody to part politely */
#define RETIRE_TIMEOUT 2000 /* ms for what they said before they knew */
#define RETIRE_TICK 10      /* ms */

static void touch(struct io *io, struct link *l)
{
	if (link_touch(l))
		buf_add(&io->touched, &l, sizeof(l));
}

static void take_envelopes(struct io *io, struct io_mail *m)
{
	struct envelope *e;
	struct envelope *tmp;
	struct link *l;

	list_each_safe(e, tmp, &m->envelopes, node) {
		list_remove(&e->node);
		l = io_need_link_of(io, e);
		/* to ourselves there is no way, and none is needed */
		if (!l) {
			io_on_undelivered(io, e, COND_REMOTE_SERVER_NOT_FOUND);
			continue;
		}
		link_add(l, e);
		touch(io, l);
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
					    &io_inbound_events, io);
	}
	if (seat && seat->stream)
		return;
	if (seat)
		seat_leave(&io->seats, seat);
	io_say_leave(io, &m->peer);
}

static void take_question(struct io *io, const struct io_mail *m)
{
	if (io->is_closing)
		return;
	link_ask(io_need_link(io, m->local, m->remote), m->stream, &m->peer, m->id,
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
		io_on_release(io, m->local, m->remote, m->stream, false);
	else
		link_feed(io_need_link(io, m->local, m->remote), m->stream,
			  m->size);
}

static void take_fed(struct io *io, const struct io_mail *m)
{
	struct link *l = io_find_link(io, m->local, m->remote);

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
	struct link *l = io_find_link(io, m->local, m->remote);

	if (l)
		link_revive(l);
}

static void take_attend(struct io *io, const struct io_mail *m)
{
	struct link *l = io_find_link(io, m->local, m->remote);

	if (!l && m->is_on && !io->is_closing)
		l = io_need_link(io, m->local, m->remote);
	if (!l)
		return;
	link_attend(l, m->is_on);
	io_on_quiet(io);
}

static void take_doubt(struct io *io, const struct io_mail *m)
{
	struct link *l = io_find_link(io, m->local, m->remote);

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
	io_post(io->team->ios[shard_id_unpack(eldest).loop], word);
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

	for (size_t i = 0; i < IO_MAX_CHECKS; i++) {
		if (io->checks[i] == c)
			io->checks[i] = NULL;
	}
	io->check_count--;
	io_on_quiet(io);
}

static void take_check(struct io *io, struct io_mail *m)
{
	static const struct check_events events = { .on_closed = on_checked };
	size_t i = 0;

	while (i < IO_MAX_CHECKS && io->checks[i])
		i++;
	if (io->is_closing || i == IO_MAX_CHECKS)
		return; /* the mail's end is the answer */
	io->check_count++;
	io->checks[i] = check_open(&io->place, m->check_ask, &events, io);
	m->check_ask = NULL;
}

static void close_checks(struct io *io)
{
	for (size_t i = 0; i < IO_MAX_CHECKS; i++) {
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

void io_abort_all(void *owner)
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

static bool is_hearing(const struct io *io)
{
	for (size_t i = 0; i < io->seats.count; i++) {
		const struct inbound *in = io->seats.seats[i].stream;

		if (in && inbound_is_finishing(in))
			return true;
	}
	return false;
}

/* Read those no more that are not heard out; at last, nobody. */
static void stop_reading(struct io *io, bool is_last)
{
	struct map_cursor cursor;

	for (size_t i = 0; i < io->seats.count; i++) {
		struct inbound *in = io->seats.seats[i].stream;

		if (in && (is_last || !inbound_is_finishing(in)))
			inbound_pause(in, true);
	}
	map_begin(io->links, &cursor);
	while (map_next(&cursor))
		link_retire(cursor.value);
}

static void on_retiring(void *owner)
{
	struct io *io = owner;

	if (is_hearing(io) && loop_now(io->loop) < io->retired_at)
		return;
	timer_stop(io->retiring);
	stop_reading(io, true);
	io->on_retired(io->on_retired_owner);
}

static void take_resume(struct io *io)
{
	if (!io->is_paused || (io->retiring && !timer_is_running(io->retiring)))
		return;
	io_pause_all(io, false);
	if (io->retiring)
		stop_reading(io, false);
}

/* RFC 6120 4.4: after our </stream:stream> they may go on until theirs, and most
 * do not know yet that we end. */
static void take_retire(struct io *io, const struct io_mail *m)
{
	if (io->door)
		door_close(io->door);
	for (size_t i = 0; i < io->seats.count; i++) {
		if (io->seats.seats[i].stream)
			inbound_finish(io->seats.seats[i].stream);
	}
	stop_reading(io, false);
	io->on_retired = m->fn;
	io->on_retired_owner = m->owner;
	io->retired_at = loop_now(io->loop) + RETIRE_TIMEOUT;
	io->retiring = timer_new(io->loop, on_retiring, io);
	timer_repeat(io->retiring, RETIRE_TICK);
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
	io_on_quiet(io);
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
		take_resume(io);
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
	case IO_RETIRE:
		take_retire(io, m);
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
		link_flush(l);
	}
}

const struct mailbox_events io_mailbox_events = {
	.on_mail = on_mail,
	.on_batch = on_batch,
};
