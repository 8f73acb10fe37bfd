/* SPDX-License-Identifier: MIT */
#include "dns/resolver.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/str.h"
#include "loop/loop.h"
#include "tests/unit/dns/fake_dns.h"
#include "tests/unit/dns/make_packet.h"

#define ASKERS 8

struct fixture;

struct asker {
	struct fixture *f;
	struct resolver_question *question;
	int answers;
	struct answer answer;
};

struct fixture {
	struct loop *loop;
	struct fake_dns *dns;
	struct fake_dns *other; /* a second server, or NULL */
	struct resolver *resolver;
	struct asker askers[ASKERS];
	int waiting;          /* ends when none */
	int queries;          /* seen by the server */
	int tcp_queries;
	unsigned ids[ASKERS]; /* of the first queries */
	int close_at_query;   /* number of the query that closes it */
	bool is_closing_in_answer;
	const char *ask_again; /* by asker 7, in the first answer */
};

static void end(struct fixture *f)
{
	if (f->resolver)
		resolver_close(f->resolver);
	f->resolver = NULL;
	if (f->dns)
		fake_dns_close(f->dns);
	f->dns = NULL;
	if (f->other)
		fake_dns_close(f->other);
	f->other = NULL;
}

/* The zone: what the name's first label says. */
static void reply(void *owner, unsigned id, const char *name, unsigned type,
		  bool is_tcp, struct buf *out)
{
	struct fixture *f = owner;

	if (f->queries < ASKERS)
		f->ids[f->queries] = id;
	f->queries++;
	f->tcp_queries += is_tcp;
	if (f->queries == f->close_at_query) {
		end(f);
		return;
	}
	if (str_has_prefix(name, "silent."))
		return;
	if (str_has_prefix(name, "broken.")) {
		packet_start(out, id, PACKET_SERVFAIL, name, type);
	} else if (str_has_prefix(name, "nobody.")) {
		packet_start(out, id, PACKET_NXDOMAIN, name, type);
		packet_soa(out, "test", 60, 60);
	} else if (str_has_prefix(name, "big.") && !is_tcp) {
		packet_start(out, id, PACKET_TRUNCATED, name, type);
	} else if (str_has_prefix(name, "garbage.")) {
		packet_start(out, id, PACKET_RESPONSE, name, type);
		packet_record(out, false, name, type, 60, "abc", 3);
	} else {
		packet_start(out, id, PACKET_RESPONSE | PACKET_AD, name, type);
		if (type == TYPE_SRV)
			packet_srv(out, name, 60, 1, 2, 5269, "host.test");
		else if (type == TYPE_A)
			packet_addr(out, name, 60, "192.0.2.1");
	}
}

static void on_answer(void *owner, const struct answer *answer);

static void ask(struct fixture *f, int who, const char *name,
		enum answer_type type)
{
	struct asker *a = &f->askers[who];

	a->f = f;
	f->waiting++;
	a->question = resolver_ask(f->resolver, name, type, on_answer, a);
	assert_int_equal(a->answers, 0);
}

static void on_answer(void *owner, const struct answer *answer)
{
	struct asker *a = owner;
	struct fixture *f = a->f;
	const char *again = f->ask_again;

	a->answers++;
	a->answer = *answer;
	f->ask_again = NULL;
	if (again)
		ask(f, 7, again, ANSWER_A);
	if (--f->waiting == 0 || f->is_closing_in_answer)
		end(f);
}

static void fixture_init(struct fixture *f, bool trust_ad)
{
	struct resolver_settings s;

	*f = (struct fixture){ .loop = loop_open("test") };
	f->dns = fake_dns_open(f->loop, reply, f);
	resolver_settings_init(&s);
	s.servers = fake_dns_servers(f->dns);
	s.timeout = 100;
	s.tries = 2;
	s.trust_ad = trust_ad;
	assert_int_equal(resolver_open(f->loop, &s, &f->resolver), 0);
}

static void fixture_run(struct fixture *f)
{
	loop_run(f->loop);
	assert_null(f->resolver);
	loop_close(&f->loop);
}

