/* SPDX-License-Identifier: MIT */
#include "net/tls.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "net/creds.h"
#include "net/tcp.h"
#include "tests/unit/net/make_cert.h"
#include "tests/unit/net/pattern.h"

#define FLUSHED 12000
#define BIG (8 << 20)
#define SERVER_AUTH "1.3.6.1.5.5.7.3.1"
#define CLIENT_AUTH "1.3.6.1.5.5.7.3.2"
#define ANY_PURPOSE "2.5.29.37.0"

static char *folder;

/** What an end does when it is secure, and what it saw. */
struct end {
	struct tls *tls;
	const char *says;      /* sent when secure */
	size_t expected;       /* shuts down after so many bytes */
	bool is_flushing;
	size_t left_before, left_behind; /* tls_queued() at a flush */
	bool is_aborting;      /* closes its socket when secure */
	bool is_shutting_down; /* right when secure */
	const char *ask;       /* name to judge the peer by, when secure */
	enum cert_verdict verdict;
	char description[128];
	char fault[256];
	char got[64];          /* the first bytes */
	size_t got_len;
	bool is_in_order;
	int secured;
	int drained;
	int ended;
	int failed;
	int closed;
};

struct fixture {
	struct creds *server_creds; /* owned, as the next */
	struct creds *client_creds;
	struct tls_settings as_server;
	struct tls_settings as_client;
	struct loop *loop;
	struct end server;
	struct end client;
	int fds[2];          /* server, client */
	struct timer *timer; /* until a late server is opened */
};

static void write_and_flush(struct end *e)
{
	unsigned char *data = pattern_new(0, FLUSHED);

	tls_write(e->tls, data, FLUSHED);
	mem_free(&data);
	e->left_before = tls_queued(e->tls);
	tls_flush(e->tls);
	e->left_behind = tls_queued(e->tls);
}

static void on_secure(void *owner)
{
	struct end *e = owner;

	e->secured++;
	(void)str_copy(e->description, sizeof(e->description),
		       tls_describe(e->tls));
	if (e->ask)
		e->verdict = tls_peer_verdict(e->tls, e->ask);
	if (e->says)
		tls_write(e->tls, e->says, strlen(e->says));
	if (e->is_flushing)
		write_and_flush(e);
	if (e->is_aborting)
		tls_close(e->tls);
	else if (e->is_shutting_down)
		tls_shutdown(e->tls);
}

static void on_bytes(void *owner, const unsigned char *data, size_t len)
{
	struct end *e = owner;

	if (!pattern_is_at(e->got_len, data, len))
		e->is_in_order = false;
	for (size_t i = 0; i < len && e->got_len + i < sizeof(e->got) - 1; i++)
		e->got[e->got_len + i] = (char)data[i];
	e->got_len += len;
	if (e->got_len == e->expected)
		tls_shutdown(e->tls);
}

static void on_drained(void *owner)
{
	struct end *e = owner;

	e->drained++;
}

static void on_end(void *owner)
{
	struct end *e = owner;

	e->ended++;
	tls_shutdown(e->tls);
	tls_close(e->tls);
}

static void on_failed(void *owner, int error)
{
	struct end *e = owner;

	e->failed = error;
	(void)str_copy(e->fault, sizeof(e->fault), tls_fault(e->tls));
	tls_close(e->tls);
}

static void on_closed(void *owner)
{
	struct end *e = owner;

	e->closed++;
	e->tls = NULL;
}

static const struct tls_events events = {
	.on_secure = on_secure,
	.on_bytes = on_bytes,
	.on_drained = on_drained,
	.on_end = on_end,
	.on_failed = on_failed,
	.on_closed = on_closed,
};

/* The tcp's events until TLS takes over; none of them may come. */
static void no_bytes(void *owner, const unsigned char *data, size_t len)
{
	(void)owner;
	(void)data;
	(void)len;
	fail();
}

static void no_end(void *owner)
{
	(void)owner;
	fail();
}

