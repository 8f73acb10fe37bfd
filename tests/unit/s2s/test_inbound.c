/* SPDX-License-Identifier: MIT */
/* What a peer by hand may and may not do on a stream to b.test. The domain
 * p.test is the peer's: its authoritative server is another instance, whose
 * dialback secret the peer knows. */
#include "tests/unit/unit.h"

#include "base/clock.h"
#include "base/mem.h"
#include "base/str.h"
#include "dialback/key.h"
#include "jid/jid.h"
#include "tests/unit/s2s/world.h"
#include "xml/elem.h"
#include "xmpp/stanza.h"

#define SECRET 9

#define HEADER(ns, attrs)                                                    \
	"<?xml version='1.0'?><stream:stream "                               \
	"xmlns:stream='http://etherx.jabber.org/streams' xmlns='" ns "' "    \
	"xmlns:db='jabber:server:dialback' " attrs ">"
#define GOOD_HEADER \
	HEADER("jabber:server", "from='p.test' to='b.test' version='1.0'")
#define STARTTLS "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"

struct scene {
	struct world_server *b; /* under test */
	struct world_server *p; /* vouches for the peer */
};

static int setup(void **state)
{
	struct scene *scene = mem_new(struct scene);
	struct s2s_settings settings;

	world_begin();
	world_settings(&settings);
	settings.dialback_secret[0] = 1;
	settings.max_unauthenticated_per_address = 4;
	settings.header_timeout = 5000;
	scene->b = world_open("b.test", &settings, false);
	settings.dialback_secret[0] = SECRET;
	scene->p = world_open("p.test", &settings, false);
	*state = scene;
	return 0;
}

static int teardown(void **state)
{
	struct scene *scene = *state;

	world_close(&scene->p);
	world_close(&scene->b);
	world_end();
	mem_free(&scene);
	return 0;
}

static char *make_key(const char *from, const char *id)
{
	unsigned char secret[KEY_SECRET_SIZE] = { SECRET };
	char text[KEY_TEXT_SIZE];
	struct key key;

	key_init(&key, secret);
	key_make(&key, "b.test", from, id, text);
	return str_dup(text);
}

static void send_result(struct world_peer *p, const char *from, const char *to,
			const char *key)
{
	char *text = str_format("<db:result from='%s' to='%s'>%s</db:result>",
				from, to, key);

	world_peer_send(p, text);
	mem_free(&text);
}

#define AUTH                                            \
	"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl'" \
	" mechanism='EXTERNAL'>=</auth>"

/* Over TLS, and nothing proven. */
static struct world_peer *meet_peer(struct scene *scene)
{
	struct world_peer *p = world_peer_connect(scene->b->port);

	assert_true(world_peer_negotiate(p, "p.test", "b.test"));
	return p;
}

/* A stream whose pair (p.test, b.test) is authorised. */
static struct world_peer *open_peer(struct scene *scene)
{
	struct world_peer *p = meet_peer(scene);
	char *key = make_key("p.test", world_peer_id(p));

	send_result(p, "p.test", "b.test", key);
	assert_true(world_peer_await(p, "type='valid'"));
	mem_free(&key);
	return p;
}

/* It is closed, and that was said before; NULL = nothing at all. */
static void expect_end(struct world_peer **p, const char *last)
{
	assert_true(world_peer_await_end(*p));
	if (last)
		assert_non_null(strstr(world_peer_read(*p), last));
	else
		assert_string_equal(world_peer_read(*p), "");
	world_peer_free(p);
}

/* The next good peer is served. */
static void assert_serves(struct scene *scene)
{
	size_t before = scene->b->count;
	struct world_peer *p = open_peer(scene);

	world_peer_send(p, "<message from='u@p.test/r' to='room@b.test' "
			   "id='1'><body>hello</body></message>");
	assert_true(world_await(scene->b, before + 1));
	assert_string_equal(world_body(scene->b, before), "hello");
	world_peer_send(p, "</stream:stream>");
	assert_true(world_peer_await(p, "</stream:stream>"));
	assert_true(world_peer_await_end(p));
	world_peer_free(&p);
}

