/* SPDX-License-Identifier: MIT */
#include "s2s/door.h"

#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/quota.h"
#include "loop/loop.h"
#include "net/addr.h"
#include "net/listen.h"
#include "s2s/hush.h"
#include "s2s/s2s.h"
#include "s2s/strangers.h"
#include "s2s/tally.h"
#include "xml/elem.h"
#include "xml/write.h"
#include "xmpp/cond.h"
#include "xmpp/ns.h"

struct door {
	struct loop *loop;
	const struct s2s_settings *settings;
	const struct door_events *events;
	void *owner;
	struct listen **listens; /* owned array */
	size_t listen_count;
	struct strangers *strangers;
	struct quota *arrivals;  /* of each IPv4 address or /64 */
	struct hush *hush;
};

struct door *door_new(struct loop *loop, const struct s2s_settings *settings,
		      const struct door_events *events, void *owner)
{
	const struct strangers_settings strangers = {
		.most = settings->max_unauthenticated,
		.per_address = settings->max_unauthenticated_per_address,
		.per_network = settings->max_unauthenticated_per_network,
		.per_site = settings->max_unauthenticated_per_site,
	};
	struct door *d = mem_new(struct door);

	d->loop = loop;
	d->settings = settings;
	d->events = events;
	d->owner = owner;
	d->strangers = strangers_new(&strangers);
	d->arrivals = quota_new(settings->new_streams_per_address / 60.0,
				settings->new_streams_per_address);
	d->hush = hush_new(settings->log_lines);
	return d;
}

void door_leave(struct door *d, const struct addr *peer)
{
	strangers_leave(d->strangers, peer);
}

static void log_refusal(struct door *d, const struct addr *peer,
			const char *why)
{
	char text[ADDR_TEXT_SIZE];

	if (!hush_allows(d->hush, why, peer, loop_now(d->loop)))
		return;
	addr_print(peer, text);
	log_warn(LOG_S2S, "%s: refused, %s", text, why);
}

/* As much as fits without waiting: who comes too often is not worth more. */
static void say_farewell(const struct door *d, int fd)
{
	const struct write_header header = {
		.from = d->settings->domains[0],
		.id = "refused",
	};
	struct elem *error =
		stream_error_new(STREAM_COND_POLICY_VIOLATION, NULL);
	struct buf out;

	buf_init(&out);
	write_stream_open(&out, &header);
	write_elem(&out, error, NS_SERVER);
	write_stream_close(&out);
	(void)!send(fd, buf_data(&out), out.len, MSG_DONTWAIT | MSG_NOSIGNAL);
	(void)shutdown(fd, SHUT_WR);
	buf_fini(&out);
	elem_free(&error);
}

static bool may_arrive(struct door *d, int fd, const struct addr *peer)
{
	char network[ADDR_TEXT_SIZE];

	addr_print_network(peer, 64, network);
	if (!quota_take(d->arrivals, network, loop_now(d->loop))) {
		counter_add(&tally.refused_often, 1);
		log_refusal(d, peer, "new streams come too often");
		say_farewell(d, fd);
		return false;
	}
	if (!strangers_enter(d->strangers, peer)) {
		counter_add(&tally.refused, 1);
		log_refusal(d, peer, "too many connections that have not "
				     "authenticated");
		return false;
	}
	return true;
}

static void on_accept(void *owner, int owned_fd, const struct addr *peer)
{
	struct door *d = owner;

	if (may_arrive(d, owned_fd, peer))
		d->events->on_guest(d->owner, owned_fd, peer);
	else
		close(owned_fd);
}

static void on_turned_away(void *owner)
{
	(void)owner;
	counter_add(&tally.turned_away, 1);
}

static const struct listen_events listen_events = {
	.on_accept = on_accept,
	.on_turned_away = on_turned_away,
};

int door_listen(struct door *d, const char *where)
{
	struct listen *l;
	int error = listen_tcp(d->loop, where, &listen_events, d, &l);

	if (error)
		return error;
	listen_set_reserve(l, d->settings->reserve_files);
	d->listens = mem_realloc(d->listens, (d->listen_count + 1) *
						     sizeof(*d->listens));
	d->listens[d->listen_count++] = l;
	return 0;
}

uint16_t door_port(const struct door *d, size_t n)
{
	require(n < d->listen_count);
	return listen_port(d->listens[n]);
}

void door_close(struct door *d)
{
	for (size_t i = 0; i < d->listen_count; i++)
		listen_close(d->listens[i]);
	d->listen_count = 0;
}

void door_free(struct door **d)
{
	if (!*d)
		return;
	require((*d)->listen_count == 0);
	strangers_free(&(*d)->strangers);
	quota_free(&(*d)->arrivals);
	hush_free(&(*d)->hush);
	mem_free(&(*d)->listens);
	mem_free(d);
}
