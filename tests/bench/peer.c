/* SPDX-License-Identifier: MIT */
#include "peer.h"

#include <err.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scan.h"
#include "wire.h"

#define HEADER                                                            \
	"<?xml version='1.0'?><stream:stream xmlns='jabber:server'"       \
	" xmlns:db='jabber:server:dialback'"                              \
	" xmlns:stream='http://etherx.jabber.org/streams'"                \
	" from='d%d.bench' to='%s' version='1.0'%s>"
#define STARTTLS "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
#define PROCEED	 "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
#define MUST_TLS                                                          \
	"<stream:features>"                                               \
	"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/>"   \
	"</starttls></stream:features>"
#define DIALBACK                                                          \
	"<stream:features><dialback xmlns='urn:xmpp:features:dialback'>"  \
	"<errors/></dialback></stream:features>"

enum phase { PHASE_PLAIN, PHASE_SECURE, PHASE_READY };

struct stream {
	struct wire_conn *conn;
	struct scan scan;
	enum phase phase;
	int domain;
	bool is_theirs; /* the host called */
	bool will_shake;
};

static const char *host;
static struct sockaddr_in host_place;
static int domain_count, ready, heard, lost;
static struct stream **ours, **theirs; /* by domain; theirs: for stanzas */
static int64_t *rates;
static const struct peer_events *events;
static uint64_t bytes;

static void say(struct stream *s, const char *text)
{
	wire_send(s->conn, text, strlen(text));
}

static void say_header(struct stream *s)
{
	char text[512];

	snprintf(text, sizeof(text), HEADER, s->domain, host,
		 s->is_theirs ? " id='load'" : "");
	say(s, text);
}

/* "d12.bench" in an attribute; -1: something else. */
static int read_domain(const char *tag, size_t len, const char *name)
{
	size_t n;
	const char *value = scan_attr(tag, len, name, &n);

	if (!value || n < 8 || *value != 'd')
		return -1;
	return atoi(value + 1) < domain_count ? atoi(value + 1) : -1;
}

/* ---- the host called ---- */

static void answer_verify(struct stream *s, const char *tag, size_t len)
{
	int domain = read_domain(tag, len, "to");
	size_t n;
	const char *id = scan_attr(tag, len, "id", &n);
	char text[512];

	if (domain < 0 || !id)
		return;
	snprintf(text, sizeof(text),
		 "<db:verify from='d%d.bench' to='%s' id='%.*s'"
		 " type='valid'/>",
		 domain, host, (int)n, id);
	say(s, text);
}

static void answer_result(struct stream *s, const char *tag, size_t len)
{
	int domain = read_domain(tag, len, "to");
	char text[512];

	if (domain < 0)
		return;
	snprintf(text, sizeof(text),
		 "<db:result from='d%d.bench' to='%s' type='valid'/>", domain,
		 host);
	say(s, text);
	s->phase = PHASE_READY;
	s->domain = domain;
	theirs[domain] = s;
	wire_set_rate(s->conn, rates[domain]);
	heard++;
}

static void on_their_header(struct stream *s, const char *tag, size_t len)
{
	int domain = read_domain(tag, len, "to");

	s->domain = domain < 0 ? 0 : domain;
	say_header(s);
	say(s, s->phase == PHASE_PLAIN ? MUST_TLS : DIALBACK);
}

/* ---- we called ---- */

static void on_our_features(struct stream *s)
{
	char text[512];

	if (s->phase == PHASE_PLAIN) {
		say(s, STARTTLS);
		return;
	}
	snprintf(text, sizeof(text),
		 "<db:result from='d%d.bench' to='%s'>key</db:result>",
		 s->domain, host);
	say(s, text);
}

static void on_our_result(struct stream *s, const char *tag, size_t len)
{
	size_t n;
	const char *type = scan_attr(tag, len, "type", &n);

	if (!type || n != 5 || memcmp(type, "valid", 5))
		errx(1, "dialback of d%d.bench failed: %.*s", s->domain,
		     (int)len, tag);
	s->phase = PHASE_READY;
	ready++;
}

/* ---- both ---- */

/* What else comes on a stream that is ready begins with other letters. */
static bool is_stanza(const struct stream *s, const char *at)
{
	return s->phase == PHASE_READY && at[1] != 'd' && at[1] != 's';
}