static void no_failure(void *owner, int error)
{
	(void)owner;
	(void)error;
	fail();
}

static const struct tcp_events no_events = {
	.on_bytes = no_bytes,
	.on_end = no_end,
	.on_failed = no_failure,
	.on_closed = no_end,
};

static struct creds *load(const char *const names[], const char *trust)
{
	struct creds_chain chains[4];
	char *paths[8], *text = NULL, *trust_path = NULL;
	struct creds *c = NULL;
	size_t count = 0;

	for (; names[count]; count++) {
		paths[count * 2] =
			make_cert_path(folder, names[count], "crt");
		paths[count * 2 + 1] =
			make_cert_path(folder, names[count], "key");
		chains[count].certificate = paths[count * 2];
		chains[count].key = paths[count * 2 + 1];
	}
	if (trust)
		trust_path = make_cert_path(folder, trust, "crt");
	if (creds_load(chains, count, trust_path, &c, &text) != 0)
		fail_msg("%s", text);
	for (size_t i = 0; i < count * 2; i++)
		mem_free(&paths[i]);
	mem_free(&trust_path);
	return c;
}

/* Takes both. */
static void fixture_init(struct fixture *f, struct creds *server,
			 struct creds *client)
{
	*f = (struct fixture){ .server_creds = server, .client_creds = client };
	f->as_server = (struct tls_settings){ .role = TLS_SERVER,
					      .creds = server,
					      .timeout = 15000 };
	f->as_client = (struct tls_settings){ .role = TLS_CLIENT,
					      .creds = client,
					      .domain = "client.test",
					      .sni = "server.test",
					      .timeout = 15000 };
}

static void fixture_fini(struct fixture *f)
{
	creds_unref(&f->server_creds);
	creds_unref(&f->client_creds);
	assert_null(f->client_creds);
}

/* A loop, and two ends that are connected and not open yet. */
static void fixture_connect(struct fixture *f)
{
	f->loop = loop_open("test");
	f->server = f->client = (struct end){ .is_in_order = true };
	f->server.verdict = f->client.verdict = (enum cert_verdict)-1;
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, f->fds), 0);
}

static void open_end(struct fixture *f, struct end *e, int fd,
		     const struct tls_settings *settings)
{
	struct tcp *tcp = tcp_open(f->loop, fd, &no_events, NULL);

	assert_non_null(tcp);
	e->tls = tls_open(tcp, settings, NULL, 0, &events, e);
	tls_read(e->tls, true);
}

static void open_server(struct fixture *f)
{
	open_end(f, &f->server, f->fds[0], &f->as_server);
}

static void open_client(struct fixture *f)
{
	open_end(f, &f->client, f->fds[1], &f->as_client);
}

static void fixture_run(struct fixture *f)
{
	loop_run(f->loop);
	loop_close(&f->loop);
}

/* A handshake in which each end judges the other by a name; then the client says
 * bye. */
static void meet(struct fixture *f, const char *server_name,
		 const char *client_name)
{
	fixture_connect(f);
	f->server.ask = client_name;
	f->client.ask = server_name;
	f->as_client.sni = server_name;
	f->client.is_shutting_down = true;
	open_server(f);
	open_client(f);
	fixture_run(f);
	assert_int_equal(f->server.secured, 1);
	assert_int_equal(f->client.secured, 1);
	assert_int_equal(f->server.closed, 1);
	assert_int_equal(f->client.closed, 1);
}

static const char *const server_chain[] = { "server", NULL };
static const char *const client_chain[] = { "client", NULL };
static const char *const no_chain[] = { NULL };

static void tls_proves_both_ends(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f, load(server_chain, "ca"), load(client_chain, "ca"));
	meet(&f, "server.test", "client.test");
	assert_int_equal(f.client.verdict, CERT_VALID);
	assert_int_equal(f.server.verdict, CERT_VALID);
	assert_memory_equal(f.client.description, "(TLS1.3)", 8);
	assert_int_equal(f.server.ended, 1);
	assert_int_equal(f.client.failed, 0);
	meet(&f, "other.test", "server.test");
	assert_int_equal(f.client.verdict, CERT_WRONG_NAME);
	assert_int_equal(f.server.verdict, CERT_WRONG_NAME);
	fixture_fini(&f);
}

