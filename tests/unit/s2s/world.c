/* SPDX-License-Identifier: MIT */
#include "tests/unit/s2s/world.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <gnutls/gnutls.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/list.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "net/creds.h"
#include "xml/elem.h"
#include "xmpp/envelope.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

/* ---- DNS ---- */

static struct {
	int fd;
	int stop[2]; /* a pipe: written to end the thread */
	pthread_t thread;
	pthread_mutex_t mutex;
	struct map *ports; /* domain -> port, as a heap number */
	char address[32];
} dns = { .mutex = PTHREAD_MUTEX_INITIALIZER };

void world_set_port(const char *domain, uint16_t port)
{
	uint16_t *value = mem_new(uint16_t);
	uint16_t *before;

	*value = port;
	pthread_mutex_lock(&dns.mutex);
	before = map_put(dns.ports, domain, value);
	pthread_mutex_unlock(&dns.mutex);
	mem_free(&before);
}

static uint16_t port_of(const char *domain)
{
	uint16_t *value;
	uint16_t port;

	pthread_mutex_lock(&dns.mutex);
	value = map_get(dns.ports, domain);
	port = value ? *value : 0;
	pthread_mutex_unlock(&dns.mutex);
	return port;
}

/* The name of the question as text, its end in the packet; 0 when malformed. */
static size_t read_name(const unsigned char *p, size_t len, char *out,
			size_t size)
{
	size_t at = 12;
	size_t used = 0;

	while (at < len && p[at] != 0) {
		size_t label = p[at];

		if (label > 63 || at + 1 + label >= len ||
		    used + label + 2 > size)
			return 0;
		memcpy(out + used, p + at + 1, label);
		used += label;
		out[used++] = '.';
		at += label + 1;
	}
	out[used ? used - 1 : 0] = '\0';
	str_lower_ascii(out);
	return at + 1 + 4 <= len ? at + 1 : 0;
}

static void add_u16(struct buf *b, unsigned value)
{
	buf_add_char(b, (char)(value >> 8));
	buf_add_char(b, (char)value);
}

static void add_name(struct buf *b, const char *name)
{
	while (*name) {
		size_t label = strcspn(name, ".");

		buf_add_char(b, (char)label);
		buf_add(b, name, label);
		name += label;
		if (*name == '.')
			name++;
	}
	buf_add_char(b, 0);
}

/* A record for the question's name, with the length of its data. */
static void add_record(struct buf *b, unsigned type, const struct buf *data)
{
	add_u16(b, 0xc00c);
	add_u16(b, type);
	add_u16(b, 1);
	add_u16(b, 0);
	add_u16(b, 1); /* TTL */
	add_u16(b, (unsigned)data->len);
	buf_add(b, buf_data(data), data->len);
}

static void add_soa(struct buf *b)
{
	add_u16(b, 0xc00c);
	add_u16(b, 6);
	add_u16(b, 1);
	add_u16(b, 0);
	add_u16(b, 1);
	add_u16(b, 22); /* two roots and five numbers */
	add_u16(b, 0);
	for (int i = 0; i < 10; i++)
		add_u16(b, i % 2);
}

static void make_answer(const unsigned char *q, size_t len, struct buf *out)
{
	static const char srv_prefix[] = "_xmpp-server._tcp.";
	char name[300];
	size_t end = read_name(q, len, name, sizeof(name));
	unsigned type = end ? (unsigned)(q[end] << 8 | q[end + 1]) : 0;
	bool is_srv = str_has_prefix(name, srv_prefix);
	const char *domain = is_srv ? name + strlen(srv_prefix) : name;
	uint16_t port = port_of(domain);
	struct buf data;

	if (!end)
		return;
	buf_init(&data);
	if (type == 33 && is_srv && port) {
		add_u16(&data, 0);
		add_u16(&data, 0);
		add_u16(&data, port);
		add_name(&data, domain);
	} else if (type == 1 && !is_srv && port) {
		buf_add(&data, "\x7f\0\0\1", 4);
	}
	buf_add(out, q, 2);
	add_u16(out, port ? 0x8580 : 0x8583);
	add_u16(out, 1);
	add_u16(out, data.len > 0);
	add_u16(out, data.len == 0);
	add_u16(out, 0);
	buf_add(out, q + 12, end + 4 - 12);
	if (data.len > 0)
		add_record(out, type, &data);
	else
		add_soa(out);
	buf_fini(&data);
}

