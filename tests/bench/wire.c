/* SPDX-License-Identifier: MIT */
#include "wire.h"

#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>

#define RECORD	 16384
#define IN_START 65536
#define RAW	 65536 /* a read under TLS */
#define EVENTS	 256
#define SECOND	 INT64_C(1000000000)

enum kind { KIND_CONN, KIND_DOOR, KIND_UDP };

struct source {
	enum kind kind;
	int fd;
};

struct wire_conn {
	struct source source;
	const struct wire_events *events;
	void *owner;
	gnutls_session_t tls;
	bool is_shaking, is_writing, is_connecting, is_over, is_dirty;
	char *rest; /* owned; what came and was not yet consumed */
	size_t rest_len;
	char *raw; /* under TLS: [raw_at, raw_len) is still encrypted */
	size_t raw_at, raw_len;
	char *out;
	size_t out_len, out_cap, out_sent;
	int64_t rate, allowed; /* bytes a second, and still in this one */
	bool is_paused;
	struct wire_conn *next_dirty, *next_paused;
};

struct door {
	struct source source;
	const struct wire_events *events;
	void *(*on_accept)(struct wire_conn *c);
};

struct udp {
	struct source source;
	size_t (*on_packet)(unsigned char *packet, size_t len, size_t cap);
};

static int epoll_fd;
static int64_t read_at;
static gnutls_certificate_credentials_t creds;
static gnutls_priority_t priority;
static struct wire_conn *dirty;	 /* has something to write */
static struct wire_conn *paused; /* has read its share of this second */
static int64_t resume_at;	 /* when they may go on */

/* All connections read into the same memory, so that it stays in the cache; of
 * a hundred buffers none would. */
static char raw_of_all[RAW];
static char *in; /* what is handed over */
static size_t in_len, in_cap;

int64_t wire_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * SECOND + t.tv_nsec;
}

int64_t wire_read_at(void)
{
	return read_at;
}

static void must(int code)
{
	if (code < 0)
		errx(1, "TLS: %s", gnutls_strerror(code));
}

void wire_init(void)
{
	gnutls_x509_privkey_t key;
	gnutls_x509_crt_t crt;
	unsigned char serial[] = { 1 };

	epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	in_cap = IN_START;
	in = malloc(in_cap);
	must(gnutls_x509_privkey_init(&key));
	must(gnutls_x509_privkey_generate(
		key, GNUTLS_PK_ECDSA,
		GNUTLS_CURVE_TO_BITS(GNUTLS_ECC_CURVE_SECP256R1), 0));
	must(gnutls_x509_crt_init(&crt));
	must(gnutls_x509_crt_set_version(crt, 3));
	must(gnutls_x509_crt_set_serial(crt, serial, sizeof(serial)));
	must(gnutls_x509_crt_set_dn(crt, "CN=load", NULL));
	must(gnutls_x509_crt_set_activation_time(crt, time(NULL) - 3600));
	must(gnutls_x509_crt_set_expiration_time(crt, time(NULL) + 864000));
	must(gnutls_x509_crt_set_key(crt, key));
	must(gnutls_x509_crt_sign2(crt, crt, key, GNUTLS_DIG_SHA256, 0));
	must(gnutls_certificate_allocate_credentials(&creds));
	must(gnutls_certificate_set_x509_key(creds, &crt, 1, key));
	must(gnutls_priority_init(&priority, "NORMAL", NULL));
}

/* ---- connections ---- */

static void watch(struct source *s, uint32_t events, int op)
{
	struct epoll_event e = { .events = events, .data.ptr = s };

	if (epoll_ctl(epoll_fd, op, s->fd, &e) < 0)
		err(1, "epoll_ctl");
}

static void want(struct wire_conn *c)
{
	uint32_t events = c->is_paused ? 0 : EPOLLIN;

	if (c->is_writing || c->is_connecting)
		events |= EPOLLOUT;
	watch(&c->source, events, EPOLL_CTL_MOD);
}

static struct wire_conn *conn_new(int fd, const struct wire_events *events)
{
	struct wire_conn *c = calloc(1, sizeof(*c));