static void inbound_answers_bad_starts(void **state)
{
	static const struct {
		const char *send;
		const char *expect;
	} cases[] = {
		{ "GET / HTTP/1.1\r\n\r\n", "<not-well-formed " },
		{ "<a><b></a>", "<invalid-namespace " },
		{ "<!DOCTYPE x><x/>", "<restricted-xml " },
		{ "\xff\xfe<\0", "<unsupported-encoding " },
		{ HEADER("jabber:client", "to='b.test' version='1.0'"),
		  "<invalid-namespace " },
		{ "<stream xmlns='jabber:server' to='b.test'>",
		  "<invalid-namespace " },
		{ HEADER("jabber:server", "to='x.test' version='1.0'"),
		  "<host-unknown " },
		{ HEADER("jabber:server", "from='b.test' to='b.test' "
					  "version='1.0'"),
		  "<invalid-from " },
		{ HEADER("jabber:server", "from='u@p.test' to='b.test' "
					  "version='1.0'"),
		  "<improper-addressing " },
		{ HEADER("jabber:server", "to='b.test'"),
		  "<policy-violation " },
		{ HEADER("jabber:server", "to='b.test' version='2.0'"),
		  "<unsupported-version " },
		{ GOOD_HEADER "<message from='u@p.test' to='room@b.test'/>",
		  "<not-authorized " },
		/* each gets <failure/>, encryption-required; three are enough */
		{ GOOD_HEADER AUTH AUTH AUTH, "<policy-violation " },
		{ GOOD_HEADER "<response xmlns='urn:ietf:params:xml:ns:xmpp-"
			      "sasl'/>",
		  "<unsupported-stanza-type " },
	};

	for (size_t i = 0; i < array_len(cases); i++) {
		struct scene *scene = *state;
		struct world_peer *p = world_peer_connect(scene->b->port);
		const char *at;

		world_peer_send(p, cases[i].send);
		assert_true(world_peer_await_end(p));
		/* our header first, always, as whom they called */
		at = strstr(world_peer_read(p), "<stream:stream ");
		assert_non_null(at);
		assert_non_null(strstr(at, " from='b.test'"));
		assert_non_null(strstr(at, " id='"));
		at = strstr(at, "<stream:error>");
		assert_non_null(at);
		if (!strstr(at, cases[i].expect))
			fail_msg("case %zu: %s", i, world_peer_read(p));
		assert_non_null(strstr(at, "</stream:stream>"));
		world_peer_free(&p);
	}
	assert_serves(*state);
}

/* What begins like TLS and is none gets no XML. */
static void inbound_drops_bad_tls(void **state)
{
	struct scene *scene = *state;
	struct world_peer *p = world_peer_connect(scene->b->port);

	world_peer_send(p, "\x16GET / HTTP/1.1\r\n\r\n");
	assert_true(world_peer_await_end(p));
	assert_null(strchr(world_peer_read(p), '<'));
	world_peer_free(&p);
	assert_serves(scene);
}

static void inbound_allows_no_from_before_tls(void **state)
{
	struct scene *scene = *state;
	struct world_peer *p = world_peer_connect(scene->b->port);

	world_peer_send(p, HEADER("jabber:server", "to='b.test' "
						   "version='1.0'"));
	assert_true(world_peer_await(p, "<required/></starttls>"));
	world_peer_send(p, STARTTLS);
	assert_true(world_peer_await(p, "<proceed"));
	assert_true(world_peer_start_tls(p));
	world_peer_send(p, GOOD_HEADER);
	assert_true(world_peer_await(p, "</stream:features>"));
	assert_null(strstr(world_peer_read(p), "starttls"));
	world_peer_free(&p);
}

static void inbound_refuses_dialback_without_tls(void **state)
{
	struct scene *scene = *state;
	struct world_peer *p = world_peer_connect(scene->b->port);

	world_peer_send(p, GOOD_HEADER "<db:result from='p.test' to='b.test'>"
				       "k</db:result>");
	assert_true(world_peer_await(p, "</db:result>"));
	assert_non_null(strstr(world_peer_read(p), "type='error'"));
	assert_non_null(strstr(world_peer_read(p), "<policy-violation "));
	/* the stream stays */
	world_peer_send(p, "<db:verify from='p.test' to='b.test' id='1'>k"
			   "</db:verify>");
	assert_true(world_peer_await(p, "<policy-violation "));
	world_peer_send(p, STARTTLS);
	assert_true(world_peer_await(p, "<proceed"));
	world_peer_free(&p);
}

/* Commands in clear text behind STARTTLS must not be taken for secure ones. */
static void inbound_drops_starttls_injection(void **state)
{
	struct scene *scene = *state;
	struct world_peer *p = world_peer_connect(scene->b->port);
	int64_t begun = clock_mono(), waited = unit_waited();

	world_peer_send(p, GOOD_HEADER);
	assert_true(world_peer_await(p, "</stream:features>"));
	world_peer_send(p, STARTTLS "<db:verify from='p.test' to='b.test' "
				    "id='1'>k</db:verify>");
	assert_true(world_peer_await_end(p));
	assert_null(strstr(world_peer_read(p), "db:verify"));
	/* no handshake begun */
	assert_true(clock_mono() - begun < 5000 + unit_waited() - waited);
	world_peer_free(&p);
	assert_serves(*state);
}