static void answer_one(void)
{
	unsigned char query[1500];
	struct sockaddr_storage from;
	socklen_t from_len = sizeof(from);
	struct buf out;
	ssize_t len = recvfrom(dns.fd, query, sizeof(query), 0,
			       (struct sockaddr *)&from, &from_len);

	if (len < 12)
		return;
	buf_init(&out);
	make_answer(query, (size_t)len, &out);
	if (out.len > 0)
		(void)!sendto(dns.fd, buf_data(&out), out.len, 0,
			      (struct sockaddr *)&from, from_len);
	buf_fini(&out);
}

static void *run_dns(void *unused)
{
	struct pollfd fds[2] = {
		{ .fd = dns.fd, .events = POLLIN },
		{ .fd = dns.stop[0], .events = POLLIN },
	};

	(void)unused;
	for (;;) {
		if (poll(fds, 2, -1) < 0 && errno != EINTR)
			abort();
		if (fds[1].revents)
			return NULL;
		if (fds[0].revents)
			answer_one();
	}
}

void world_begin(void)
{
	struct sockaddr_in own = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(own);

	dns.ports = map_new();
	dns.fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	require(dns.fd >= 0 && pipe(dns.stop) == 0);
	require(bind(dns.fd, (struct sockaddr *)&own, len) == 0);
	require(getsockname(dns.fd, (struct sockaddr *)&own, &len) == 0);
	snprintf(dns.address, sizeof(dns.address), "127.0.0.1:%u",
		 ntohs(own.sin_port));
	require(pthread_create(&dns.thread, NULL, run_dns, NULL) == 0);
}

void world_end(void)
{
	require(write(dns.stop[1], "", 1) == 1);
	pthread_join(dns.thread, NULL);
	close(dns.fd);
	close(dns.stop[0]);
	close(dns.stop[1]);
	map_free(&dns.ports, free);
}

const char *world_dns(void)
{
	return dns.address;
}

/* ---- servers ---- */

static bool on_stanza(void *owner, struct stanza *owned, enum s2s_proof proof)
{
	struct world_server *w = owner;
	bool is_full;

	(void)proof;
	pthread_mutex_lock(&w->mutex);
	w->stanzas = mem_realloc(w->stanzas, (w->count + 1) *
						     sizeof(*w->stanzas));
	w->stanzas[w->count++] = owned;
	is_full = w->full_at && w->count >= w->full_at;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->mutex);
	return is_full;
}

static void on_undelivered(void *owner, struct envelope *owned,
			   enum cond_name why)
{
	struct world_server *w = owner;

	envelope_free(&owned);
	pthread_mutex_lock(&w->mutex);
	w->undelivered++;
	w->why = why;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->mutex);
}

static void on_lost(void *owner, const char *local, const char *remote)
{
	struct world_server *w = owner;

	require(str_equal(local, w->domain) && remote);
	pthread_mutex_lock(&w->mutex);
	w->lost++;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->mutex);
}

static void on_proof(void *owner, const char *remote, enum s2s_proof proof)
{
	struct world_server *w = owner;

	require(proof == S2S_PROOF_CERTIFICATE && *remote);
	pthread_mutex_lock(&w->mutex);
	w->proofs++;
	pthread_cond_broadcast(&w->changed);
	pthread_mutex_unlock(&w->mutex);
}

static const struct s2s_events events = {
	.on_proof = on_proof,
	.on_stanza = on_stanza,
	.on_undelivered = on_undelivered,
	.on_lost = on_lost,
};

