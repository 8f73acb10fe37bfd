/* SPDX-License-Identifier: MIT */
#include "tests/unit/dns/fake_dns.h"

#include <sys/socket.h>
#include <unistd.h>

#include <uv.h>

#include "base/mem.h"
#include "base/str.h"
#include "loop/loop.h"
#include "net/addr.h"
#include "net/listen.h"
#include "net/tcp.h"
#include "tests/unit/dns/make_packet.h"

struct fake_dns {
	struct loop *loop;
	fake_dns_fn fn;
	void *owner;
	int fd;
	uv_poll_t poll;
	struct listen *listen;
	char servers[ADDR_TEXT_SIZE];
	int parts; /* of udp and tcp, not yet closed */
};

/** A TCP connection of a client's. */
struct conversation {
	struct fake_dns *dns;
	struct tcp *tcp;
	struct buf in;
};

static void answer_query(struct fake_dns *d, const unsigned char *query,
			 size_t len, bool is_tcp, struct buf *reply)
{
	char name[256] = "";
	size_t at = 12;

	while (at < len && query[at] > 0) {
		if (*name)
			strcat(name, ".");
		strncat(name, (const char *)query + at + 1, query[at]);
		at += query[at] + 1u;
	}
	require(at + 4 < len);
	d->fn(d->owner, (unsigned)query[0] << 8 | query[1], name,
	      (unsigned)query[at + 1] << 8 | query[at + 2], is_tcp, reply);
	/* RFC 6840 5.7: AD only for those who asked for it */
	if (reply->len > 3 && !(query[3] & PACKET_AD))
		reply->data[reply->start + 3] &= (unsigned char)~PACKET_AD;
}

static void on_poll(uv_poll_t *poll, int status, int events)
{
	struct fake_dns *d = poll->data;
	unsigned char query[1500];
	struct addr from = { .len = sizeof(from.ss) };
	struct buf reply = { 0 };
	ssize_t len;

	(void)status;
	(void)events;
	len = recvfrom(d->fd, query, sizeof(query), 0,
		       (struct sockaddr *)&from.ss, &from.len);
	if (len < 0)
		return;
	answer_query(d, query, (size_t)len, false, &reply);
	if (reply.len > 0)
		(void)!sendto(d->fd, buf_data(&reply), reply.len, 0,
			      (struct sockaddr *)&from.ss, from.len);
	buf_fini(&reply);
}

static void on_bytes(void *owner, const unsigned char *data, size_t len)
{
	struct conversation *c = owner;
	struct buf reply = { 0 };
	const unsigned char *in;
	unsigned char head[2];

	buf_add(&c->in, data, len);
	in = buf_data(&c->in);
	if (c->in.len < 2 || c->in.len < 2 + ((size_t)in[0] << 8 | in[1]))
		return;
	answer_query(c->dns, in + 2, c->in.len - 2, true, &reply);
	buf_clear(&c->in);
	head[0] = (unsigned char)(reply.len >> 8);
	head[1] = (unsigned char)reply.len;
	tcp_write(c->tcp, head, 2);
	tcp_write(c->tcp, buf_data(&reply), reply.len);
	buf_fini(&reply);
}

static void on_end(void *owner)
{
	struct conversation *c = owner;

	tcp_close(c->tcp);
}

static void on_failed(void *owner, int error)
{
	struct conversation *c = owner;

	(void)error;
	tcp_close(c->tcp);
}

static void on_closed(void *owner)
{
	struct conversation *c = owner;

	buf_fini(&c->in);
	mem_free(&c);
}

static const struct tcp_events tcp_events = {
	.on_bytes = on_bytes,
	.on_end = on_end,
	.on_failed = on_failed,
	.on_closed = on_closed,
};

static void on_accept(void *owner, int owned_fd, const struct addr *peer)
{
	struct conversation *c = mem_new(struct conversation);

	(void)peer;
	c->dns = owner;
	c->tcp = tcp_open(c->dns->loop, owned_fd, &tcp_events, c);
	require(c->tcp);
	tcp_read(c->tcp, true);
}

static void end_part(struct fake_dns *d)
{
	if (--d->parts == 0)
		mem_free(&d);
}

static void on_listen_closed(void *owner)
{
	end_part(owner);
}

static const struct listen_events listen_events = {
	.on_accept = on_accept,
	.on_closed = on_listen_closed,
};

/* One number that is free in both protocols. */
static void open_port(struct fake_dns *d)
{
	for (;;) {
		struct addr at;

		require(addr_parse("127.0.0.1:0", 0, &at) == 0);
		d->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0);
		require(bind(d->fd, (struct sockaddr *)&at.ss, at.len) == 0);
		require(getsockname(d->fd, (struct sockaddr *)&at.ss,
				    &at.len) == 0);
		addr_print(&at, d->servers);
		if (listen_tcp(d->loop, d->servers, &listen_events, d,
			       &d->listen) == 0)
			return;
		close(d->fd);
	}
}

struct fake_dns *fake_dns_open(struct loop *loop, fake_dns_fn fn, void *owner)
{
	struct fake_dns *d = mem_new(struct fake_dns);

	d->loop = loop;
	d->fn = fn;
	d->owner = owner;
	d->parts = 2;
	open_port(d);
	require(uv_poll_init(loop_uv(loop), &d->poll, d->fd) == 0);
	d->poll.data = d;
	uv_poll_start(&d->poll, UV_READABLE, on_poll);
	return d;
}

const char *fake_dns_servers(const struct fake_dns *d)
{
	return d->servers;
}

static void on_poll_closed(uv_handle_t *handle)
{
	end_part(handle->data);
}

void fake_dns_close(struct fake_dns *d)
{
	uv_close((uv_handle_t *)&d->poll, on_poll_closed);
	close(d->fd);
	listen_close(d->listen);
}