static void inbound_keeps_addresses_over_tls(void **state)
{
	struct scene *scene = *state;
	struct world_peer *p = world_peer_connect(scene->b->port);

	world_peer_send(p, GOOD_HEADER);
	assert_true(world_peer_await(p, "</stream:features>"));
	world_peer_send(p, STARTTLS);
	assert_true(world_peer_await(p, "<proceed"));
	assert_true(world_peer_start_tls(p));
	world_peer_send(p, HEADER("jabber:server", "from='q.test' to='b.test' "
						   "version='1.0'"));
	expect_end(&p, "<improper-addressing ");
}

/* ejabberd sends db:verify right behind its header. */
static void inbound_takes_a_pipelined_verify(void **state)
{
	struct scene *scene = *state;
	struct world_peer *p = world_peer_connect(scene->b->port);

	world_peer_send(p, GOOD_HEADER);
	assert_true(world_peer_await(p, "</stream:features>"));
	world_peer_send(p, STARTTLS);
	assert_true(world_peer_await(p, "<proceed"));
	assert_true(world_peer_start_tls(p));
	world_peer_send(p, GOOD_HEADER
			"<db:verify from='p.test' to='b.test' id='1'>k"
			"</db:verify><db:verify from='p.test' to='x.test' "
			"id='2'>k</db:verify>");
	assert_true(world_peer_await(p, "id='1' type='invalid'"));
	assert_true(world_peer_await(p, "<item-not-found "));
	assert_non_null(strstr(world_peer_read(p), "id='2' type='error'"));
	world_peer_free(&p);
}

static void inbound_refuses_a_wrong_key(void **state)
{
	struct scene *scene = *state;
	struct world_peer *p = meet_peer(scene);

	send_result(p, "p.test", "b.test", "0123456789abcdef");
	assert_true(world_peer_await(p, "</stream:stream>"));
	assert_non_null(strstr(world_peer_read(p), "type='invalid'"));
	world_peer_send(p, "</stream:stream>");
	assert_true(world_peer_await_end(p));
	world_peer_free(&p);
}

static void inbound_answers_claims_it_cannot_check(void **state)
{
	static const struct {
		const char *from;
		const char *to;
		const char *expect;
	} cases[] = {
		{ "p.test", "x.test", "<item-not-found " },
		{ "nowhere.test", "b.test", "<remote-server-not-found " },
	};
	struct scene *scene = *state;
	struct world_peer *p = meet_peer(scene);

	for (size_t i = 0; i < array_len(cases); i++) {
		send_result(p, cases[i].from, cases[i].to, "k");
		assert_true(world_peer_await(p, cases[i].expect));
	}
	/* the stream stays; our own domain does not pass */
	send_result(p, "b.test", "b.test", "k");
	expect_end(&p, "<invalid-from ");
}

/* One cheap packet makes us ask DNS and dial: not for ever. */
static void inbound_bounds_claims(void **state)
{
	struct scene *scene = *state;
	struct world_peer *p = meet_peer(scene);
	char from[] = "x0.test";

	for (int i = 0; i < 5; i++) {
		from[1] = (char)('0' + i);
		send_result(p, from, "b.test", "k");
		assert_true(world_peer_await(p, "<remote-server-not-found "));
	}
	send_result(p, "x9.test", "b.test", "k");
	expect_end(&p, "<policy-violation ");
	assert_serves(scene);
}

static void inbound_closes_on_unsolicited_answers(void **state)
{
	static const char verdict[] =
		"<db:result from='p.test' to='b.test' type='valid'/>";
	struct scene *scene = *state;
	struct world_peer *p = meet_peer(scene);

	world_peer_send(p, verdict);
	world_peer_send(p, "<db:verify from='p.test' to='b.test' id='1' "
			   "type='valid'/>");
	world_peer_send(p, "<message from='u@p.test' to='r@b.test'/>");
	expect_end(&p, "<not-authorized ");
	p = meet_peer(scene);
	for (int i = 0; i < 3; i++)
		world_peer_send(p, verdict);
	expect_end(&p, "<policy-violation ");
	assert_int_equal(scene->b->count, 0);
}