/* Make a certificate for domain and have take() read the two files. */
static void with_certificate(const char *domain,
			     void (*take)(void *to, const char *certificate,
					  const char *key),
			     void *to)
{
	char dir[] = "/tmp/hallway-test-XXXXXX";
	char *certificate;
	char *key;

	require(mkdtemp(dir));
	certificate = str_format("%s/cert.pem", dir);
	key = str_format("%s/key.pem", dir);
	require(creds_make_self_signed(domain, certificate, key) == 0);
	take(to, certificate, key);
	unlink(certificate);
	unlink(key);
	rmdir(dir);
	mem_free(&certificate);
	mem_free(&key);
}

static void load_creds(void *to, const char *certificate, const char *key)
{
	struct creds_chain chain = { .certificate = certificate, .key = key };
	char *text = NULL;

	require(creds_load(&chain, 1, NULL, to, &text) == 0);
}

void world_settings(struct s2s_settings *s)
{
	static const char *const listen[] = { "127.0.0.1:0" };

	s2s_settings_init(s);
	/* all peers are one address here, and some are in a hurry */
	s->new_streams_per_address = s->new_streams_per_domain = 10000;
	s->max_streams_per_pair = 64;
	s->handshakes = s->handshakes_per_address = 10000;
	s->rate_stanzas = s->burst_stanzas = 1000000;
	s->rate_bytes = s->burst_bytes = 1 << 30;
	s->listen = listen;
	s->listen_count = 1;
	s->io_loops = 2;
	s->dns_servers = dns.address;
	s->allow_private = true;
}

struct world_server *world_open(const char *domain,
				const struct s2s_settings *settings,
				bool is_secret)
{
	struct world_server *w = mem_new(struct world_server);
	struct s2s_settings own = *settings;
	pthread_condattr_t attr;
	char *text = NULL;

	w->domain = domain;
	with_certificate(domain, load_creds, &w->creds);
	pthread_mutex_init(&w->mutex, NULL);
	pthread_condattr_init(&attr);
	pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
	pthread_cond_init(&w->changed, &attr);
	pthread_condattr_destroy(&attr);
	own.domains = &w->domain;
	own.domain_count = 1;
	if (s2s_open(&own, w->creds, &events, w, &w->s2s, &text) != 0) {
		fprintf(stderr, "%s\n", text);
		abort();
	}
	w->port = s2s_port(w->s2s, 0);
	if (!is_secret)
		world_set_port(domain, w->port);
	return w;
}

void world_close(struct world_server **w)
{
	s2s_close(&(*w)->s2s);
	for (size_t i = 0; i < (*w)->count; i++)
		stanza_free(&(*w)->stanzas[i]);
	mem_free(&(*w)->stanzas);
	creds_unref(&(*w)->creds);
	pthread_mutex_destroy(&(*w)->mutex);
	pthread_cond_destroy(&(*w)->changed);
	mem_free(w);
}

void world_send(struct world_server *w, const char *to, const char *body)
{
	char *from_text = str_format("room@%s/nick", w->domain);
	struct jid *from = jid_parse(from_text);
	struct jid *jid = jid_parse(to);
	struct elem *e = stanza_elem_new(STANZA_MESSAGE, "groupchat", from,
					 "id1");
	struct frozen *frozen;
	struct envelope *envelope;
	struct list list;

	elem_add_with_text(e, "body", NULL, body);
	frozen = frozen_new(e);
	envelope = envelope_new(frozen, jid, w->domain);
	list_init(&list);
	list_add_tail(&list, &envelope->node);
	s2s_deliver(w->s2s, &list, 1);
	frozen_unref(&frozen);
	elem_free(&e);
	jid_free(&jid);
	jid_free(&from);
	mem_free(&from_text);
}

/* Wait for a change, with the mutex held; false when time is up. */
static bool wait_change(struct world_server *w, int64_t until)
{
	struct timespec at = { .tv_sec = until / 1000,
			       .tv_nsec = until % 1000 * 1000000 };

	return pthread_cond_timedwait(&w->changed, &w->mutex, &at) == 0;
}