static void resolver_answers(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f, true);
	ask(&f, 0, "_xmpp-server._tcp.good.test", ANSWER_SRV);
	ask(&f, 1, "good.test", ANSWER_A);
	ask(&f, 2, "good.test", ANSWER_AAAA);
	ask(&f, 3, "nobody.test", ANSWER_A);
	ask(&f, 4, "broken.test", ANSWER_A);
	ask(&f, 5, "garbage.test", ANSWER_A);
	ask(&f, 6, "big.test", ANSWER_A);
	fixture_run(&f);
	for (int i = 0; i < 7; i++)
		assert_int_equal(f.askers[i].answers, 1);
	assert_int_equal(f.askers[0].answer.status, ANSWER_OK);
	assert_string_equal(f.askers[0].answer.srvs[0].target, "host.test");
	assert_true(f.askers[0].answer.authentic);
	assert_int_equal(f.askers[1].answer.status, ANSWER_OK);
	assert_int_equal(f.askers[1].answer.addr_count, 1);
	assert_int_equal(f.askers[2].answer.status, ANSWER_NO_DATA);
	assert_int_equal(f.askers[3].answer.status, ANSWER_NO_NAME);
	assert_int_equal(f.askers[4].answer.status, ANSWER_FAILED);
	assert_int_equal(f.askers[5].answer.status, ANSWER_FAILED);
	assert_int_equal(f.askers[6].answer.status, ANSWER_OK);
	assert_int_equal(f.tcp_queries, 1);
	/* A SERVFAIL is an answer: nobody is asked over and over. */
	assert_int_equal(f.queries, 8);
}

static void resolver_draws_its_ids(void **state)
{
	struct fixture f;
	int equal = 0;
	(void)state;

	fixture_init(&f, false);
	for (int i = 0; i < 6; i++) {
		char name[] = "x.good.test";

		name[0] = (char)('a' + i);
		ask(&f, i, name, ANSWER_A);
	}
	fixture_run(&f);
	for (int i = 1; i < 6; i++)
		equal += f.ids[i] == f.ids[i - 1] ||
			 f.ids[i] == f.ids[i - 1] + 1;
	assert_true(equal <= 1);
	assert_false(f.askers[0].answer.authentic);
}

static void resolver_times_out(void **state)
{
	struct fixture f;
	int64_t started = clock_mono();
	(void)state;

	fixture_init(&f, false);
	ask(&f, 0, "silent.test", ANSWER_A);
	fixture_run(&f);
	assert_int_equal(f.askers[0].answer.status, ANSWER_FAILED);
	assert_true(clock_mono() - started >= 190);
}

static void resolver_asks_once_for_many(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f, false);
	ask(&f, 0, "good.test", ANSWER_A);
	ask(&f, 1, "GOOD.test", ANSWER_A);
	ask(&f, 2, "good.test", ANSWER_A);
	f.ask_again = "good.test"; /* from the cache, later */
	fixture_run(&f);
	assert_int_equal(f.queries, 1);
	assert_int_equal(f.askers[1].answers, 1);
	assert_int_equal(f.askers[7].answers, 1);
	assert_int_equal(f.askers[7].answer.status, ANSWER_OK);
	assert_int_equal(f.askers[7].answer.addr_count, 1);
}

static void resolver_answers_the_impossible_later_too(void **state)
{
	char name[300];
	struct fixture f;
	(void)state;

	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	fixture_init(&f, false);
	ask(&f, 0, "", ANSWER_A);
	ask(&f, 1, name, ANSWER_A);
	ask(&f, 2, "a..b", ANSWER_A);
	ask(&f, 3, "x.onion", ANSWER_A);
	name[70] = '\0'; /* a label of 70 */
	ask(&f, 4, name, ANSWER_A);
	fixture_run(&f);
	assert_int_equal(f.askers[0].answer.status, ANSWER_NO_NAME);
	assert_int_equal(f.askers[1].answer.status, ANSWER_NO_NAME);
	assert_int_equal(f.askers[2].answer.status, ANSWER_FAILED);
	assert_int_equal(f.askers[4].answer.status, ANSWER_FAILED);
	for (int i = 0; i < 5; i++)
		assert_int_equal(f.askers[i].answers, 1);
}

static void resolver_reads_hosts_for_addresses(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f, false);
	ask(&f, 0, "localhost", ANSWER_A);
	fixture_run(&f);
	assert_int_equal(f.askers[0].answer.status, ANSWER_OK);
	assert_true(addr_is_private(&f.askers[0].answer.addrs[0]));
	assert_int_equal(f.queries, 0);
}

static void resolver_cancelled_does_not_call(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f, false);
	ask(&f, 0, "good.test", ANSWER_A);
	ask(&f, 1, "good.test", ANSWER_A);
	ask(&f, 2, "other.good.test", ANSWER_A);
	resolver_cancel(&f.askers[0].question);
	assert_null(f.askers[0].question);
	resolver_cancel(&f.askers[0].question);
	resolver_cancel(&f.askers[2].question);
	f.waiting = 1;
	fixture_run(&f);
	assert_int_equal(f.askers[0].answers, 0);
	assert_int_equal(f.askers[1].answers, 1);
	assert_int_equal(f.askers[2].answers, 0);
}