static void tls_does_not_need_the_clients_certificate(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f, load(server_chain, NULL), load(no_chain, "ca"));
	meet(&f, "server.test", "client.test");
	assert_int_equal(f.client.verdict, CERT_VALID);
	assert_int_equal(f.server.verdict, CERT_NONE);
	fixture_fini(&f);
}

/* Neither end knows the other's issuer: certificates are shown nevertheless,
 * and the handshake is done. */
static void tls_shows_untrusted_certificates_too(void **state)
{
	static const char *const self[] = { "self", NULL };
	struct fixture f;
	(void)state;

	fixture_init(&f, load(self, NULL), load(client_chain, NULL));
	meet(&f, "self.test", "client.test");
	assert_int_equal(f.client.verdict, CERT_UNTRUSTED);
	assert_int_equal(f.server.verdict, CERT_UNTRUSTED);
	fixture_fini(&f);
}

static void tls_server_chooses_by_sni_and_client_by_domain(void **state)
{
	static const char *const both[] = { "server", "client", NULL };
	struct creds *s = load(both, "ca");
	struct fixture f;
	(void)state;

	fixture_init(&f, s, creds_ref(s));
	meet(&f, "server.test", "client.test");
	assert_int_equal(f.client.verdict, CERT_VALID);
	assert_int_equal(f.server.verdict, CERT_VALID);
	meet(&f, "client.test", "server.test");
	assert_int_equal(f.client.verdict, CERT_VALID);
	assert_int_equal(f.server.verdict, CERT_WRONG_NAME);
	fixture_fini(&f);
}

static void tls_judges_chains(void **state)
{
	static const struct {
		struct cert_spec spec;
		enum cert_verdict verdict;
	} cases[] = {
		{ { .dns = { "x.test" } }, CERT_VALID },
		{ { .dns = { "a.test", "X.TEST" } }, CERT_VALID },
		{ { .dns = { "x.test" }, .purpose = SERVER_AUTH }, CERT_VALID },
		{ { .dns = { "x.test" }, .purpose = ANY_PURPOSE }, CERT_VALID },
		{ { .dns = { "x.test" }, .purpose = CLIENT_AUTH },
		  CERT_UNTRUSTED },
		{ { .dns = { "x.test" }, .until = -3600 }, CERT_EXPIRED },
		{ { .dns = { "x.test" }, .from = 3600 }, CERT_EXPIRED },
		{ { .dns = { "x.test" }, .rsa_bits = 2048 }, CERT_VALID },
		{ { .dns = { "x.test" }, .rsa_bits = 1024 }, CERT_UNTRUSTED },
		{ { .dns = { "*.test" } }, CERT_WRONG_NAME },
		{ { .dns = { "y.test" } }, CERT_WRONG_NAME },
		{ { .dns = { "y.test" }, .cn = "x.test" }, CERT_WRONG_NAME },
		{ { .cn = "x.test" }, CERT_WRONG_NAME },
		{ { .dns_nul = "x.test" }, CERT_WRONG_NAME },
		{ { .srv = "_xmpp-server.x.test" }, CERT_VALID },
		{ { .srv = "_XMPP-Server.X.test" }, CERT_VALID },
		{ { .srv = "_xmpp-client.x.test" }, CERT_WRONG_NAME },
		{ { .srv = "x.test" }, CERT_WRONG_NAME },
		{ { .xmpp = "x.test" }, CERT_VALID },
		{ { .xmpp = "someone@x.test" }, CERT_WRONG_NAME },
		{ { .xmpp = "y.test" }, CERT_WRONG_NAME },
		{ { .ip = "\x7f\0\0\1" }, CERT_WRONG_NAME },
	};
	struct creds *c = load(no_chain, "ca");
	struct fixture f;
	(void)state;

	for (size_t i = 0; i < array_len(cases); i++) {
		const char *const names[] = { "case", NULL };
		struct cert_spec spec = cases[i].spec;

		spec.name = "case";
		spec.issuer = "ca";
		make_cert(folder, &spec);
		fixture_init(&f, load(names, NULL), creds_ref(c));
		meet(&f, "x.test", "client.test");
		if (f.client.verdict != cases[i].verdict)
			fail_msg("case %zu: %s", i,
				 cert_verdict_text(f.client.verdict));
		fixture_fini(&f);
	}
	creds_unref(&c);
}