bool world_await(struct world_server *w, size_t count)
{
	int64_t until = clock_mono() + WORLD_TIMEOUT;
	bool has;

	pthread_mutex_lock(&w->mutex);
	while (w->count < count && wait_change(w, until))
		;
	has = w->count >= count;
	pthread_mutex_unlock(&w->mutex);
	return has;
}

bool world_await_lost(struct world_server *w, size_t lost, size_t undelivered)
{
	int64_t until = clock_mono() + WORLD_TIMEOUT;
	bool has;

	pthread_mutex_lock(&w->mutex);
	while ((w->lost < lost || w->undelivered < undelivered) &&
	       wait_change(w, until))
		;
	has = w->lost >= lost && w->undelivered >= undelivered;
	pthread_mutex_unlock(&w->mutex);
	return has;
}

const char *world_body(struct world_server *w, size_t i)
{
	const char *body;

	pthread_mutex_lock(&w->mutex);
	require(i < w->count);
	body = elem_child_text(w->stanzas[i]->elem, "body", NS_SERVER);
	pthread_mutex_unlock(&w->mutex);
	return body ? body : "";
}

/* ---- a peer by hand ---- */

struct world_peer {
	int fd;
	gnutls_session_t session;
	gnutls_certificate_credentials_t creds;
	bool is_secure;
	struct buf in;
	size_t searched; /* bytes of in that were there before the last send */
	char *id;        /* owned, or NULL; of their last header */
};

struct world_peer *world_peer_connect(uint16_t port)
{
	struct world_peer *p = mem_new(struct world_peer);
	struct sockaddr_in to = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		.sin_port = htons(port),
	};
	struct timeval timeout = { .tv_sec = WORLD_TIMEOUT / 1000 };

	p->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	require(p->fd >= 0);
	setsockopt(p->fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	require(connect(p->fd, (struct sockaddr *)&to, sizeof(to)) == 0);
	return p;
}

void world_peer_free(struct world_peer **p)
{
	if (!*p)
		return;
	if ((*p)->session) {
		gnutls_deinit((*p)->session);
		gnutls_certificate_free_credentials((*p)->creds);
	}
	close((*p)->fd);
	buf_fini(&(*p)->in);
	mem_free(&(*p)->id);
	mem_free(p);
}

void world_peer_send(struct world_peer *p, const char *text)
{
	buf_clear(&p->in);
	if (p->is_secure)
		(void)!gnutls_record_send(p->session, text, strlen(text));
	else
		(void)!send(p->fd, text, strlen(text), MSG_NOSIGNAL);
}

static bool read_more(struct world_peer *p)
{
	char data[4096];
	ssize_t len;

	if (p->is_secure)
		len = gnutls_record_recv(p->session, data, sizeof(data));
	else
		len = recv(p->fd, data, sizeof(data), 0);
	if (len <= 0)
		return false;
	buf_add(&p->in, data, (size_t)len);
	return true;
}

bool world_peer_await(struct world_peer *p, const char *text)
{
	while (!strstr(buf_str(&p->in), text)) {
		if (!read_more(p))
			return false;
	}
	return true;
}

bool world_peer_await_end(struct world_peer *p)
{
	int64_t until = clock_mono() + WORLD_TIMEOUT;

	while (read_more(p))
		;
	return clock_mono() < until;
}

const char *world_peer_read(const struct world_peer *p)
{
	return buf_str((struct buf *)&p->in);
}

/* role: GNUTLS_CLIENT or GNUTLS_SERVER. */
static bool shake_hands(struct world_peer *p, unsigned role)
{
	int err;

	gnutls_init(&p->session, role);
	gnutls_set_default_priority(p->session);
	gnutls_credentials_set(p->session, GNUTLS_CRD_CERTIFICATE, p->creds);
	gnutls_transport_set_int(p->session, p->fd);
	do {
		err = gnutls_handshake(p->session);
	} while (err < 0 && !gnutls_error_is_fatal(err));
	p->is_secure = err == 0;
	return p->is_secure;
}