static void on_element(struct stream *s, const char *at, size_t len)
{
	if (is_stanza(s, at)) {
		events->on_stanza(s->domain, at, len);
	} else if (scan_is(at, len, "stream:features")) {
		on_our_features(s);
	} else if (scan_is(at, len, "stream:error")) {
		errx(1, "stream error: %.*s", (int)len, at);
	} else if (scan_is(at, len, "starttls")) {
		say(s, PROCEED);
		s->will_shake = true;
	} else if (scan_is(at, len, "proceed")) {
		s->will_shake = true;
	} else if (scan_is(at, len, "db:verify")) {
		answer_verify(s, at, len);
	} else if (scan_is(at, len, "db:result")) {
		if (s->is_theirs)
			answer_result(s, at, len);
		else
			on_our_result(s, at, len);
	}
}

static void on_piece(void *owner, enum scan_kind kind, const char *at,
		     size_t len)
{
	struct stream *s = owner;

	if (kind == SCAN_ELEMENT)
		on_element(s, at, len);
	else if (kind == SCAN_HEADER && s->is_theirs)
		on_their_header(s, at, len);
	else if (kind == SCAN_AGAIN && s->phase == PHASE_READY)
		events->on_again(s->domain, at, len, at + s->scan.head);
	else if (kind == SCAN_ALIKE && s->phase == PHASE_READY)
		events->on_alike(s->domain, at, len, scan_from(&s->scan),
				 at + s->scan.head);
}

static size_t on_data(void *owner, const char *data, size_t len)
{
	struct stream *s = owner;
	size_t used = scan_run(&s->scan, data, len, on_piece, s);

	bytes += used;
	if (s->will_shake) {
		s->will_shake = false;
		s->phase = PHASE_SECURE;
		scan_reset(&s->scan);
		wire_start_tls(s->conn, s->is_theirs);
		return len;
	}
	return used;
}

static void on_secure(void *owner)
{
	struct stream *s = owner;

	if (!s->is_theirs)
		say_header(s);
}

static void on_end(void *owner, const char *why)
{
	struct stream *s = owner;

	lost++;
	if (s->phase == PHASE_READY && !s->is_theirs)
		warnx("d%d.bench: stream to the host: %s", s->domain, why);
	if (theirs[s->domain] == s)
		theirs[s->domain] = NULL;
}

static const struct wire_events stream_events = {
	.on_data = on_data,
	.on_secure = on_secure,
	.on_end = on_end,
};

static struct stream *stream_new(void)
{
	struct stream *s = calloc(1, sizeof(*s));

	scan_reset(&s->scan);
	return s;
}

static void *on_accept(struct wire_conn *c)
{
	struct stream *s = stream_new();

	s->conn = c;
	s->is_theirs = true;
	return s;
}

void peer_init(const char *host_name, const struct sockaddr_in *host_at,
	       struct sockaddr_in *own_place, int domains,
	       const struct peer_events *to)
{
	host = host_name;
	host_place = *host_at;
	domain_count = domains;
	events = to;
	ours = calloc((size_t)domains, sizeof(*ours));
	theirs = calloc((size_t)domains, sizeof(*theirs));
	rates = calloc((size_t)domains, sizeof(*rates));
	for (int i = 0; i < domains; i++)
		rates[i] = -1;
	wire_listen(own_place, &stream_events, on_accept);
}

void peer_call(int first, int count)
{
	for (int i = first; i < first + count; i++) {
		struct stream *s = stream_new();

		s->domain = i;
		s->conn = wire_connect(&host_place, &stream_events, s);
		ours[i] = s;
		say_header(s);
	}
}

int peer_ready(void)
{
	return ready;
}

int peer_heard(void)
{
	return heard;
}

int peer_lost(void)
{
	return lost;
}

void peer_send(int domain, const char *stanza, size_t len)
{
	wire_send(ours[domain]->conn, stanza, len);
}

size_t peer_unsent(int domain)
{
	return wire_unsent(ours[domain]->conn);
}

void peer_set_rate(int domain, int64_t rate)
{
	rates[domain] = rate;
	if (theirs[domain])
		wire_set_rate(theirs[domain]->conn, rate);
}

uint64_t peer_bytes(void)
{
	return bytes;
}
