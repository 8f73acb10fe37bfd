/* SPDX-License-Identifier: MIT */
#include "net/tls.h"

#include <errno.h>
#include <sys/uio.h>

#include <gnutls/gnutls.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "base/throttle.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "net/cert_book.h"
#include "net/creds.h"
#include "net/tcp.h"

#define RECORD_SIZE 16384
#define CIPHER_SIZE 262144 /* encrypted ahead of the kernel */
#define READ_SHARE 131072  /* plain bytes handed over at a time */
#define READ_ROUNDS 64     /* records without data in a row */
#define KEEP_SIZE 8192     /* plain buffer kept when drained */
#define BURST_FROM 8192    /* more than that is seldom all: a block */
#define REKEYS 8           /* of a peer, a minute (rule R2) */

static const char alpn_name[] = "xmpp-server";

enum tls_state { STATE_HANDSHAKE, STATE_OPEN, STATE_FAILED, STATE_CLOSING };

struct tls {
	struct tcp *tcp; /* owned: closes with us */
	struct loop *loop;
	const struct tls_events *events;
	void *owner;
	enum tls_state state;
	struct creds *creds; /* our reference */
	gnutls_session_t session;
	struct buf in;       /* cipher bytes not yet eaten by GnuTLS */
	const unsigned char *fresh; /* borrowed, while tcp hands them over: */
	size_t fresh_len;           /* what follows in */
	bool has_tcp_ended;  /* nothing follows in */
	bool has_ended;      /* close_notify seen */
	bool is_read_wanted;
	struct turn more;    /* handshake or reading goes on with what is in */
	struct buf plain;    /* to be encrypted at the end of the turn */
	int64_t written_at;  /* ms: when bytes began to wait */
	struct turn flush;
	bool is_shutdown_wanted;
	bool is_shut;
	struct timer *deadline; /* of the handshake */
	struct throttle rekeys;
	bool has_rekeyed_too_often;
	char *description; /* owned by GnuTLS's allocator, or NULL */
	char *fault;       /* owned, or NULL */
};

static void fail(struct tls *t, int error, const char *fault)
{
	if (t->state != STATE_HANDSHAKE && t->state != STATE_OPEN)
		return;
	t->state = STATE_FAILED;
	str_set(&t->fault, fault);
	timer_stop(t->deadline);
	turn_remove(&t->more);
	turn_remove(&t->flush);
	tcp_read(t->tcp, false);
	t->events->on_failed(t->owner, error);
}

/* A fatal result of a GnuTLS call. The alert it calls for goes out with the
 * tcp's bytes of this turn, or is tried once at close. */
static void fail_session(struct tls *t, int err)
{
	char *fault;

	if (err == GNUTLS_E_PREMATURE_TERMINATION) {
		fail(t, HW_E_TRUNCATED, hw_error_text(HW_E_TRUNCATED));
		return;
	}
	if (err == GNUTLS_E_FATAL_ALERT_RECEIVED) {
		const char *name =
			gnutls_alert_get_name(gnutls_alert_get(t->session));

		fault = str_format("the peer's alert: %s",
				   name ? name : "unknown");
	} else {
		fault = str_dup(gnutls_strerror(err));
		(void)gnutls_alert_send_appropriate(t->session, err);
	}
	fail(t, HW_E_TLS, fault);
	mem_free(&fault);
}

/* Never blocks, always takes everything: GnuTLS has no send to repeat. */
static ssize_t push(gnutls_transport_ptr_t ptr, const giovec_t *iov, int count)
{
	struct tls *t = ptr;
	size_t sum = 0;

	for (int i = 0; i < count; i++) {
		tcp_write(t->tcp, iov[i].iov_base, iov[i].iov_len);
		sum += iov[i].iov_len;
	}
	return (ssize_t)sum;
}

