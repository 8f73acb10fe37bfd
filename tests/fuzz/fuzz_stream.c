/* SPDX-License-Identifier: MIT */
/*
 * fuzz_stream: what a server that calls us may send, through a real connection,
 * TLS and the negotiation of inbound streams. Whatever comes, no stanza is let
 * through of a pair that was not proven, and the stream ends when it is told to.
 *
 * The first byte of an input says how the rest is sent, see enum how; so that
 * corpora are legible, a digit or one of ":;<=>?" and p to DEL mean no more. A
 * "|" is not sent: what comes behind it waits for our answers.
 */
#include <errno.h>
#include <fcntl.h>
#include <gnutls/gnutls.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include "base/base.h"
#include "base/buf.h"
#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/quota.h"
#include "base/str.h"
#include "jid/jid.h"
#include "loop/loop.h"
#include "net/cert_book.h"
#include "net/creds.h"
#include "s2s/hush.h"
#include "s2s/inbound.h"
#include "s2s/pace.h"
#include "s2s/place.h"
#include "s2s/policy.h"
#include "s2s/recall.h"
#include "s2s/s2s.h"
#include "xmpp/envelope.h"
#include "xmpp/stanza.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define LOCAL "b.test"
#define REMOTE "p.test" /* for which the guest may have a certificate */
#define MAX_CLAIMS 16
#define MAX_SIZE 65536

enum how {
	HOW_TLS = 1,    /* after a handshake, else from the first byte on */
	HOW_CERT = 2,   /* in which a good certificate is shown */
	HOW_DENY = 4,   /* nobody's server confirms a key, else everybody's */
	HOW_PIECES = 8, /* a few bytes at a time */
	HOW_CUT = 64,   /* the connection is reset at the end */
};

/* What somebody claims on a stream, and his server's word. */
struct claim {
	char *local;
	char *remote;
	bool is_answered;
	bool is_valid;
};

/* One input's. */
struct guest {
	unsigned how;
	int fd;
	gnutls_session_t session; /* or NULL */
	struct inbound *stream;   /* NULL: it is gone */
	struct claim claims[MAX_CLAIMS];
	size_t claim_count;
	char *fed; /* owned; to whom we may send, or NULL */
};

/* The whole run's. */
static struct place place;
static struct s2s_settings settings;
static struct recall proven, no_external;
static gnutls_certificate_credentials_t credentials, no_credentials;
static int listener;

/* ---- our side ---- */

static void on_authorised(void *owner, uint64_t number, const char *local,
			  const char *remote, enum s2s_proof proof,
			  bool is_first)
{
	const struct guest *g = owner;
	bool is_proven = (g->how & HOW_CERT) && (g->how & HOW_TLS) &&
			 proof == S2S_PROOF_CERTIFICATE &&
			 str_equal(remote, REMOTE);

	(void)number;
	(void)is_first;
	for (size_t i = 0; i < g->claim_count; i++)
		is_proven |= g->claims[i].is_valid &&
			     proof == S2S_PROOF_DIALBACK &&
			     str_equal(g->claims[i].local, local) &&
			     str_equal(g->claims[i].remote, remote);
	require(is_proven && str_equal(local, LOCAL));
}

static void on_question(void *owner, uint64_t number, const char *local,
			const char *remote, const char *stream_id,
			const char *key)
{
	struct guest *g = owner;
	struct claim *c;

	(void)number;
	require(stream_id && *stream_id && key);
	if (g->claim_count == MAX_CLAIMS)
		return; /* its server is silent */
	c = &g->claims[g->claim_count++];
	c->local = str_dup(local);
	c->remote = str_dup(remote);
	c->is_answered = c->is_valid = false;
}

static bool has_proven(const struct guest *g, const char *remote)
{
	if ((g->how & HOW_CERT) && str_equal(remote, REMOTE))
		return true;
	for (size_t i = 0; i < g->claim_count; i++) {
		if (g->claims[i].is_valid &&
		    str_equal(g->claims[i].remote, remote))
			return true;
	}
	return false;
}

static void on_stanza(void *owner, struct stanza *owned, enum s2s_proof proof)
{
	const struct guest *g = owner;

	(void)proof;
	require(has_proven(g, jid_domain(owned->from)));
	require(g->how & HOW_TLS);
	require(str_equal(jid_domain(owned->to), LOCAL));
	stanza_free(&owned);
}

static void on_reply(void *owner, struct envelope *owned)
{
	(void)owner;
	envelope_free(&owned);
}

static void on_feed(void *owner, uint64_t number, const char *local,
		    const char *remote, size_t max_bytes)
{
	struct guest *g = owner;

	(void)number;
	(void)max_bytes;
	require(str_equal(local, LOCAL) && has_proven(g, remote));
	str_set(&g->fed, remote);
}

static void on_fed(void *owner, uint64_t number, const char *local,
		   const char *remote, uint32_t serial)
{
	(void)owner;
	(void)number;
	(void)local;
	(void)remote;
	(void)serial;
}

