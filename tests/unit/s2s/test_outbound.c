/* SPDX-License-Identifier: MIT */
/* What a server by hand may do to a.test, which calls it: whatever comes, nothing
 * goes in clear text, nothing that was not proven is believed, and the link tries
 * again or gives up in its time. */
#include "tests/unit/unit.h"

#include <poll.h>

#include "base/mem.h"
#include "base/str.h"
#include "tests/unit/s2s/world.h"

#define HEADER                                                    \
	"<?xml version='1.0'?><stream:stream "                    \
	"xmlns:stream='http://etherx.jabber.org/streams' "        \
	"xmlns='jabber:server' xmlns:db='jabber:server:dialback' "
#define FAILURE "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
#define PROCEED "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
#define VALID "<db:result from='s.test' to='a.test' type='valid'/>"
#define CASES_MAX 16

struct scene {
	struct world_server *a;
	int listener; /* of s.test */
};

/* A server by hand beside others: the rests between their tries go by at the same
 * time. */
struct home {
	char domain[16];
	int listener;
};

static int setup_with(void **state, int64_t grace, int64_t header_timeout)
{
	struct scene *scene = mem_new(struct scene);
	struct s2s_settings settings;

	world_begin();
	world_settings(&settings);
	settings.grace = grace;
	settings.header_timeout = header_timeout;
	scene->listener = world_peer_listen("s.test");
	scene->a = world_open("a.test", &settings, false);
	*state = scene;
	return 0;
}

static int setup(void **state)
{
	return setup_with(state, 3000, 3000);
}

/* Many servers take longer. */
static int setup_patient(void **state)
{
	return setup_with(state, 10000, 1000);
}

static int teardown(void **state)
{
	struct scene *scene = *state;

	world_close(&scene->a);
	close(scene->listener);
	world_end();
	mem_free(&scene);
	return 0;
}

static struct world_peer *call_home(struct scene *scene,
				    const struct home *home)
{
	char *to = str_format("user@%s", home->domain);
	struct world_peer *p;

	world_send(scene->a, to, "secret words");
	mem_free(&to);
	p = world_peer_accept(home->listener);
	assert_non_null(p);
	return p;
}

static struct home home_of(const struct scene *scene)
{
	return (struct home){ "s.test", scene->listener };
}

static struct world_peer *call(struct scene *scene)
{
	struct home home = home_of(scene);

	return call_home(scene, &home);
}

static void home_open(struct home *home, size_t number)
{
	snprintf(home->domain, sizeof(home->domain), "s%zu.test", number);
	home->listener = world_peer_listen(home->domain);
}

/* A call that waited here for longer than its patience is followed by another. */
static struct world_peer *serve_home(const struct home *home)
{
	struct world_peer *p = world_peer_accept(home->listener);

	while (p && !world_peer_serve(p, home->domain)) {
		world_peer_free(&p);
		p = world_peer_accept(home->listener);
	}
	return p;
}

/* The next try finds a good server, and what waited arrives. */
static void assert_home_goes_on(struct scene *scene, const struct home *home)
{
	struct world_peer *p = serve_home(home);
	char *valid = str_format("<db:result from='%s' to='a.test' "
				 "type='valid'/>", home->domain);

	assert_non_null(p);
	assert_true(world_peer_await(p, "</db:result>"));
	world_peer_send(p, valid);
	assert_true(world_peer_await(p, "secret words"));
	assert_int_equal(scene->a->lost, 0);
	world_peer_send(p, "</stream:stream>");
	assert_true(world_peer_await_end(p));
	world_peer_free(&p);
	mem_free(&valid);
}

static void assert_goes_on(struct scene *scene)
{
	struct home home = home_of(scene);

	assert_home_goes_on(scene, &home);
}

/* Each in its turn: whoever is called first is served first. */
static void assert_all_go_on(struct scene *scene, const struct home *homes,
			     size_t count)
{
	struct pollfd calls[CASES_MAX];

	for (size_t i = 0; i < count; i++)
		calls[i] = (struct pollfd){ homes[i].listener, POLLIN, 0 };
	for (size_t left = count; left > 0;) {
		assert_true(poll(calls, count, WORLD_TIMEOUT) > 0);
		for (size_t i = 0; i < count; i++) {
			if (!(calls[i].revents & POLLIN))
				continue;
			assert_home_goes_on(scene, &homes[i]);
			close(homes[i].listener);
			calls[i] = (struct pollfd){ .fd = -1 };
			left--;
		}
	}
}