	c->source.fd = fd;
	c->events = events;
	c->rate = -1;
	fcntl(fd, F_SETFL, O_NONBLOCK);
	watch(&c->source, EPOLLIN, EPOLL_CTL_ADD);
	return c;
}

struct wire_conn *wire_connect(const struct sockaddr_in *to,
			       const struct wire_events *events, void *owner)
{
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct wire_conn *c;

	if (fd < 0)
		err(1, "socket");
	c = conn_new(fd, events);
	c->owner = owner;
	if (connect(fd, (const struct sockaddr *)to, sizeof(*to)) < 0 &&
	    errno != EINPROGRESS)
		err(1, "connect");
	c->is_connecting = true;
	want(c);
	return c;
}

static int make_socket(struct sockaddr_in *at, int type)
{
	int fd = socket(AF_INET, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int on = 1;

	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (struct sockaddr *)at, sizeof(*at)) < 0)
		err(1, "bind");
	return fd;
}

void wire_listen(struct sockaddr_in *at, const struct wire_events *events,
		 void *(*on_accept)(struct wire_conn *c))
{
	struct door *d = calloc(1, sizeof(*d));

	d->source.kind = KIND_DOOR;
	d->source.fd = make_socket(at, SOCK_STREAM);
	d->events = events;
	d->on_accept = on_accept;
	if (listen(d->source.fd, 4096) < 0)
		err(1, "listen");
	watch(&d->source, EPOLLIN, EPOLL_CTL_ADD);
}

void wire_listen_udp(struct sockaddr_in *at,
		     size_t (*on_packet)(unsigned char *packet, size_t len,
					 size_t cap))
{
	struct udp *u = calloc(1, sizeof(*u));

	u->source.kind = KIND_UDP;
	u->source.fd = make_socket(at, SOCK_DGRAM);
	u->on_packet = on_packet;
	watch(&u->source, EPOLLIN, EPOLL_CTL_ADD);
}

static void end(struct wire_conn *c, const char *why)
{
	if (c->is_over)
		return;
	c->is_over = true;
	epoll_ctl(epoll_fd, EPOLL_CTL_DEL, c->source.fd, NULL);
	close(c->source.fd);
	c->events->on_end(c->owner, why);
	/* the struct stays: it may still stand in a list, and few end */
}

/* Who stops while there is something to read needs a place for it; the others
 * leave nothing behind. */
static void keep_raw(struct wire_conn *c)
{
	char *own;

	if (c->raw != raw_of_all)
		return;
	own = malloc(RAW);
	c->raw_len -= c->raw_at;
	memcpy(own, c->raw + c->raw_at, c->raw_len);
	c->raw_at = 0;
	c->raw = own;
}

void wire_set_rate(struct wire_conn *c, int64_t bytes)
{
	c->rate = bytes;
	c->allowed = bytes;
	if (bytes >= 0)
		keep_raw(c);
}

size_t wire_unsent(const struct wire_conn *c)
{
	return c->out_len - c->out_sent;
}

void wire_send(struct wire_conn *c, const char *data, size_t len)
{
	if (c->is_over)
		return;
	if (c->out_len + len > c->out_cap) {
		c->out_cap = 2 * (c->out_len + len);
		c->out = realloc(c->out, c->out_cap);
	}
	memcpy(c->out + c->out_len, data, len);
	c->out_len += len;
	if (!c->is_dirty) {
		c->is_dirty = true;
		c->next_dirty = dirty;
		dirty = c;
	}
}

/* ---- writing ---- */

static ssize_t put(struct wire_conn *c, const char *data, size_t len)
{
	ssize_t n;

	if (c->tls)
		return gnutls_record_send(c->tls, data,
					  len < RECORD ? len : RECORD);
	n = send(c->source.fd, data, len, MSG_NOSIGNAL);
	return n < 0 && errno == EAGAIN ? GNUTLS_E_AGAIN : n;
}