bool world_peer_start_tls(struct world_peer *p)
{
	gnutls_certificate_allocate_credentials(&p->creds);
	return shake_hands(p, GNUTLS_CLIENT);
}

void world_peer_cut(struct world_peer *p)
{
	shutdown(p->fd, SHUT_RDWR);
}

int world_peer_listen(const char *domain)
{
	struct sockaddr_in own = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(own);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	require(fd >= 0 && bind(fd, (struct sockaddr *)&own, len) == 0);
	require(listen(fd, 16) == 0);
	require(getsockname(fd, (struct sockaddr *)&own, &len) == 0);
	world_set_port(domain, ntohs(own.sin_port));
	return fd;
}

struct world_peer *world_peer_accept(int listener)
{
	struct pollfd wait = { .fd = listener, .events = POLLIN };
	struct timeval timeout = { .tv_sec = WORLD_TIMEOUT / 1000 };
	struct world_peer *p;

	if (poll(&wait, 1, WORLD_TIMEOUT) != 1)
		return NULL;
	p = mem_new(struct world_peer);
	p->fd = accept(listener, NULL, NULL);
	require(p->fd >= 0);
	setsockopt(p->fd, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
	return p;
}

static void load_peer_creds(void *to, const char *certificate, const char *key)
{
	struct world_peer *p = to;

	require(gnutls_certificate_set_x509_key_file(
			p->creds, certificate, key, GNUTLS_X509_FMT_PEM) >= 0);
}

bool world_peer_serve_tls(struct world_peer *p, const char *server_named)
{
	gnutls_certificate_allocate_credentials(&p->creds);
	with_certificate(server_named, load_peer_creds, p);
	return shake_hands(p, GNUTLS_SERVER);
}

static void send_answer(struct world_peer *p, const char *from, const char *id,
			const char *features)
{
	char *text = str_format(
		"<?xml version='1.0'?><stream:stream "
		"xmlns:stream='http://etherx.jabber.org/streams' "
		"xmlns='jabber:server' xmlns:db='jabber:server:dialback' "
		"from='%s' id='%s' version='1.0'><stream:features>%s"
		"</stream:features>", from, id, features);

	world_peer_send(p, text);
	mem_free(&text);
}

bool world_peer_serve(struct world_peer *p, const char *server_named)
{
	if (!world_peer_await(p, "<stream:stream "))
		return false;
	send_answer(p, server_named, "id1", "");
	if (!world_peer_await(p, "<starttls "))
		return false;
	world_peer_send(p,
			"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
	if (!world_peer_serve_tls(p, server_named) ||
	    !world_peer_await(p, "<stream:stream "))
		return false;
	send_answer(p, server_named, "id2",
		    "<dialback xmlns='urn:xmpp:features:dialback'/>");
	return true;
}

static void send_header(struct world_peer *p, const char *from, const char *to)
{
	char *text = str_format(
		"<?xml version='1.0'?><stream:stream "
		"xmlns:stream='http://etherx.jabber.org/streams' "
		"xmlns='jabber:server' xmlns:db='jabber:server:dialback' "
		"from='%s' to='%s' version='1.0'>", from, to);

	world_peer_send(p, text);
	mem_free(&text);
}

bool world_peer_negotiate(struct world_peer *p, const char *from,
			  const char *to)
{
	const char *id;

	send_header(p, from, to);
	if (!world_peer_await(p, "</stream:features>"))
		return false;
	world_peer_send(p,
			"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>");
	if (!world_peer_await(p, "<proceed") || !world_peer_start_tls(p))
		return false;
	send_header(p, from, to);
	if (!world_peer_await(p, "</stream:features>"))
		return false;
	id = strstr(world_peer_read(p), " id='");
	if (!id)
		return false;
	mem_free(&p->id);
	p->id = str_dup_n(id + 5, strcspn(id + 5, "'"));
	return true;
}

const char *world_peer_id(const struct world_peer *p)
{
	return p->id;
}
