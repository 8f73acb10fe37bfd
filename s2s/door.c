/* SPDX-License-Identifier: MIT */
#include "s2s/door.h"

#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "base/codec.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "loop/loop.h"
#include "net/addr.h"
#include "net/listen.h"
#include "s2s/s2s.h"
#include "s2s/tally.h"

#define LOG_EVERY 10000 /* ms between two lines about refusals */

/* How many strangers of one address are inside. */
struct door_count {
	size_t guests;
};

struct door {
	struct loop *loop;
	const struct s2s_settings *settings;
	const struct door_events *events;
	void *owner;
	struct listen **listens; /* owned array */
	size_t listen_count;
	size_t guests;
	struct map *counts;      /* address as hex -> struct door_count */
	int64_t logged_at;
};

struct door *door_new(struct loop *loop, const struct s2s_settings *settings,
		      const struct door_events *events, void *owner)
{
	struct door *d = mem_new(struct door);

	d->loop = loop;
	d->settings = settings;
	d->events = events;
	d->owner = owner;
	d->counts = map_new();
	d->logged_at = -LOG_EVERY;
	return d;
}

/* An IPv4 address, or the /64 that one customer has of IPv6. */
static char *key_of(const struct addr *peer)
{
	const struct sockaddr_in *v4 = (const void *)&peer->ss;
	const struct sockaddr_in6 *v6 = (const void *)&peer->ss;

	if (!addr_is_ipv6(peer))
		return hex_encode(&v4->sin_addr, 4);
	if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
		return hex_encode(&v6->sin6_addr.s6_addr[12], 4);
	return hex_encode(&v6->sin6_addr, 8);
}

static bool enter(struct door *d, const struct addr *peer)
{
	char *key = key_of(peer);
	struct door_count *count = map_get(d->counts, key);
	bool may = d->guests < d->settings->max_unauthenticated &&
		   (!count ||
		    count->guests <
			    d->settings->max_unauthenticated_per_address);

	if (may) {
		if (!count) {
			count = mem_new(struct door_count);
			map_add(d->counts, key, count);
		}
		count->guests++;
		d->guests++;
	}
	mem_free(&key);
	return may;
}

void door_leave(struct door *d, const struct addr *peer)
{
	char *key = key_of(peer);
	struct door_count *count = map_get(d->counts, key);

	require(count && count->guests > 0 && d->guests > 0);
	d->guests--;
	if (--count->guests == 0) {
		count = map_steal(d->counts, key);
		mem_free(&count);
	}
	mem_free(&key);
}

static void refuse(struct door *d, int fd, const struct addr *peer)
{
	char text[ADDR_TEXT_SIZE];

	close(fd);
	counter_add(&tally.refused, 1);
	if (loop_now(d->loop) - d->logged_at < LOG_EVERY)
		return;
	d->logged_at = loop_now(d->loop);
	addr_print(peer, text);
	log_warn(LOG_S2S, "%s: refused, too many connections that have not "
		 "authenticated", text);
}

static void on_accept(void *owner, int owned_fd, const struct addr *peer)
{
	struct door *d = owner;

	if (enter(d, peer))
		d->events->on_guest(d->owner, owned_fd, peer);
	else
		refuse(d, owned_fd, peer);
}

static const struct listen_events listen_events = {
	.on_accept = on_accept,
};

int door_listen(struct door *d, const char *where)
{
	struct listen *l;
	int error = listen_tcp(d->loop, where, &listen_events, d, &l);

	if (error)
		return error;
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
	map_free(&(*d)->counts, free);
	mem_free(&(*d)->listens);
	mem_free(d);
}