static void flush(struct wire_conn *c)
{
	bool was = c->is_writing;
	ssize_t n = 0;

	if (c->is_over || c->is_shaking || c->is_connecting)
		return;
	while (c->out_sent < c->out_len) {
		n = put(c, c->out + c->out_sent, c->out_len - c->out_sent);
		if (n <= 0)
			break;
		c->out_sent += (size_t)n;
	}
	if (c->out_sent == c->out_len)
		c->out_sent = c->out_len = 0;
	if (n < 0 && n != GNUTLS_E_AGAIN && n != GNUTLS_E_INTERRUPTED) {
		end(c, "cannot write");
		return;
	}
	c->is_writing = c->out_len > 0;
	if (was != c->is_writing)
		want(c);
}

static void flush_all(void)
{
	while (dirty) {
		struct wire_conn *c = dirty;

		dirty = c->next_dirty;
		c->is_dirty = false;
		flush(c);
	}
}

/* GnuTLS would read a record's head and then the rest of it; one call for what is
 * there costs less. */
static ssize_t pull(gnutls_transport_ptr_t ptr, void *to, size_t cap)
{
	struct wire_conn *c = ptr;
	size_t len;

	if (c->raw_at == c->raw_len) {
		ssize_t n = recv(c->source.fd, c->raw, RAW, 0);

		if (n <= 0)
			return n;
		c->raw_at = 0;
		c->raw_len = (size_t)n;
	}
	len = c->raw_len - c->raw_at < cap ? c->raw_len - c->raw_at : cap;
	memcpy(to, c->raw + c->raw_at, len);
	c->raw_at += len;
	return (ssize_t)len;
}

static ssize_t push(gnutls_transport_ptr_t ptr, const void *data, size_t len)
{
	const struct wire_conn *c = ptr;

	return send(c->source.fd, data, len, MSG_NOSIGNAL);
}

void wire_start_tls(struct wire_conn *c, bool is_server)
{
	flush(c); /* what was said before goes in the clear */
	must(gnutls_init(&c->tls, (is_server ? GNUTLS_SERVER : GNUTLS_CLIENT) |
					  GNUTLS_NONBLOCK));
	must(gnutls_priority_set(c->tls, priority));
	must(gnutls_credentials_set(c->tls, GNUTLS_CRD_CERTIFICATE, creds));
	c->raw = raw_of_all;
	gnutls_transport_set_ptr(c->tls, c);
	gnutls_transport_set_pull_function(c->tls, pull);
	gnutls_transport_set_push_function(c->tls, push);
	c->is_shaking = true;
}

/* ---- reading ---- */

static ssize_t get(struct wire_conn *c, char *to, size_t cap)
{
	ssize_t n;

	if (c->tls)
		return gnutls_record_recv(c->tls, to, cap);
	n = recv(c->source.fd, to, cap, 0);
	return n < 0 && errno == EAGAIN ? GNUTLS_E_AGAIN : n;
}

static void hand_over(struct wire_conn *c)
{
	size_t used = c->events->on_data(c->owner, in, in_len);

	in_len -= used;
	if (used && in_len)
		memmove(in, in + used, in_len);
}

static void read_some(struct wire_conn *c);

static void shake(struct wire_conn *c)
{
	int code = gnutls_handshake(c->tls);

	if (code == GNUTLS_E_AGAIN || code == GNUTLS_E_INTERRUPTED) {
		c->is_writing = gnutls_record_get_direction(c->tls) == 1;
		want(c);
		return;
	}
	if (code < 0) {
		end(c, gnutls_strerror(code));
		return;
	}
	c->is_shaking = false;
	c->events->on_secure(c->owner);
	flush(c);
	read_some(c); /* what came behind it may be here already */
}

static bool has_share(struct wire_conn *c)
{
	if (c->rate < 0 || c->allowed > 0)
		return true;
	if (!c->is_paused) {
		if (!paused)
			resume_at = wire_now() + SECOND;
		c->is_paused = true;
		c->next_paused = paused;
		paused = c;
		want(c);
	}
	return false;
}