static void resolver_may_be_closed_with_queries_in_flight(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f, false);
	f.close_at_query = 2;
	ask(&f, 0, "silent.test", ANSWER_A);
	ask(&f, 1, "silent.x.test", ANSWER_A);
	ask(&f, 2, "good.test", ANSWER_A);
	fixture_run(&f);
	for (int i = 0; i < 3; i++)
		assert_int_equal(f.askers[i].answers, 0);
}

static void resolver_may_be_closed_in_an_answer(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f, false);
	f.is_closing_in_answer = true;
	ask(&f, 0, "good.test", ANSWER_A);
	ask(&f, 1, "good.test", ANSWER_A);
	ask(&f, 2, "silent.test", ANSWER_A);
	fixture_run(&f);
	assert_int_equal(f.askers[0].answers, 1);
	assert_int_equal(f.askers[1].answers, 0);
	assert_int_equal(f.askers[2].answers, 0);
}

static void resolver_may_be_closed_at_once(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f, false);
	ask(&f, 0, "good.test", ANSWER_A);
	ask(&f, 1, "localhost", ANSWER_A);
	end(&f);
	fixture_run(&f);
	assert_int_equal(f.askers[0].answers, 0);
	assert_int_equal(f.askers[1].answers, 0);
}

/* Another server: its address is another one. */
static void other_reply(void *owner, unsigned id, const char *name,
			unsigned type, bool is_tcp, struct buf *out)
{
	(void)owner;
	(void)is_tcp;
	packet_start(out, id, PACKET_RESPONSE | PACKET_AD, name, type);
	packet_addr(out, name, 60, "192.0.2.2");
}

static void assert_addr(const struct asker *a, const char *expected)
{
	char text[ADDR_TEXT_SIZE];

	assert_int_equal(a->answers, 1);
	assert_int_equal(a->answer.addr_count, 1);
	addr_print(&a->answer.addrs[0], text);
	assert_string_equal(text, expected);
}

static void resolver_changes_its_servers(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f, true);
	f.other = fake_dns_open(f.loop, other_reply, NULL);
	ask(&f, 0, "one.test", ANSWER_A);
	ask(&f, 1, "one.test", ANSWER_A);
	assert_int_equal(resolver_change(f.resolver,
					 fake_dns_servers(f.other), false),
			 0);
	assert_int_equal(resolver_change(f.resolver, "nonsense", true),
			 HW_E_INVALID);
	ask(&f, 2, "one.test", ANSWER_A); /* joins nobody */
	ask(&f, 3, "silent.test", ANSWER_A);
	fixture_run(&f);
	assert_addr(&f.askers[0], "192.0.2.1:0");
	assert_addr(&f.askers[1], "192.0.2.1:0");
	assert_true(f.askers[0].answer.authentic);
	assert_addr(&f.askers[2], "192.0.2.2:0");
	assert_false(f.askers[2].answer.authentic);
	assert_addr(&f.askers[3], "192.0.2.2:0");
	assert_int_equal(f.queries, 1);
}

static void resolver_may_be_closed_after_a_change(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f, false);
	ask(&f, 0, "silent.test", ANSWER_A);
	assert_int_equal(resolver_change(f.resolver, fake_dns_servers(f.dns),
					 false),
			 0);
	ask(&f, 1, "silent.test", ANSWER_A);
	f.close_at_query = 2;
	fixture_run(&f);
	assert_int_equal(f.askers[0].answers + f.askers[1].answers, 0);
}

static void resolver_refuses_bad_servers(void **state)
{
	struct loop *loop = loop_open("test");
	struct resolver_settings s;
	struct resolver *r;
	(void)state;

	resolver_settings_init(&s);
	s.servers = "not an address";
	assert_int_equal(resolver_open(loop, &s, &r), HW_E_INVALID);
	assert_null(r);
	loop_run(loop);
	loop_close(&loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(resolver_answers),
		cmocka_unit_test(resolver_draws_its_ids),
		cmocka_unit_test(resolver_times_out),
		cmocka_unit_test(resolver_asks_once_for_many),
		cmocka_unit_test(resolver_answers_the_impossible_later_too),
		cmocka_unit_test(resolver_reads_hosts_for_addresses),
		cmocka_unit_test(resolver_cancelled_does_not_call),
		cmocka_unit_test(resolver_may_be_closed_with_queries_in_flight),
		cmocka_unit_test(resolver_may_be_closed_in_an_answer),
		cmocka_unit_test(resolver_may_be_closed_at_once),
		cmocka_unit_test(resolver_changes_its_servers),
		cmocka_unit_test(resolver_may_be_closed_after_a_change),
		cmocka_unit_test(resolver_refuses_bad_servers),
	};

	return cmocka_run_group_tests_name("resolver", tests, NULL, NULL);
}
