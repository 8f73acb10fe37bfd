/* SPDX-License-Identifier: MIT */
/* Servers that talk to each other: TLS, dialback and DNS are the real ones. */
#include "tests/unit/unit.h"

#include "base/clock.h"
#include "base/counter.h"
#include "base/list.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "tests/unit/s2s/world.h"
#include "xml/elem.h"
#include "xmpp/envelope.h"
#include "xmpp/stanza.h"

static struct s2s_settings settings_with(unsigned char secret)
{
	struct s2s_settings s;

	world_settings(&s);
	s.dialback_secret[0] = secret;
	return s;
}

static int64_t counted(const char *name)
{
	const struct counter *c = NULL;

	while ((c = counter_next(c))) {
		if (str_equal(c->name, name))
			return counter_get(c);
	}
	return -1;
}

static void s2s_talks_both_ways_in_order(void **state)
{
	struct s2s_settings settings_a = settings_with(1);
	struct s2s_settings settings_b = settings_with(2);
	struct world_server *a = world_open("a.test", &settings_a, false);
	struct world_server *b = world_open("b.test", &settings_b, false);
	char body[16];

	(void)state;
	for (int i = 0; i < 500; i++) {
		snprintf(body, sizeof(body), "%d", i);
		world_send(a, "user@b.test/x", body);
		world_send(b, "user@a.test/y", body);
	}
	assert_true(world_await(a, 500));
	assert_true(world_await(b, 500));
	for (int i = 0; i < 500; i++) {
		snprintf(body, sizeof(body), "%d", i);
		assert_string_equal(world_body(a, (size_t)i), body);
		assert_string_equal(world_body(b, (size_t)i), body);
	}
	assert_int_equal(a->count, 500);
	assert_int_equal(b->count, 500);
	assert_int_equal(a->lost + b->lost, 0);
	world_close(&a);
	world_close(&b);
	assert_int_equal(counted("hallway_s2s_streams_in"), 0);
	assert_int_equal(counted("hallway_s2s_streams_out"), 0);
}

/* More than the stream's buffers may hold at once. */
static void s2s_writes_a_large_audience(void **state)
{
	enum { PEOPLE = 3000 };
	struct s2s_settings settings = settings_with(1);
	struct world_server *a = world_open("a.test", &settings, false);
	struct world_server *b = world_open("b.test", &settings, false);
	struct audience *audience = audience_new();
	struct jid *from = jid_parse("room@a.test/nick");
	struct elem *e = stanza_elem_new(STANZA_MESSAGE, "groupchat", from,
					 "id");
	struct frozen *frozen;
	struct list list;
	char text[64];

	(void)state;
	for (uint32_t i = 0; i < PEOPLE; i++) {
		struct jid *to;

		snprintf(text, sizeof(text), "user%u@b.test/r", i);
		to = jid_parse(text);
		audience_add(audience, to, i + 1);
		jid_free(&to);
	}
	elem_add_with_text(e, "body", NULL,
			   "a body of some length, so that all of them "
			   "together are more than the buffers may hold");
	frozen = frozen_new(e);
	list_init(&list);
	envelope_make_all(&list, frozen, audience, "a.test", 7);
	envelope_make_all(&list, frozen, audience, "a.test", 0);
	s2s_deliver(a->s2s, &list, 1);
	assert_true(world_await(b, 2 * PEOPLE - 1));
	for (size_t i = 0; i < 2 * PEOPLE - 1; i++) {
		size_t number = i < 6 ? i : i + 1; /* one was skipped */

		snprintf(text, sizeof(text), "user%zu@b.test/r",
			 number % PEOPLE);
		assert_string_equal(jid_text(b->stanzas[i]->to), text);
	}
	frozen_unref(&frozen);
	audience_free(&audience);
	elem_free(&e);
	jid_free(&from);
	world_close(&a);
	world_close(&b);
}

/* c.test's thief says it is a.test; b.test asks the real one. */
static void s2s_refuses_a_thief(void **state)
{
	struct s2s_settings settings = settings_with(1);
	struct s2s_settings settings_thief = settings_with(3);
	struct world_server *a = world_open("a.test", &settings, false);
	struct world_server *b = world_open("b.test", &settings, false);
	struct world_server *thief;
	int64_t spoofs = counted("hallway_s2s_spoofs");

	(void)state;
	settings_thief.grace = 1500;
	thief = world_open("a.test", &settings_thief, true);
	world_send(thief, "user@b.test", "false");
	assert_true(world_await_lost(thief, 1, 1));
	assert_int_equal(thief->why, COND_INTERNAL_SERVER_ERROR);
	assert_int_equal(b->count, 0);
	assert_true(counted("hallway_s2s_spoofs") > spoofs);
	world_send(a, "user@b.test", "true");
	assert_true(world_await(b, 1));
	assert_string_equal(world_body(b, 0), "true");
	world_close(&thief);
	world_close(&a);
	world_close(&b);
}

static void s2s_gives_up_after_the_grace(void **state)
{
	struct s2s_settings settings = settings_with(1);
	struct world_server *a;
	struct world_server *b = world_open("b.test", &settings, false);
	int64_t begun = clock_mono();

	(void)state;
	settings.grace = 1200;
	a = world_open("a.test", &settings, false);
	world_close(&b); /* its port is free now: nobody listens */
	world_send(a, "user@b.test", "1");
	world_send(a, "user@b.test", "2");
	assert_true(world_await_lost(a, 1, 2));
	assert_true(clock_mono() - begun >= 1200);
	assert_int_equal(a->why, COND_REMOTE_SERVER_TIMEOUT);
	assert_int_equal(a->undelivered, 2);
	world_send(a, "user@nowhere.test", "3");
	assert_true(world_await_lost(a, 2, 3));
	assert_int_equal(a->why, COND_REMOTE_SERVER_NOT_FOUND);
	assert_int_equal(a->lost, 2);
	world_close(&a);
}