static void tls_knows_an_internationalised_address(void **state)
{
	static const char *const names[] = { "idn", NULL };
	struct fixture f;
	(void)state;

	fixture_init(&f, load(names, NULL), load(no_chain, "ca"));
	meet(&f, "xn--bcher-kva.test", "client.test");
	assert_int_equal(f.client.verdict, CERT_VALID);
	fixture_fini(&f);
}

static void tls_carries_much_both_ways(void **state)
{
	unsigned char *data = pattern_new(0, BIG);
	struct fixture f;
	(void)state;

	fixture_init(&f, load(server_chain, NULL), load(client_chain, NULL));
	fixture_connect(&f);
	open_server(&f);
	open_client(&f);
	/* before the handshake: it waits */
	tls_write(f.client.tls, data, BIG);
	tls_write(f.server.tls, data, BIG);
	assert_int_equal(tls_queued(f.client.tls), BIG);
	f.client.expected = f.server.expected = BIG;
	mem_free(&data);
	fixture_run(&f);
	assert_int_equal(f.server.got_len, BIG);
	assert_int_equal(f.client.got_len, BIG);
	assert_true(f.server.is_in_order && f.client.is_in_order);
	assert_int_equal(f.server.failed, 0);
	assert_int_equal(f.client.failed, 0);
	assert_int_equal(f.client.closed + f.server.closed, 2);
	fixture_fini(&f);
}

static void let_it_read(void *owner)
{
	struct fixture *f = owner;

	/* The kernel's buffers are full, the rest is still here. */
	assert_true(tls_queued(f->client.tls) > BIG / 2);
	assert_int_equal(f->server.got_len, 0);
	assert_int_equal(f->client.drained, 0);
	tls_read(f->server.tls, true);
	tls_shutdown(f->client.tls);
}

static void tls_flushed_does_not_wait_for_the_turns_end(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f, load(server_chain, NULL), load(client_chain, NULL));
	fixture_connect(&f);
	open_server(&f);
	open_client(&f);
	f.client.is_flushing = true;
	f.client.left_behind = 1;
	f.server.expected = FLUSHED;
	fixture_run(&f);
	assert_true(f.client.left_before >= FLUSHED);
	assert_int_equal(f.client.left_behind, 0);
	assert_true(f.client.drained >= 1);
	assert_int_equal(f.server.got_len, FLUSHED);
	assert_true(f.server.is_in_order);
	fixture_fini(&f);
}

static void tls_not_read_pushes_back(void **state)
{
	unsigned char *data = pattern_new(0, BIG);
	struct fixture f;
	struct timer *timer;
	(void)state;

	fixture_init(&f, load(server_chain, NULL), load(client_chain, NULL));
	fixture_connect(&f);
	open_server(&f);
	open_client(&f);
	tls_write(f.client.tls, data, BIG);
	tls_read(f.server.tls, false);
	mem_free(&data);
	timer = timer_new(f.loop, let_it_read, &f);
	timer_start(timer, 300); /* nothing moves: there is no event for that */
	loop_run(f.loop);
	assert_int_equal(f.server.got_len, BIG);
	assert_true(f.server.is_in_order);
	assert_true(f.client.drained >= 1);
	assert_int_equal(f.server.ended, 1);
	timer_free(&timer);
	loop_close(&f.loop);
	fixture_fini(&f);
}