static void inbound_checks_every_stanza(void **state)
{
	static const struct {
		const char *send;
		const char *expect;
	} cases[] = {
		{ "<message from='u@q.test' to='r@b.test'/>",
		  "<invalid-from " },
		{ "<message from='u@b.test' to='r@b.test'/>",
		  "<invalid-from " },
		{ "<message from='u@x.p.test' to='r@b.test'/>",
		  "<invalid-from " },
		{ "<message to='r@b.test'/>", "<improper-addressing " },
		{ "<message from='u@p.test'/>", "<improper-addressing " },
		{ "<message from='@/' to='r@b.test'/>", "<invalid-from " },
		{ "<stanza from='u@p.test' to='r@b.test'/>",
		  "<unsupported-stanza-type " },
		{ "<message xmlns='jabber:client' from='u@p.test' "
		  "to='r@b.test'/>", "<unsupported-stanza-type " },
		{ "text", "<not-well-formed " },
	};
	struct scene *scene = *state;

	for (size_t i = 0; i < array_len(cases); i++) {
		struct world_peer *p = open_peer(scene);

		world_peer_send(p, cases[i].send);
		assert_true(world_peer_await_end(p));
		if (!strstr(world_peer_read(p), cases[i].expect))
			fail_msg("case %zu: %s", i, world_peer_read(p));
		world_peer_free(&p);
	}
	assert_int_equal(scene->b->count, 0);
	assert_serves(scene);
}

/* A domain that we do not host any more, say: passed over, but not for ever. */
static void inbound_ends_who_goes_on_straying(void **state)
{
	static const char *const stray =
		"<message from='u@p.test/r' to='r@x.test'/>";
	struct scene *scene = *state;
	struct world_peer *p = open_peer(scene);

	for (int i = 0; i < 9; i++)
		world_peer_send(p, stray);
	world_peer_send(p, "<message from='u@p.test/r' to='r@b.test'>"
			   "<body>on</body></message>");
	assert_true(world_await(scene->b, 1));
	world_peer_send(p, stray);
	assert_true(world_peer_await_end(p));
	assert_non_null(strstr(world_peer_read(p), "<host-unknown "));
	assert_int_equal(scene->b->count, 1);
	world_peer_free(&p);
}

/* An id in a first header, attributes in any order (MongooseIM); prefixes on
 * stanzas, and what is forwarded in the namespace of clients. */
static void inbound_takes_odd_but_good_xml(void **state)
{
	struct scene *scene = *state;
	struct world_peer *p = world_peer_connect(scene->b->port);
	const struct elem *sent;

	world_peer_send(p, "<s:stream to=\"b.test\" id=\"7\" "
			   "version=\"1.0\" xmlns=\"jabber:server\" "
			   "from=\"p.test\" xmlns:s=\"http://etherx.jabber."
			   "org/streams\" >\n");
	assert_true(world_peer_await(p, "<required/></starttls>"));
	assert_non_null(strstr(world_peer_read(p),
			       " from='b.test' to='p.test' id='"));
	world_peer_free(&p);
	p = open_peer(scene);
	world_peer_send(p, "<n:message xmlns:n='jabber:server' to='r@b.test' "
			   "from='u@p.test'><n:body>hi</n:body><f xmlns='f'>"
			   "<message xmlns='jabber:client'/></f></n:message>");
	assert_true(world_await(scene->b, 1));
	assert_string_equal(world_body(scene->b, 0), "hi");
	sent = elem_child(scene->b->stanzas[0]->elem, "f", "f");
	assert_non_null(elem_child(sent, "message", "jabber:client"));
	world_peer_free(&p);
}

/* One user's odd address is answered to that user; the stream stays. */
static void inbound_bounces_malformed_addresses(void **state)
{
	struct scene *scene = *state;
	struct world_peer *p = open_peer(scene);

	world_peer_send(p, "<presence from='u@p.test/r' id='j' "
			   "to='r@b.test/&#x2028;&#xad;'/>"
			   "<presence from='u u@p.test/r' to='r@b.test/n'/>"
			   "<message from='u@p.test/r' to='r@x.test'/>"
			   "<message from='u@p.test/r' to='r@b.test'>"
			   "<body>on</body></message>");
	assert_true(world_await(scene->b, 1));
	assert_string_equal(world_body(scene->b, 0), "on");
	assert_true(world_await(scene->p, 1));
	assert_int_equal(scene->p->stanzas[0]->type, STANZA_ERROR);
	assert_string_equal(stanza_id(scene->p->stanzas[0]), "j");
	assert_string_equal(jid_text(scene->p->stanzas[0]->from), "r@b.test");
	world_peer_free(&p);
}