static void s2s_bounds_the_queue(void **state)
{
	struct s2s_settings settings = settings_with(1);
	struct world_server *a;

	(void)state;
	world_set_port("b.test", 1);
	settings.queue_envelopes = 10;
	a = world_open("a.test", &settings, false);
	/* in its first attempt a link may hold 32 times as many */
	for (int i = 0; i < 321; i++)
		world_send(a, "user@b.test", "x");
	assert_true(world_await_lost(a, 1, 11));
	assert_int_equal(a->why, COND_RESOURCE_CONSTRAINT);
	world_close(&a);
}

/* Within the grace, nobody hears of it. */
static void s2s_waits_for_a_peer_that_restarts(void **state)
{
	struct s2s_settings settings = settings_with(1);
	struct world_server *a = world_open("a.test", &settings, false);
	struct world_server *b = world_open("b.test", &settings, false);
	char *where = str_format("127.0.0.1:%u", b->port);
	const char *listen = where;

	(void)state;
	world_send(a, "user@b.test", "1");
	assert_true(world_await(b, 1));
	world_close(&b);
	world_send(a, "user@b.test", "2");
	settings.listen = &listen;
	b = world_open("b.test", &settings, false);
	/* who comes back speaks, and so proves that it is there */
	world_send(b, "user@a.test", "back");
	assert_true(world_await(a, 1));
	assert_true(world_await(b, 1));
	assert_string_equal(world_body(b, 0), "2");
	assert_int_equal(a->lost, 0);
	mem_free(&where);
	world_close(&a);
	world_close(&b);
}

static void s2s_stops_reading_when_full(void **state)
{
	struct s2s_settings settings = settings_with(1);
	struct world_server *a = world_open("a.test", &settings, false);
	struct world_server *b = world_open("b.test", &settings, false);
	size_t before;

	(void)state;
	world_send(b, "user@a.test", "before");
	assert_true(world_await(a, 1));
	b->full_at = 10;
	for (int i = 0; i < 200; i++)
		world_send(a, "user@b.test", "x");
	assert_true(world_await(b, 10));
	/* a round trip of others later nothing more has come */
	world_send(b, "user@a.test", "y");
	assert_true(world_await(a, 2));
	pthread_mutex_lock(&b->mutex);
	before = b->count;
	b->full_at = 0;
	pthread_mutex_unlock(&b->mutex);
	assert_int_equal(before, 10);
	s2s_resume(b->s2s);
	assert_true(world_await(b, 200));
	world_close(&a);
	world_close(&b);
}

/* The loop of b waits in the middle of a stanza, for as long as the test holds
 * the lock: what b wants to send stays in the mailbox. */
static void s2s_has_no_room_while_a_mailbox_is_full(void **state)
{
	struct s2s_settings settings = settings_with(1);
	struct world_server *a, *b;
	int64_t deadline;
	size_t sent = 0;

	(void)state;
	settings.mailbox = 16;
	settings.io_loops = 1;
	a = world_open("a.test", &settings, false);
	b = world_open("b.test", &settings, false);
	world_send(b, "user@a.test", "before");
	assert_true(world_await(a, 1));
	assert_true(s2s_has_room(b->s2s));
	pthread_mutex_lock(&b->mutex);
	world_send(a, "user@b.test", "stop here");
	deadline = clock_mono() + WORLD_TIMEOUT;
	while (s2s_has_room(b->s2s) && clock_mono() < deadline) {
		world_send(b, "user@a.test", "x");
		sent++;
	}
	assert_false(s2s_has_room(b->s2s));
	assert_true(sent >= 16);
	pthread_mutex_unlock(&b->mutex);
	/* full or not, nothing of it is lost */
	assert_true(world_await(a, 1 + sent));
	/* the last of it may be there before the box has been looked at again */
	while (!s2s_has_room(b->s2s) && clock_mono() < deadline)
		sched_yield();
	assert_true(s2s_has_room(b->s2s));
	world_close(&a);
	world_close(&b);
}

static void s2s_refuses_a_busy_port(void **state)
{
	struct s2s_settings settings = settings_with(1);
	struct world_server *a = world_open("a.test", &settings, false);
	char *where = str_format("127.0.0.1:%u", a->port);
	const char *listen = where;
	const char *domain = "b.test";
	struct s2s_events events = { 0 };
	struct s2s *s2s = NULL;
	char *text = NULL;

	(void)state;
	settings.listen = &listen;
	settings.domains = &domain;
	settings.domain_count = 1;
	assert_int_not_equal(s2s_open(&settings, a->creds, &events, NULL,
				      &s2s, &text), 0);
	assert_null(s2s);
	assert_non_null(strstr(text, where));
	mem_free(&text);
	mem_free(&where);
	world_close(&a);
}

static int setup(void **state)
{
	(void)state;
	world_begin();
	return 0;
}

static int teardown(void **state)
{
	(void)state;
	world_end();
	return 0;
}

#define WORLD_TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_TEST(s2s_talks_both_ways_in_order),
		WORLD_TEST(s2s_writes_a_large_audience),
		WORLD_TEST(s2s_refuses_a_thief),
		WORLD_TEST(s2s_gives_up_after_the_grace),
		WORLD_TEST(s2s_bounds_the_queue),
		WORLD_TEST(s2s_waits_for_a_peer_that_restarts),
		WORLD_TEST(s2s_stops_reading_when_full),
		WORLD_TEST(s2s_has_no_room_while_a_mailbox_is_full),
		WORLD_TEST(s2s_refuses_a_busy_port),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