static void on_unseated(void *owner, uint64_t number, const char *local,
			const char *remote)
{
	(void)owner;
	(void)number;
	(void)local;
	(void)remote;
}

static void on_closed(void *owner, uint64_t number, bool was_authorised)
{
	struct guest *g = owner;

	(void)number;
	(void)was_authorised;
	g->stream = NULL;
}

static const struct inbound_events events = {
	.on_authorised = on_authorised,
	.on_question = on_question,
	.on_stanza = on_stanza,
	.on_reply = on_reply,
	.on_feed = on_feed,
	.on_fed = on_fed,
	.on_unfed = on_fed,
	.on_unseated = on_unseated,
	.on_closed = on_closed,
};

static void answer_claims(struct guest *g)
{
	for (size_t i = 0; i < g->claim_count && g->stream; i++) {
		struct claim *c = &g->claims[i];

		if (c->is_answered)
			continue;
		c->is_answered = true;
		c->is_valid = !(g->how & HOW_DENY);
		inbound_answer(g->stream, c->local, c->remote,
			       c->is_valid ? PACKET_VALID
			       : i % 2     ? PACKET_ERROR
					   : PACKET_INVALID,
			       COND_REMOTE_SERVER_TIMEOUT);
	}
}

/* What its link would do: send once, and leave it at that. */
static void feed(struct guest *g)
{
	static const char text[] = "<message from='b.test' to='p.test'/>";
	struct buf data;

	if (!g->fed || !g->stream)
		return;
	buf_init(&data);
	buf_add(&data, text, sizeof(text) - 1);
	inbound_give(g->stream, LOCAL, g->fed, 1, &data, 1);
	buf_fini(&data);
	if (g->stream)
		inbound_release(g->stream, LOCAL, g->fed, g->how & HOW_DENY);
	mem_free(&g->fed);
}

static void run(struct guest *g)
{
	uv_run(loop_uv(place.loop), UV_RUN_NOWAIT);
	answer_claims(g);
	feed(g);
}

/* ---- the guest's side ---- */

static void guest_connect(struct guest *g)
{
	struct linger linger = { 1, 0 };
	struct sockaddr_in at;
	socklen_t len = sizeof(at);
	int on = 1;
	int theirs;

	require(getsockname(listener, (struct sockaddr *)&at, &len) == 0);
	g->fd = socket(AF_INET, SOCK_STREAM, 0);
	require(connect(g->fd, (struct sockaddr *)&at, len) == 0);
	/* no port waits for late segments of so many */
	require(setsockopt(g->fd, SOL_SOCKET, SO_LINGER, &linger,
			   sizeof(linger)) == 0);
	/* nor does a segment wait for the acknowledgement of another */
	require(setsockopt(g->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on)) ==
		0);
	require(fcntl(g->fd, F_SETFL, O_NONBLOCK) == 0);
	theirs = accept(listener, NULL, NULL);
	require(theirs >= 0);
	g->stream = inbound_open(&place, theirs, 1, &events, g);
	require(g->stream);
}

static void guest_drain(struct guest *g)
{
	char thrown[16384];

	if (g->session)
		while (gnutls_record_recv(g->session, thrown, sizeof(thrown)) >
		       0)
			;
	else
		while (read(g->fd, thrown, sizeof(thrown)) > 0)
			;
}

/* False: we take no more. */
static bool guest_send(struct guest *g, const void *data, size_t len)
{
	const char *at = data;

	for (int tries = 0; len > 0 && tries < 100; tries++) {
		ssize_t sent;

		if (g->session)
			sent = gnutls_record_send(g->session, at, len);
		else
			sent = send(g->fd, at, len, MSG_NOSIGNAL);
		if (sent > 0) {
			at += sent;
			len -= (size_t)sent;
			tries = 0;
		}
		run(g);
		guest_drain(g);
	}
	return len == 0;
}

/* Read up to the end of text. */
static bool guest_await(struct guest *g, const char *text)
{
	char got[8192];
	size_t len = 0;

	for (int tries = 0; tries < 50 && len < sizeof(got) - 1; tries++) {
		ssize_t count = read(g->fd, got + len, sizeof(got) - 1 - len);

		if (count > 0)
			len += (size_t)count;
		got[len] = '\0';
		if (strstr(got, text))
			return true;
		run(g);
	}
	return false;
}

static void guest_start_tls(struct guest *g)
{
	static const char hello[] =
		"<stream:stream xmlns='jabber:server' xmlns:stream="
		"'http://etherx.jabber.org/streams' to='" LOCAL
		"' version='1.0'>";
	static const char starttls[] =
		"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";
	int error = GNUTLS_E_AGAIN;

	require(guest_send(g, hello, sizeof(hello) - 1));
	require(guest_await(g, "</stream:features>"));
	require(send(g->fd, starttls, sizeof(starttls) - 1, MSG_NOSIGNAL) > 0);
	require(guest_await(g, "<proceed"));
	require(gnutls_init(&g->session,
			    GNUTLS_CLIENT | GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL |
				    GNUTLS_FORCE_CLIENT_CERT) == 0);
	gnutls_set_default_priority(g->session);
	gnutls_handshake_set_timeout(g->session, 0);
	gnutls_credentials_set(g->session, GNUTLS_CRD_CERTIFICATE,
			       g->how & HOW_CERT ? credentials
						 : no_credentials);
	gnutls_transport_set_int(g->session, g->fd);
	for (int tries = 0; error == GNUTLS_E_AGAIN && tries < 1000; tries++) {
		error = gnutls_handshake(g->session);
		run(g);
	}
	require(error == 0);
}