/* Servers that never get as far as TLS. */
static void outbound_leaves_bad_servers(void **state)
{
	static const struct {
		const char *send;   /* instead of a header and features */
		const char *expect; /* said by us, after our header */
	} cases[] = {
		{ "", "<connection-timeout " },
		{ "220 mail ready\r\n", "<not-well-formed " },
		{ HEADER "version='1.0'>", "<bad-format " },
		{ HEADER "id='1'>", "<unsupported-version " },
		{ HEADER "id='1' from='a.test' version='1.0'>",
		  "<invalid-from " },
		{ HEADER "id='1' version='1.0'><stream:features/>" FAILURE,
		  "<policy-violation " },
		{ HEADER "id='1' version='1.0'><stream:error><host-unknown "
			 "xmlns='urn:ietf:params:xml:ns:xmpp-streams'/>"
			 "</stream:error></stream:stream>",
		  "</stream:stream>" },
		{ HEADER "id='1' version='1.0'><message/>",
		  "<not-authorized " },
		/* what was said by old servers that did not know us */
		{ "<stream:error>host unknown</stream:error>",
		  "<bad-namespace-prefix " },
		{ "<stream:error xmlns:stream='http://etherx.jabber.org/"
		  "streams' xmlns='jabber:server'>no</stream:error>",
		  "<bad-format " },
		{ HEADER "id='1' version='1.0'>" VALID VALID VALID,
		  "<policy-violation " },
	};

	struct home homes[CASES_MAX];

	assert_true(array_len(cases) <= CASES_MAX);
	for (size_t i = 0; i < array_len(cases); i++) {
		struct world_peer *p;

		home_open(&homes[i], i);
		p = call_home(*state, &homes[i]);
		assert_true(world_peer_await(p, "<stream:stream "));
		world_peer_send(p, cases[i].send);
		assert_true(world_peer_await_end(p));
		if (!strstr(world_peer_read(p), cases[i].expect))
			fail_msg("case %zu: %s", i, world_peer_read(p));
		assert_null(strstr(world_peer_read(p), "db:result"));
		world_peer_free(&p);
	}
	assert_all_go_on(*state, homes, array_len(cases));
}

static void outbound_survives_a_cut_anywhere(void **state)
{
	struct home homes[5];

	for (size_t depth = 0; depth < array_len(homes); depth++) {
		struct world_peer *p;

		home_open(&homes[depth], depth);
		p = call_home(*state, &homes[depth]);
		if (depth > 0)
			assert_true(world_peer_await(p, "<stream:stream "));
		if (depth > 1)
			world_peer_send(p, HEADER "id='1' version='1.0'>"
						  "<stream:features/>");
		if (depth > 1)
			assert_true(world_peer_await(p, "<starttls "));
		if (depth > 2)
			world_peer_send(p, PROCEED);
		if (depth > 3)
			assert_true(world_peer_serve_tls(
				p, homes[depth].domain));
		world_peer_cut(p);
		world_peer_free(&p);
	}
	assert_all_go_on(*state, homes, array_len(homes));
}

static void outbound_drops_clear_text_behind_proceed(void **state)
{
	struct world_peer *p = call(*state);

	world_peer_send(p, HEADER "id='1' version='1.0'><stream:features/>");
	assert_true(world_peer_await(p, "<starttls "));
	world_peer_send(p, PROCEED VALID);
	assert_true(world_peer_await_end(p));
	assert_string_equal(world_peer_read(p), "");
	world_peer_free(&p);
	assert_goes_on(*state);
}

static void outbound_believes_only_its_answer(void **state)
{
	struct world_peer *p = call(*state);

	assert_true(world_peer_serve(p, "s.test"));
	assert_true(world_peer_await(p, "</db:result>"));
	world_peer_send(p, "<db:result from='t.test' to='a.test' type='valid'/>"
			   "<db:verify from='s.test' to='a.test' id='id2' "
			   "type='valid'/><db:result from='s.test' to='t.test' "
			   "type='valid'/>");
	assert_true(world_peer_await_end(p));
	assert_non_null(strstr(world_peer_read(p), "<policy-violation "));
	assert_null(strstr(world_peer_read(p), "secret words"));
	world_peer_free(&p);
	assert_goes_on(*state);
}