static void tls_tells_an_end_from_a_cut(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f, load(server_chain, NULL), load(client_chain, NULL));
	fixture_connect(&f);
	f.client.says = "bye";
	f.client.is_shutting_down = true;
	open_server(&f);
	open_client(&f);
	fixture_run(&f);
	assert_string_equal(f.server.got, "bye");
	assert_int_equal(f.server.ended, 1);
	assert_int_equal(f.server.failed, 0);
	assert_int_equal(f.client.ended, 1);

	fixture_connect(&f);
	f.client.says = "cut";
	f.client.is_aborting = true;
	open_server(&f);
	open_client(&f);
	fixture_run(&f);
	assert_string_equal(f.server.got, "cut");
	assert_int_equal(f.server.ended, 0);
	assert_int_equal(f.server.failed, HW_E_TRUNCATED);
	fixture_fini(&f);
}

static void tls_gives_up_on_silence(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f, load(server_chain, NULL), NULL);
	f.as_server.timeout = 30;
	fixture_connect(&f);
	open_server(&f);
	fixture_run(&f);
	close(f.fds[1]);
	assert_int_equal(f.server.failed, HW_E_TIMEOUT);
	assert_int_equal(f.server.secured, 0);
	assert_int_equal(f.server.closed, 1);
	fixture_fini(&f);
}

static void tls_answers_garbage_with_an_alert(void **state)
{
	static const char garbage[] = "<?xml version='1.0'?><stream:stream "
				      "to='somebody' version='1.0'>";
	unsigned char answer[64];
	struct fixture f;
	(void)state;

	fixture_init(&f, load(server_chain, NULL), NULL);
	fixture_connect(&f);
	assert_int_equal(write(f.fds[1], garbage, sizeof(garbage)),
			 sizeof(garbage));
	open_server(&f);
	fixture_run(&f);
	assert_int_equal(f.server.failed, HW_E_TLS);
	assert_true(f.server.fault[0] != '\0');
	assert_true(read(f.fds[1], answer, sizeof(answer)) >= 7);
	assert_int_equal(answer[0], 0x15); /* alert record */
	close(f.fds[1]);
	fixture_fini(&f);
}

static void tls_passes_the_peers_alert_on(void **state)
{
	struct fixture f;
	(void)state;

	/* a server without a certificate */
	fixture_init(&f, load(no_chain, NULL), load(client_chain, NULL));
	fixture_connect(&f);
	open_server(&f);
	open_client(&f);
	fixture_run(&f);
	assert_int_equal(f.server.failed, HW_E_TLS);
	assert_int_equal(f.client.failed, HW_E_TLS);
	assert_non_null(strstr(f.client.fault, "alert"));
	assert_int_equal(f.client.secured, 0);
	fixture_fini(&f);
}

static void tls_may_be_closed_at_once(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f, load(server_chain, NULL), NULL);
	fixture_connect(&f);
	open_server(&f);
	creds_unref(&f.server_creds); /* the session has its own reference */
	tls_close(f.server.tls);
	tls_close(f.server.tls);
	fixture_run(&f);
	close(f.fds[1]);
	assert_int_equal(f.server.closed, 1);
	assert_int_equal(f.server.failed, 0);
	fixture_fini(&f);
}

/* Direct TLS: who looked at the first bytes hands them over. */
static void open_with_head(void *owner)
{
	struct fixture *f = owner;
	unsigned char head[16];
	struct tcp *tcp;

	/* the client's hello may still be on its way */
	if (recv(f->fds[0], head, sizeof(head), MSG_DONTWAIT) < 0)
		return;
	timer_free(&f->timer);
	tcp = tcp_open(f->loop, f->fds[0], &no_events, NULL);
	assert_int_equal(head[0], 0x16);
	f->server.tls = tls_open(tcp, &f->as_server, head, sizeof(head), &events,
				 &f->server);
	tls_read(f->server.tls, true);
}