static size_t smaller(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t input_len(const struct tls *t)
{
	return t->in.len + t->fresh_len;
}

static ssize_t pull(gnutls_transport_ptr_t ptr, void *data, size_t size)
{
	struct tls *t = ptr;
	size_t old = smaller(t->in.len, size);
	size_t fresh = smaller(t->fresh_len, size - old);

	if (old + fresh == 0) {
		if (t->has_tcp_ended)
			return 0;
		gnutls_transport_set_errno(t->session, EAGAIN);
		return -1;
	}
	memcpy(data, buf_data(&t->in), old);
	buf_eat(&t->in, old);
	memcpy((unsigned char *)data + old, t->fresh, fresh);
	t->fresh += fresh;
	t->fresh_len -= fresh;
	return (ssize_t)(old + fresh);
}

/* GnuTLS asks before it would block: we never wait, whatever ms is. */
static int pull_timeout(gnutls_transport_ptr_t ptr, unsigned ms)
{
	struct tls *t = ptr;

	(void)ms;
	return input_len(t) > 0 || t->has_tcp_ended;
}

/* TLS 1.3 KeyUpdate costs the peer 22 bytes and us a key derivation. */
static int on_rekey(gnutls_session_t session, unsigned type, unsigned when,
		    unsigned incoming, const gnutls_datum_t *msg)
{
	struct tls *t = gnutls_transport_get_ptr(session);

	(void)type;
	(void)when;
	(void)msg;
	if (incoming && !throttle_take(&t->rekeys, 1, loop_now(t->loop)))
		t->has_rekeyed_too_often = true;
	return 0;
}

static void become_open(struct tls *t)
{
	t->state = STATE_OPEN;
	timer_stop(t->deadline);
	t->description = gnutls_session_get_desc(t->session);
	tcp_read(t->tcp, t->is_read_wanted);
	if (t->plain.len > 0 || t->is_shutdown_wanted)
		loop_at_turn_end(t->loop, &t->flush);
	t->events->on_secure(t->owner);
}

static void shake_hands(struct tls *t)
{
	int err;

	do {
		err = gnutls_handshake(t->session);
	} while (err == GNUTLS_E_WARNING_ALERT_RECEIVED);
	if (err == 0)
		become_open(t);
	else if (err != GNUTLS_E_AGAIN && err != GNUTLS_E_INTERRUPTED)
		fail_session(t, err);
}

static void end_reading(struct tls *t)
{
	t->has_ended = true;
	tcp_read(t->tcp, false);
	t->events->on_end(t->owner);
}

/* A record that brought no data. False: reading is over, for now or at all.
 * GnuTLS says "again" also behind a session ticket, with more to read. */
static bool handle_no_data(struct tls *t, ssize_t err)
{
	if (err == GNUTLS_E_AGAIN || err == GNUTLS_E_INTERRUPTED)
		return input_len(t) > 0;
	if (err == 0) {
		end_reading(t);
		return false;
	}
	if (err == GNUTLS_E_REHANDSHAKE) {
		(void)gnutls_alert_send(t->session, GNUTLS_AL_WARNING,
					GNUTLS_A_NO_RENEGOTIATION);
		fail(t, HW_E_TLS, "the peer asked for a renegotiation");
		return false;
	}
	if (!gnutls_error_is_fatal((int)err))
		return true;
	fail_session(t, (int)err);
	return false;
}

static bool may_read(const struct tls *t)
{
	return t->state == STATE_OPEN && t->is_read_wanted && !t->has_ended;
}

/* Whether GnuTLS would find something to do without another byte coming. */
static bool has_input(const struct tls *t)
{
	return input_len(t) > 0 || t->has_tcp_ended ||
	       gnutls_record_check_pending(t->session) > 0;
}

static void receive(struct tls *t)
{
	unsigned char data[RECORD_SIZE];
	size_t share = READ_SHARE;
	unsigned rounds = READ_ROUNDS;

	while (may_read(t) && share >= RECORD_SIZE && rounds > 0) {
		ssize_t len =
			gnutls_record_recv(t->session, data, sizeof(data));

		if (t->has_rekeyed_too_often) {
			fail(t, HW_E_TLS, "the peer changes keys too often");
		} else if (len > 0) {
			share -= (size_t)len;
			rounds = READ_ROUNDS;
			t->events->on_bytes(t->owner, data, (size_t)len);
		} else {
			rounds--;
			if (!handle_no_data(t, len))
				return;
		}
	}
	if (may_read(t) && has_input(t))
		loop_at_turn_end(t->loop, &t->more);
}

/* With new input, or the wish to read what is there. */
static void step(struct tls *t)
{
	if (t->state == STATE_HANDSHAKE)
		shake_hands(t);
	if (may_read(t))
		receive(t);
}

static void more_turn(void *owner)
{
	step(owner);
}

static void on_tcp_bytes(void *owner, const unsigned char *data, size_t len)
{
	struct tls *t = owner;

	t->fresh = data;
	t->fresh_len = len;
	step(t);
	buf_add(&t->in, t->fresh, t->fresh_len);
	t->fresh = (const unsigned char *)"";
	t->fresh_len = 0;
	if (t->in.len == 0 && t->in.cap > RECORD_SIZE)
		buf_fini(&t->in);
}

static void on_tcp_end(void *owner)
{
	struct tls *t = owner;

	t->has_tcp_ended = true;
	step(t);
}

static void on_tcp_failed(void *owner, int error)
{
	fail(owner, error, hw_error_text(error));
}

static void let_go_plain(struct tls *t)
{
	if (t->plain.cap == LOOP_BLOCK)
		loop_give_block(t->loop, t->plain.data);
	else
		free(t->plain.data);
	buf_init(&t->plain);
}

static void on_tcp_drained(void *owner)
{
	struct tls *t = owner;

	if (t->state != STATE_OPEN)
		return;
	if (t->plain.len > 0) {
		loop_at_turn_end(t->loop, &t->flush);
		return;
	}
	if (t->plain.cap > KEEP_SIZE)
		let_go_plain(t);
	if (t->events->on_drained)
		t->events->on_drained(t->owner);
}

static void on_tcp_closed(void *owner)
{
	struct tls *t = owner;
	const struct tls_events *events = t->events;
	void *events_owner = t->owner;

	gnutls_deinit(t->session);
	creds_unref(&t->creds);
	timer_free(&t->deadline);
	buf_fini(&t->in);
	buf_fini(&t->plain);
	gnutls_free(t->description);
	mem_free(&t->fault);
	mem_free(&t);
	events->on_closed(events_owner);
}

static const struct tcp_events tcp_events = {
	.on_bytes = on_tcp_bytes,
	.on_drained = on_tcp_drained,
	.on_end = on_tcp_end,
	.on_failed = on_tcp_failed,
	.on_closed = on_tcp_closed,
};

/* Turns plain bytes into records while the kernel keeps up, until fewer than
 * least are left. */
static int encrypt(struct tls *t, size_t least)
{
	while (t->plain.len >= least && tcp_queued(t->tcp) < CIPHER_SIZE) {
		size_t len = t->plain.len < RECORD_SIZE ? t->plain.len
							: RECORD_SIZE;
		ssize_t sent = gnutls_record_send(t->session,
						  buf_data(&t->plain), len);

		if (sent <= 0)
			return sent == 0 ? GNUTLS_E_PUSH_ERROR : (int)sent;
		buf_eat(&t->plain, (size_t)sent);
		tcp_push(t->tcp);
	}
	return 0;
}

/* Full records from where they are, when nothing waits before them. Returns how
 * many bytes went; a failure comes again with those that did not. */
static size_t encrypt_at(struct tls *t, const unsigned char *data, size_t len)
{
	size_t done = 0;

	while (t->state == STATE_OPEN && t->plain.len == 0 &&
	       len - done >= RECORD_SIZE && tcp_queued(t->tcp) < CIPHER_SIZE) {
		ssize_t sent = gnutls_record_send(t->session, data + done,
						  RECORD_SIZE);

		if (sent <= 0)
			break;
		done += (size_t)sent;
		tcp_push(t->tcp);
	}
	return done;
}

static void add_plain(struct tls *t, const unsigned char *data, size_t len)
{
	if (len >= BURST_FROM && t->plain.len == 0 && t->plain.cap < len) {
		let_go_plain(t);
		t->plain.data = loop_take_block(t->loop);
		t->plain.cap = LOOP_BLOCK;
	}
	buf_add(&t->plain, data, len);
}

/* Records now, while the bytes are in the cache; what is no full one waits. */
static void encrypt_most(struct tls *t, const unsigned char *data, size_t len)
{
	size_t part = RECORD_SIZE - t->plain.len % RECORD_SIZE;

	if (t->plain.len > 0 && len >= part) {
		buf_add(&t->plain, data, part);
		data += part;
		len -= part;
		/* a failure comes again at the end of the turn, where it may
		 * be told */
		(void)!encrypt(t, RECORD_SIZE);
	}
	part = encrypt_at(t, data, len);
	add_plain(t, data + part, len - part);
}

static void send_bye(struct tls *t)
{
	if (t->is_shut)
		return;
	t->is_shut = true;
	(void)gnutls_bye(t->session, GNUTLS_SHUT_WR);
	tcp_shutdown(t->tcp);
}

static void flush_turn(void *owner)
{
	struct tls *t = owner;
	int err;

	if (t->state != STATE_OPEN)
		return;
	err = encrypt(t, 1);
	if (err < 0) {
		fail_session(t, err);
		return;
	}
	if (t->plain.len == 0 && t->is_shutdown_wanted)
		send_bye(t);
	tcp_flush(t->tcp); /* may fail or drain: the last act */
}

static void on_deadline(void *owner)
{
	fail(owner, HW_E_TIMEOUT, "no handshake in time");
}

/* 16 KiB records, our own waiting, no tickets: each connection starts anew. */
static void init_session(struct tls *t, const struct tls_settings *s)
{
	unsigned flags = GNUTLS_NONBLOCK | GNUTLS_NO_SIGNAL;
	const gnutls_datum_t alpn = { (unsigned char *)alpn_name,
				      sizeof(alpn_name) - 1 };
	bool is_server = s->role == TLS_SERVER;

	flags |= is_server ? GNUTLS_SERVER
			   : GNUTLS_CLIENT | GNUTLS_FORCE_CLIENT_CERT;
	require(gnutls_init(&t->session, flags) == 0);
	creds_apply(t->creds, t->session, is_server, s->domain);
	if (is_server) {
		gnutls_certificate_server_set_request(t->session,
						      GNUTLS_CERT_REQUEST);
		gnutls_certificate_send_x509_rdn_sequence(t->session, 1);
	} else if (s->sni) {
		require(gnutls_server_name_set(t->session, GNUTLS_NAME_DNS,
					       s->sni, strlen(s->sni)) == 0);
	}
	/* A client that lists other protocols means somebody else (ALPACA);
	 * one without a list is fine. */
	if (s->alpn)
		require(gnutls_alpn_set_protocols(
				t->session, &alpn, 1,
				is_server ? GNUTLS_ALPN_MANDATORY : 0) == 0);
	gnutls_handshake_set_hook_function(t->session,
					   GNUTLS_HANDSHAKE_KEY_UPDATE,
					   GNUTLS_HOOK_POST, on_rekey);
	gnutls_transport_set_ptr(t->session, t);
	gnutls_transport_set_vec_push_function(t->session, push);
	gnutls_transport_set_pull_function(t->session, pull);
	gnutls_transport_set_pull_timeout_function(t->session, pull_timeout);
}

struct tls *tls_open(struct tcp *owned, const struct tls_settings *settings,
		     const void *head, size_t head_len,
		     const struct tls_events *events, void *owner)
{
	struct tls *t = mem_new(struct tls);

	require(events->on_secure && events->on_bytes && events->on_end &&
		events->on_failed && events->on_closed);
	t->tcp = owned;
	t->loop = tcp_loop(owned);
	loop_require_owner(t->loop);
	t->events = events;
	t->owner = owner;
	t->fresh = (const unsigned char *)"";
	t->creds = creds_ref(settings->creds);
	throttle_init(&t->rekeys, REKEYS / 60.0, REKEYS, loop_now(t->loop));
	buf_add(&t->in, head, head_len);
	turn_init(&t->more, more_turn, t);
	turn_init(&t->flush, flush_turn, t);
	init_session(t, settings);
	t->deadline = timer_new(t->loop, on_deadline, t);
	timer_start(t->deadline, settings->timeout);
	tcp_set_owner(owned, &tcp_events, t);
	tcp_read(owned, true);
	loop_at_turn_end(t->loop, &t->more);
	return t;
}

void tls_read(struct tls *t, bool on)
{
	loop_require_owner(t->loop);
	t->is_read_wanted = on;
	if (t->state != STATE_OPEN || t->has_ended)
		return;
	tcp_read(t->tcp, on);
	if (on && has_input(t))
		loop_at_turn_end(t->loop, &t->more);
}

void tls_write(struct tls *t, const void *data, size_t len)
{
	loop_require_owner(t->loop);
	if (t->state > STATE_OPEN || t->is_shutdown_wanted || len == 0)
		return;
	if (tls_queued(t) == 0)
		t->written_at = loop_now(t->loop);
	if (t->state != STATE_OPEN) {
		buf_add(&t->plain, data, len);
		return;
	}
	/* first in line: it sends what tcp has with the rest */
	loop_at_turn_end(t->loop, &t->flush);
	encrypt_most(t, data, len);
}

void tls_flush(struct tls *t)
{
	loop_require_owner(t->loop);
	if (list_is_empty(&t->flush.node))
		return;
	turn_remove(&t->flush);
	flush_turn(t);
}

size_t tls_queued(const struct tls *t)
{
	return t->plain.len + tcp_queued(t->tcp);
}

void tls_set_abrupt(struct tls *t)
{
	tcp_set_abrupt(t->tcp);
}

uint64_t tls_taken(const struct tls *t)
{
	return tcp_taken(t->tcp);
}

bool tls_is_stalled(const struct tls *t)
{
	return tcp_is_stalled(t->tcp);
}

int64_t tls_progress_at(const struct tls *t)
{
	int64_t progress_at = tcp_progress_at(t->tcp);

	return progress_at > t->written_at ? progress_at : t->written_at;
}

void tls_shutdown(struct tls *t)
{
	loop_require_owner(t->loop);
	if (t->state > STATE_OPEN || t->is_shutdown_wanted)
		return;
	t->is_shutdown_wanted = true;
	if (t->state == STATE_OPEN)
		loop_at_turn_end(t->loop, &t->flush);
}

void tls_close(struct tls *t)
{
	loop_require_owner(t->loop);
	if (t->state == STATE_CLOSING)
		return;
	if (t->state == STATE_OPEN && encrypt(t, 1) == 0 &&
	    t->plain.len == 0 && t->is_shutdown_wanted)
		send_bye(t);
	t->state = STATE_CLOSING;
	timer_stop(t->deadline);
	turn_remove(&t->more);
	turn_remove(&t->flush);
	tcp_close(t->tcp);
}

enum cert_verdict tls_peer_verdict(const struct tls *t, const char *domain)
{
	/* The description is there from the end of the handshake. */
	return t->description ? cert_judge(t->session, domain) : CERT_NONE;
}

enum cert_verdict tls_peer_verdict_by(const struct tls *t, const char *domain,
				      struct cert_book *book,
				      const struct creds *creds)
{
	int64_t now = loop_now(t->loop);
	struct cert_print print;
	enum cert_verdict verdict;

	if (!t->description || t->creds != creds ||
	    !cert_take_print(t->session, &print))
		return tls_peer_verdict(t, domain);
	if (cert_book_find(book, &print, domain, now, &verdict))
		return verdict;
	verdict = cert_judge(t->session, domain);
	cert_book_put(book, &print, domain, verdict, now, clock_wall());
	return verdict;
}

enum dane_verdict tls_peer_dane(const struct tls *t,
				const struct tlsa_set *set,
				const char *const *names, size_t name_count)
{
	require(t->description);
	return dane_judge(t->session, set, names, name_count);
}

void tls_peer_summary(const struct tls *t, struct cert_summary *out)
{
	*out = (struct cert_summary){ 0 };
	if (t->description)
		cert_summarise(t->session, out);
}

const char *tls_describe(const struct tls *t)
{
	return t->description ? t->description : "no TLS yet";
}

const char *tls_fault(const struct tls *t)
{
	return t->fault ? t->fault : "";
}

const struct addr *tls_peer(const struct tls *t)
{
	return tcp_peer(t->tcp);
}