static void guest_wait(struct guest *g)
{
	for (int turns = 0; turns < 4; turns++) {
		run(g);
		guest_drain(g);
	}
}

static bool guest_send_part(struct guest *g, const uint8_t *data, size_t size)
{
	size_t piece = g->how & HOW_PIECES ? 5 : size;

	while (size > 0 && g->stream) {
		if (piece > size)
			piece = size;
		if (!guest_send(g, data, piece))
			return false;
		data += piece;
		size -= piece;
	}
	guest_wait(g);
	return g->stream;
}

static void guest_send_all(struct guest *g, const uint8_t *data, size_t size)
{
	const uint8_t *end = data + size;

	while (data < end) {
		const uint8_t *bar = memchr(data, '|', (size_t)(end - data));

		if (!bar)
			bar = end;
		if (!guest_send_part(g, data, (size_t)(bar - data)))
			break;
		data = bar + 1;
	}
}

static void guest_leave(struct guest *g)
{
	if (g->session)
		gnutls_deinit(g->session);
	if (g->how & HOW_CUT) {
		close(g->fd);
		g->fd = -1;
		run(g);
		run(g);
	}
	if (g->stream)
		inbound_abort(g->stream);
	for (int turns = 0; turns < 10; turns++)
		run(g);
	require(!g->stream);
	if (g->fd >= 0)
		close(g->fd);
	for (size_t i = 0; i < g->claim_count; i++) {
		mem_free(&g->claims[i].local);
		mem_free(&g->claims[i].remote);
	}
	mem_free(&g->fed);
}

/* ---- the run ---- */

static void hush_log(void)
{
	struct log_settings log;

	log_settings_init(&log, LOG_ERROR);
	require(log_configure(&log) == 0);
}

static void make_place(const char *ours, const char *our_key,
		       const char *trusted)
{
	static const char *const domains[] = { LOCAL };
	const struct creds_chain chain = { .certificate = ours,
					   .key = our_key };
	const struct pace_settings pace = { 1000, 1e9, 1e9 };
	struct map *map = map_new();
	char *text = NULL;

	s2s_settings_init(&settings);
	settings.domains = domains;
	settings.domain_count = 1;
	map_add(map, LOCAL, map);
	recall_init(&proven);
	recall_init(&no_external);
	place.loop = loop_open("fuzz");
	place.settings = &settings;
	place.domains = map;
	require(creds_load(&chain, 1, trusted, &place.creds, &text) == 0);
	key_init(&place.key, settings.dialback_secret);
	place.verdicts = cert_book_new(16);
	place.policy = policy_new(&settings.policy);
	place.proven = &proven;
	place.no_external = &no_external;
	place.pace = pace_new(place.loop, &pace);
	place.claims = quota_new(1e9, 1e9);
	place.hush = hush_new(1);
}

static void make_credentials(void)
{
	char dir[] = "/tmp/hallway-fuzz-XXXXXX";
	char *ours, *our_key, *theirs, *their_key;

	require(mkdtemp(dir));
	ours = str_format("%s/b.crt", dir);
	our_key = str_format("%s/b.key", dir);
	theirs = str_format("%s/p.crt", dir);
	their_key = str_format("%s/p.key", dir);
	require(creds_make_self_signed(LOCAL, ours, our_key) == 0);
	require(creds_make_self_signed(REMOTE, theirs, their_key) == 0);
	make_place(ours, our_key, theirs);
	require(gnutls_certificate_allocate_credentials(&credentials) == 0);
	require(gnutls_certificate_allocate_credentials(&no_credentials) == 0);
	require(gnutls_certificate_set_x509_key_file(credentials, theirs,
						     their_key,
						     GNUTLS_X509_FMT_PEM) >= 0);
	unlink(ours);
	unlink(our_key);
	unlink(theirs);
	unlink(their_key);
	rmdir(dir);
	mem_free(&ours);
	mem_free(&our_key);
	mem_free(&theirs);
	mem_free(&their_key);
}

static void begin(void)
{
	struct sockaddr_in any = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	hush_log();
	make_credentials();
	listener = socket(AF_INET, SOCK_STREAM, 0);
	require(bind(listener, (struct sockaddr *)&any, sizeof(any)) == 0);
	require(listen(listener, 4) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct guest g = { 0 };

	if (!place.loop)
		begin();
	if (size == 0 || size > MAX_SIZE)
		return 0;
	g.how = data[0];
	guest_connect(&g);
	if (g.how & HOW_TLS)
		guest_start_tls(&g);
	guest_send_all(&g, data + 1, size - 1);
	guest_leave(&g);
	return 0;
}