static void outbound_takes_no_for_an_answer(void **state)
{
	struct scene *scene = *state;
	static const struct {
		const char *send;
		enum cond_name why;
	} cases[] = {
		{ "<db:result from='s.test' to='a.test' type='invalid'/>",
		  COND_INTERNAL_SERVER_ERROR },
		{ "<db:result from='s.test' to='a.test' type='error'/>",
		  COND_REMOTE_SERVER_TIMEOUT },
	};

	for (size_t i = 0; i < array_len(cases); i++) {
		struct world_peer *p;
		size_t rounds = 0;

		world_send(scene->a, "user@s.test", "secret words");
		while (scene->a->lost <= i &&
		       (p = world_peer_accept(scene->listener))) {
			assert_true(world_peer_serve(p, "s.test"));
			assert_true(world_peer_await(p, "</db:result>"));
			world_peer_send(p, cases[i].send);
			assert_true(world_peer_await(p, "</stream:stream>"));
			assert_null(strstr(world_peer_read(p), "secret"));
			world_peer_send(p, "</stream:stream>");
			assert_true(world_peer_await_end(p));
			world_peer_free(&p);
			if (++rounds == 2)
				break;
		}
		assert_int_equal(rounds, 2); /* within the grace */
		assert_true(world_await_lost(scene->a, 1, 1));
		assert_int_equal(scene->a->why, cases[i].why);
		teardown(state);
		assert_int_equal(setup(state), 0);
		scene = *state;
	}
}

/* A stream that is lost removes nobody; the next message opens another. */
static void outbound_reconnects_after_a_loss(void **state)
{
	struct scene *scene = *state;
	struct world_peer *p = call(scene);

	assert_true(world_peer_serve(p, "s.test"));
	assert_true(world_peer_await(p, "</db:result>"));
	world_peer_send(p, VALID);
	assert_true(world_peer_await(p, "secret words"));
	world_peer_cut(p);
	world_peer_free(&p);
	world_send(scene->a, "user@s.test", "secret words");
	assert_goes_on(scene);
	assert_int_equal(scene->a->undelivered, 0);
}

/* A stream that only verifies asserts nothing, and can later carry stanzas. */
static void outbound_asserts_only_when_needed(void **state)
{
	struct scene *scene = *state;
	struct world_peer *asker = world_peer_connect(scene->a->port);
	struct world_peer *p;
	char *expected;

	assert_true(world_peer_negotiate(asker, "s.test", "a.test"));
	world_peer_send(asker, "<db:result from='s.test' to='a.test'>k1"
			       "</db:result>");
	p = world_peer_accept(scene->listener);
	assert_non_null(p);
	assert_true(world_peer_serve(p, "s.test"));
	assert_true(world_peer_await(p, "</db:verify>"));
	expected = str_format("<db:verify from='a.test' to='s.test' id='%s'>k1"
			      "</db:verify>", world_peer_id(asker));
	assert_non_null(strstr(world_peer_read(p), expected));
	mem_free(&expected);
	assert_null(strstr(world_peer_read(p), "db:result"));
	expected = str_format("<db:verify from='s.test' to='a.test' id='%s' "
			      "type='valid'>k1</db:verify>",
			      world_peer_id(asker));
	world_peer_send(p, expected);
	mem_free(&expected);
	assert_true(world_peer_await(asker, "type='valid'"));
	world_send(scene->a, "user@s.test", "secret words");
	assert_true(world_peer_await(p, "</db:result>"));
	world_peer_send(p, VALID);
	assert_true(world_peer_await(p, "secret words"));
	world_peer_free(&asker);
	world_peer_free(&p);
}

#define SCENE_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
#define MANY_TEST(f) cmocka_unit_test_setup_teardown(f, setup_patient, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		MANY_TEST(outbound_leaves_bad_servers),
		MANY_TEST(outbound_survives_a_cut_anywhere),
		SCENE_TEST(outbound_drops_clear_text_behind_proceed),
		SCENE_TEST(outbound_believes_only_its_answer),
		SCENE_TEST(outbound_takes_no_for_an_answer),
		SCENE_TEST(outbound_reconnects_after_a_loss),
		SCENE_TEST(outbound_asserts_only_when_needed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