static void tls_takes_bytes_read_before_it(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f, load(server_chain, NULL), load(client_chain, NULL));
	f.as_client.alpn = f.as_server.alpn = true;
	fixture_connect(&f);
	open_client(&f);
	f.client.says = "hello";
	f.client.is_shutting_down = true;
	f.timer = timer_new(f.loop, open_with_head, &f);
	timer_repeat(f.timer, 1);
	fixture_run(&f);
	assert_string_equal(f.server.got, "hello");
	fixture_fini(&f);
}

/* Rule S15: a list of protocols without ours is for somebody else. */
static void tls_refuses_a_foreign_protocol_list(void **state)
{
	/* a TLS 1.2 ClientHello with ALPN "h2" and nothing else */
	static const unsigned char hello[] = {
		0x16, 3, 1, 0, 83, /* record */
		1, 0, 0, 79,       /* ClientHello */
		3, 3, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17,
		18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32,
		0,                      /* no session */
		0, 2, 0xc0, 0x2b,       /* ECDHE-ECDSA-AES128-GCM-SHA256 */
		1, 0,                   /* no compression */
		0, 36,                  /* extensions */
		0, 10, 0, 4, 0, 2, 0, 23, /* groups: P-256 */
		0, 11, 0, 2, 1, 0,        /* uncompressed points */
		0, 13, 0, 4, 0, 2, 4, 3,  /* ECDSA with SHA-256 */
		0xff, 1, 0, 1, 0,         /* renegotiation info */
		0, 16, 0, 5, 0, 3, 2, 'h', '2',
	};
	unsigned char answer[64];
	struct fixture f;
	(void)state;

	fixture_init(&f, load(server_chain, NULL), NULL);
	f.as_server.alpn = true;
	fixture_connect(&f);
	assert_int_equal(write(f.fds[1], hello, sizeof(hello)),
			 sizeof(hello));
	open_server(&f);
	fixture_run(&f);
	assert_int_equal(f.server.failed, HW_E_TLS);
	assert_int_equal(read(f.fds[1], answer, sizeof(answer)), 7);
	assert_int_equal(answer[0], 0x15);
	assert_int_equal(answer[6], 120); /* no_application_protocol */
	close(f.fds[1]);
	fixture_fini(&f);
}

static int make_all(void **state)
{
	static const struct cert_spec specs[] = {
		{ .name = "ca", .cn = "Test CA", .is_ca = true },
		{ .name = "server", .issuer = "ca", .dns = { "server.test" },
		  .purpose = SERVER_AUTH },
		{ .name = "client", .issuer = "ca", .dns = { "client.test" },
		  .purpose = SERVER_AUTH },
		{ .name = "self", .dns = { "self.test" } },
		{ .name = "idn", .issuer = "ca",
		  .xmpp = "b\xc3\xbc" "cher.test" },
	};

	*state = folder = make_certs(specs, array_len(specs));
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tls_proves_both_ends),
		cmocka_unit_test(tls_does_not_need_the_clients_certificate),
		cmocka_unit_test(tls_shows_untrusted_certificates_too),
		cmocka_unit_test(tls_server_chooses_by_sni_and_client_by_domain),
		cmocka_unit_test(tls_judges_chains),
		cmocka_unit_test(tls_knows_an_internationalised_address),
		cmocka_unit_test(tls_carries_much_both_ways),
		cmocka_unit_test(tls_flushed_does_not_wait_for_the_turns_end),
		cmocka_unit_test(tls_not_read_pushes_back),
		cmocka_unit_test(tls_tells_an_end_from_a_cut),
		cmocka_unit_test(tls_gives_up_on_silence),
		cmocka_unit_test(tls_answers_garbage_with_an_alert),
		cmocka_unit_test(tls_passes_the_peers_alert_on),
		cmocka_unit_test(tls_may_be_closed_at_once),
		cmocka_unit_test(tls_takes_bytes_read_before_it),
		cmocka_unit_test(tls_refuses_a_foreign_protocol_list),
	};

	return cmocka_run_group_tests_name("tls", tests, make_all, make_cert_clean);
}