/* Once; false: there is nothing more. */
static bool read_once(struct wire_conn *c)
{
	ssize_t n;

	if (in_cap - in_len < RECORD) {
		in_cap *= 2;
		in = realloc(in, in_cap);
	}
	n = get(c, in + in_len, in_cap - in_len);
	/* a ticket ends the call, too: no event tells what is behind it */
	if (n == GNUTLS_E_AGAIN || n == GNUTLS_E_INTERRUPTED)
		return c->raw_at < c->raw_len;
	if (n <= 0) {
		end(c, n == 0 ? "closed" : "cannot read");
		return false;
	}
	in_len += (size_t)n;
	read_at = wire_now();
	if (c->rate >= 0)
		c->allowed -= n;
	hand_over(c);
	return true;
}

static void read_some(struct wire_conn *c)
{
	in_len = c->rest_len;
	if (in_len)
		memcpy(in, c->rest, in_len);
	while (!c->is_over && !c->is_shaking && has_share(c) && read_once(c))
		;
	if (in_len > c->rest_len)
		c->rest = realloc(c->rest, in_len);
	if (in_len)
		memcpy(c->rest, in, in_len);
	c->rest_len = in_len;
}

static void resume_paused(void)
{
	struct wire_conn *c = paused;

	paused = NULL;
	resume_at = wire_now() + SECOND;
	while (c) {
		struct wire_conn *next = c->next_paused;

		c->is_paused = false;
		c->allowed += c->rate;
		if (!c->is_over) {
			want(c);
			read_some(c);
		}
		c = next;
	}
}

/* ---- the loop ---- */

static void on_conn(struct wire_conn *c, uint32_t events)
{
	if (c->is_connecting && (events & (EPOLLOUT | EPOLLERR))) {
		c->is_connecting = false;
		want(c);
		flush(c);
	}
	if (c->is_over)
		return;
	if (c->is_shaking)
		shake(c);
	else if (events & EPOLLOUT)
		flush(c);
	if (!c->is_over && (events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		read_some(c);
	/* what began with this packet may already be there */
	if (!c->is_over && c->is_shaking)
		shake(c);
}

static void on_door(const struct door *d)
{
	int fd;

	while ((fd = accept4(d->source.fd, NULL, NULL, SOCK_CLOEXEC)) >= 0) {
		struct wire_conn *c = conn_new(fd, d->events);

		c->owner = d->on_accept(c);
	}
}

static void on_udp(const struct udp *u)
{
	unsigned char packet[2048];
	struct sockaddr_in from;
	socklen_t from_len = sizeof(from);
	ssize_t n;

	while ((n = recvfrom(u->source.fd, packet, sizeof(packet), 0,
			     (struct sockaddr *)&from, &from_len)) > 0) {
		size_t len = u->on_packet(packet, (size_t)n, sizeof(packet));

		if (len)
			sendto(u->source.fd, packet, len, 0,
			       (struct sockaddr *)&from, from_len);
	}
}

/* Sleeps until something comes, or ns are over: the generator's own time is
 * measured, too. */
static void turn(int64_t ns)
{
	struct epoll_event events[EVENTS];
	struct timespec wait = {
		.tv_sec = ns / SECOND,
		.tv_nsec = ns % SECOND,
	};
	int n;

	flush_all();
	n = epoll_pwait2(epoll_fd, events, EVENTS, &wait, NULL);
	for (int i = 0; i < n; i++) {
		struct source *s = events[i].data.ptr;

		if (s->kind == KIND_CONN)
			on_conn((struct wire_conn *)s, events[i].events);
		else if (s->kind == KIND_DOOR)
			on_door((struct door *)s);
		else
			on_udp((struct udp *)s);
	}
}

bool wire_run(bool (*is_done)(void), int64_t ns)
{
	int64_t now = wire_now(), until = now + ns;

	while (!is_done()) {
		int64_t next = paused && resume_at < until ? resume_at : until;

		if (now >= until)
			return false;
		turn(next > now ? next - now : 0);
		now = wire_now();
		if (paused && now >= resume_at)
			resume_paused();
	}
	flush_all();
	return true;
}