static void inbound_carries_more_pairs(void **state)
{
	struct scene *scene = *state;
	struct world_peer *p = open_peer(scene);
	char *key;
	struct s2s_settings settings;
	struct world_server *q;

	world_settings(&settings);
	settings.dialback_secret[0] = SECRET;
	q = world_open("q.test", &settings, false);
	key = make_key("q.test", world_peer_id(p));
	send_result(p, "q.test", "b.test", key);
	assert_true(world_peer_await(p, "from='b.test' to='q.test' "
					"type='valid'"));
	world_peer_send(p, "<message from='u@q.test' to='r@b.test'/>"
			   "<message from='u@p.test' to='r@b.test'/>");
	assert_true(world_await(scene->b, 2));
	assert_string_equal(jid_domain(scene->b->stanzas[0]->from), "q.test");
	/* a bad claim beside good ones ends nothing */
	send_result(p, "z.test", "b.test", "k");
	assert_true(world_peer_await(p, "type='error'"));
	world_peer_send(p, "<message from='u@z.test' to='r@b.test'/>");
	assert_true(world_peer_await_end(p));
	assert_non_null(strstr(world_peer_read(p), "<invalid-from "));
	assert_int_equal(scene->b->count, 2);
	mem_free(&key);
	world_peer_free(&p);
	world_close(&q);
}

static void inbound_never_delivers_half_a_stanza(void **state)
{
	struct scene *scene = *state;
	struct world_peer *p = open_peer(scene);

	world_peer_send(p, "<message from='u@p.test' to='r@b.test'><body>1"
			   "</body></message><message from='u@p.test' "
			   "to='r@b.test'><body>2</body>");
	assert_true(world_await(scene->b, 1));
	world_peer_cut(p);
	world_peer_free(&p);
	assert_serves(scene);
	assert_int_equal(scene->b->count, 2);
	assert_string_equal(world_body(scene->b, 1), "hello");
}

/* Strangers have so many places per address; who is authorised needs none. */
static void inbound_bounds_strangers(void **state)
{
	struct scene *scene = *state;
	struct world_peer *strangers[4];
	struct world_peer *p;
	struct world_peer *friend = open_peer(scene);

	for (size_t i = 0; i < array_len(strangers); i++) {
		strangers[i] = world_peer_connect(scene->b->port);
		world_peer_send(strangers[i], GOOD_HEADER);
		assert_true(world_peer_await(strangers[i], "</stream:feat"));
	}
	p = world_peer_connect(scene->b->port);
	expect_end(&p, NULL);
	for (size_t i = 0; i < array_len(strangers); i++) {
		world_peer_send(strangers[i], "</stream:stream>");
		assert_true(world_peer_await_end(strangers[i]));
		world_peer_free(&strangers[i]);
	}
	world_peer_send(friend, "<message from='u@p.test' to='r@b.test'/>");
	assert_true(world_await(scene->b, 1));
	world_peer_free(&friend);
}

static void inbound_ends_who_stays_silent(void **state)
{
	struct scene *scene = *state;
	struct s2s_settings settings;
	struct world_server *c;
	struct world_peer *p;

	(void)scene;
	world_settings(&settings);
	settings.header_timeout = 1000;
	settings.auth_timeout = 3000; /* a handshake long */
	c = world_open("c.test", &settings, false);
	p = world_peer_connect(c->port);
	expect_end(&p, "<connection-timeout ");
	p = world_peer_connect(c->port);
	assert_true(world_peer_negotiate(p, "p.test", "c.test"));
	expect_end(&p, "<connection-timeout ");
	world_close(&c);
}

#define SCENE_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE_TEST(inbound_answers_bad_starts),
		SCENE_TEST(inbound_drops_bad_tls),
		SCENE_TEST(inbound_allows_no_from_before_tls),
		SCENE_TEST(inbound_refuses_dialback_without_tls),
		SCENE_TEST(inbound_drops_starttls_injection),
		SCENE_TEST(inbound_keeps_addresses_over_tls),
		SCENE_TEST(inbound_takes_a_pipelined_verify),
		SCENE_TEST(inbound_refuses_a_wrong_key),
		SCENE_TEST(inbound_answers_claims_it_cannot_check),
		SCENE_TEST(inbound_bounds_claims),
		SCENE_TEST(inbound_closes_on_unsolicited_answers),
		SCENE_TEST(inbound_checks_every_stanza),
		SCENE_TEST(inbound_bounces_malformed_addresses),
		SCENE_TEST(inbound_ends_who_goes_on_straying),
		SCENE_TEST(inbound_takes_odd_but_good_xml),
		SCENE_TEST(inbound_carries_more_pairs),
		SCENE_TEST(inbound_never_delivers_half_a_stanza),
		SCENE_TEST(inbound_bounds_strangers),
		SCENE_TEST(inbound_ends_who_stays_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
