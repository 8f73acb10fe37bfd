/* SPDX-License-Identifier: MIT */
#include "dns/target.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/str.h"
#include "dns/resolver.h"
#include "loop/loop.h"
#include "tests/unit/dns/fake_dns.h"
#include "tests/unit/dns/make_packet.h"
#include "tests/unit/unit.h"

#define XMPP "_xmpp-server._tcp."
#define XMPPS "_xmpps-server._tcp."

struct fixture {
	struct loop *loop;
	struct fake_dns *dns;
	struct resolver *resolver;
	struct target_search *search;
	int answers;
	struct target_list list;
	int queries;
};

/** A record of the zone. Type 0: that name and every type fails. */
struct zone_record {
	const char *name;
	unsigned type;
	unsigned priority, port;
	const char *target; /* or address */
};

static const struct zone_record zone[] = {
	{ XMPPS "mixed.test", TYPE_SRV, 5, 5270, "a.good.test" },
	{ XMPP "mixed.test", TYPE_SRV, 5, 5269, "b.good.test" },
	{ XMPP "mixed.test", TYPE_SRV, 10, 5271, "c.good.test" },
	{ XMPP "good.test", TYPE_SRV, 10, 5269, "a.good.test" },
	{ XMPP "good.test", TYPE_SRV, 20, 15269, "b.good.test" },
	{ XMPPS "good.test", TYPE_SRV, 5, 5270, "c.good.test" },
	{ "a.good.test", TYPE_A, 0, 0, "192.0.2.1" },
	{ "a.good.test", TYPE_A, 0, 0, "192.0.2.2" },
	{ "a.good.test", TYPE_A, 0, 0, "192.0.2.3" },
	{ "a.good.test", TYPE_AAAA, 0, 0, "2001:db8::1" },
	{ "b.good.test", TYPE_CNAME, 0, 0, "d.good.test" },
	{ "d.good.test", TYPE_A, 0, 0, "192.0.2.4" },
	{ "c.good.test", TYPE_A, 0, 0, "192.0.2.5" },
	{ "plain.test", TYPE_A, 0, 0, "192.0.2.9" },
	{ XMPP "closed.test", TYPE_SRV, 0, 0, "" },
	{ "closed.test", TYPE_A, 0, 0, "192.0.2.9" },
	{ XMPP "direct.test", TYPE_SRV, 0, 0, "" },
	{ XMPPS "direct.test", TYPE_SRV, 0, 5270, "c.good.test" },
	{ XMPP "failing.test", 0, 0, 0, NULL },
	{ "failing.test", TYPE_A, 0, 0, "192.0.2.9" },
	{ XMPP "half.test", TYPE_SRV, 0, 5269, "gone.test" },
	{ XMPP "half.test", TYPE_SRV, 1, 5269, "a.good.test" },
	{ XMPP "homeless.test", TYPE_SRV, 0, 5269, "gone.test" },
	{ XMPP "limbo.test", TYPE_SRV, 0, 5269, "failing.host.test" },
	{ "failing.host.test", 0, 0, 0, NULL },
	{ XMPP "literal.test", TYPE_SRV, 0, 5269, "192.0.2.1" },
	{ XMPP "portless.test", TYPE_SRV, 0, 0, "a.good.test" },
	{ XMPP "slow.test", TYPE_SRV, 0, 5269, "slow.host.test" },
	{ "slow.host.test", TYPE_A, 0, 0, "192.0.2.6" },
	{ XMPP "mute.test", TYPE_SRV, 0, 5269, "mute.host.test" },
	{ XMPP "mute.test", TYPE_SRV, 1, 5269, "b.good.test" },
};

/* T9: 10 to 90 between the services */
static unsigned weight_of(const struct zone_record *r)
{
	if (str_equal(r->name, XMPPS "mixed.test"))
		return 10;
	return str_equal(r->name, XMPP "mixed.test") ? 90 : 0;
}

static void add_record(struct buf *out, const struct zone_record *r)
{
	if (r->type == TYPE_SRV)
		packet_srv(out, r->name, 60, r->priority, weight_of(r),
			   r->port, r->target);
	else if (r->type == TYPE_CNAME)
		packet_cname(out, r->name, 60, r->target);
	else
		packet_addr(out, r->name, 60, r->target);
}

/* What s2s settings say. */
static const struct target_limits limits = { .targets = 8, .addresses = 4 };

static void add_crowd(struct buf *out, const char *name)
{
	for (unsigned i = 0; i < 20; i++)
		packet_srv(out, name, 60, i, 0, 5269, "a.good.test");
}

static void reply(void *owner, unsigned id, const char *name, unsigned type,
		  bool is_tcp, struct buf *out)
{
	struct fixture *f = owner;
	bool is_known = false;

	(void)is_tcp;
	f->queries++;
	if ((str_equal(name, "slow.host.test") && type == TYPE_AAAA) ||
	    str_equal(name, "mute.host.test") ||
	    str_equal(name, XMPPS "slow.test"))
		return; /* silence */
	packet_start(out, id, PACKET_RESPONSE, name, type);
	if (str_equal(name, XMPP "crowd.test")) {
		add_crowd(out, name);
		return;
	}
	for (size_t i = 0; i < array_len(zone); i++) {
		if (!str_equal(zone[i].name, name))
			continue;
		is_known = true;
		if (zone[i].type == 0) {
			packet_start(out, id, PACKET_SERVFAIL, name, type);
			return;
		}
		if (zone[i].type == TYPE_CNAME) {
			add_record(out, &zone[i]);
			name = zone[i].target;
			i = 0;
		} else if (zone[i].type == type) {
			add_record(out, &zone[i]);
		}
	}
	if (!is_known) {
		packet_start(out, id, PACKET_NXDOMAIN, name, type);
		packet_soa(out, "test", 60, 60);
	}
}

static void on_found(void *owner, const struct target_list *list)
{
	struct fixture *f = owner;

	f->answers++;
	f->list = *list;
	f->search = NULL;
	resolver_close(f->resolver);
	fake_dns_close(f->dns);
}

static void fixture_init(struct fixture *f)
{
	struct resolver_settings s;

	*f = (struct fixture){ .loop = loop_open("test") };
	f->dns = fake_dns_open(f->loop, reply, f);
	resolver_settings_init(&s);
	s.servers = fake_dns_servers(f->dns);
	assert_int_equal(resolver_open(f->loop, &s, &f->resolver), 0);
}

static void find_within(struct fixture *f, const char *domain, bool direct_tls,
			const struct target_limits *within)
{
	fixture_init(f);
	f->search = target_find(f->resolver, domain, within, on_found, f);
	if (direct_tls)
		target_want_direct_tls(f->search);
	assert_int_equal(f->answers, 0);
	loop_run(f->loop);
	assert_int_equal(f->answers, 1);
	loop_close(&f->loop);
}

static void find(struct fixture *f, const char *domain, bool direct_tls)
{
	find_within(f, domain, direct_tls, &limits);
}

/* The list as text: "host[!] addr addr; host addr" */
static const char *describe(const struct target_list *list)
{
	static char text[2048];
	struct buf b = { 0 };

	for (size_t i = 0; i < list->count; i++) {
		const struct target *t = &list->targets[i];

		buf_add_format(&b, "%s%s%s", i > 0 ? "; " : "", t->host,
			       t->direct_tls ? "!" : "");
		for (size_t j = 0; j < t->addr_count; j++) {
			char addr[ADDR_TEXT_SIZE];

			addr_print(&t->addrs[j], addr);
			buf_add_format(&b, " %s", addr);
		}
	}
	(void)str_copy(text, sizeof(text), buf_str(&b));
	buf_fini(&b);
	return text;
}

static void target_finds_places(void **state)
{
	static const struct {
		const char *domain;
		bool direct_tls;
		enum target_status status;
		const char *targets;
	} cases[] = {
		{ "good.test", false, TARGET_OK,
		  "a.good.test [2001:db8::1]:5269 192.0.2.1:5269 "
		  "192.0.2.2:5269 192.0.2.3:5269; "
		  "b.good.test 192.0.2.4:15269" },
		{ "good.test", true, TARGET_OK,
		  "c.good.test! 192.0.2.5:5270; "
		  "a.good.test [2001:db8::1]:5269 192.0.2.1:5269 "
		  "192.0.2.2:5269 192.0.2.3:5269; "
		  "b.good.test 192.0.2.4:15269" },
		{ "plain.test", false, TARGET_OK, "plain.test 192.0.2.9:5269" },
		{ "plain.test", true, TARGET_OK, "plain.test 192.0.2.9:5269" },
		{ "nowhere.test", false, TARGET_NONE, "" },
		{ "closed.test", false, TARGET_NONE, "" },
		{ "closed.test", true, TARGET_NONE, "" },
		{ "direct.test", false, TARGET_NONE, "" },
		{ "direct.test", true, TARGET_OK,
		  "c.good.test! 192.0.2.5:5270" },
		{ "failing.test", false, TARGET_FAILED, "" },
		{ "half.test", false, TARGET_OK,
		  "a.good.test [2001:db8::1]:5269 192.0.2.1:5269 "
		  "192.0.2.2:5269 192.0.2.3:5269" },
		{ "homeless.test", false, TARGET_NONE, "" },
		{ "limbo.test", false, TARGET_FAILED, "" },
		{ "literal.test", false, TARGET_NONE, "" },
		{ "portless.test", false, TARGET_NONE, "" },
		{ "192.0.2.1", false, TARGET_NONE, "" },
		{ "[::1]", false, TARGET_NONE, "" },
	};
	(void)state;

	for (size_t i = 0; i < array_len(cases); i++) {
		struct fixture f;

		find(&f, cases[i].domain, cases[i].direct_tls);
		if (f.list.status != cases[i].status)
			fail_msg("%s: status %d", cases[i].domain,
				 (int)f.list.status);
		assert_string_equal(describe(&f.list), cases[i].targets);
	}
}

/** T9: many searches, one after the other. */
struct survey {
	struct fixture f;
	int left;
	int direct_first;
};

static void on_surveyed(void *owner, const struct target_list *list)
{
	struct survey *s = owner;

	assert_int_equal(list->count, 3);
	assert_int_equal(list->targets[0].priority, 5);
	assert_int_equal(list->targets[1].priority, 5);
	assert_int_equal(list->targets[2].priority, 10);
	assert_int_equal(list->targets[0].direct_tls +
				 list->targets[1].direct_tls,
			 1);
	s->direct_first += list->targets[0].direct_tls;
	if (--s->left == 0) {
		resolver_close(s->f.resolver);
		fake_dns_close(s->f.dns);
		return;
	}
	target_want_direct_tls(
		target_find(s->f.resolver, "mixed.test", &limits, on_surveyed,
			    s));
}

static void t9_services_share_by_weight(void **state)
{
	struct survey s = { .left = 2000 };
	(void)state;

	fixture_init(&s.f);
	target_want_direct_tls(
		target_find(s.f.resolver, "mixed.test", &limits, on_surveyed,
			    &s));
	loop_run(s.f.loop);
	/* 10 or 11 of 101, sigma is 13.5 */
	assert_in_range(s.direct_first, 198 - 60, 218 + 60);
	loop_close(&s.f.loop);
}

/* Rule R5 */
static void r5_target_takes_eight_of_a_crowd(void **state)
{
	struct fixture f;
	(void)state;

	find(&f, "crowd.test", false);
	assert_int_equal(f.list.status, TARGET_OK);
	assert_int_equal(f.list.count, 8);
	/* one SRV; the eight share A and AAAA */
	assert_int_equal(f.queries, 3);
}

static void r5_target_keeps_to_its_limits(void **state)
{
	static const struct {
		struct target_limits limits;
		const char *targets;
	} cases[] = {
		{ { .targets = 1, .addresses = 1 },
		  "c.good.test! 192.0.2.5:5270" },
		{ { .targets = 2, .addresses = 1 },
		  "c.good.test! 192.0.2.5:5270; "
		  "a.good.test [2001:db8::1]:5269" },
		{ { .targets = 2, .addresses = 2 },
		  "c.good.test! 192.0.2.5:5270; "
		  "a.good.test [2001:db8::1]:5269 192.0.2.1:5269" },
		{ { .targets = TARGET_MAX, .addresses = TARGET_MAX_ADDRS },
		  "c.good.test! 192.0.2.5:5270; "
		  "a.good.test [2001:db8::1]:5269 192.0.2.1:5269 "
		  "192.0.2.2:5269 192.0.2.3:5269; "
		  "b.good.test 192.0.2.4:15269" },
	};
	(void)state;

	for (size_t i = 0; i < array_len(cases); i++) {
		struct fixture f;

		find_within(&f, "good.test", true, &cases[i].limits);
		assert_string_equal(describe(&f.list), cases[i].targets);
	}
	{
		struct fixture f;

		find_within(&f, "crowd.test", false, &cases[3].limits);
		assert_int_equal(f.list.count, TARGET_MAX);
	}
}

/* Nobody waits for the slowest answer when others will do. */
static void target_does_not_wait_for_silence(void **state)
{
	static const struct {
		const char *domain;
		bool direct_tls;
		int64_t least, most; /* ms */
		const char *targets;
	} cases[] = {
		{ "slow.test", false, 49, 900,
		  "slow.host.test 192.0.2.6:5269" },
		{ "slow.test", true, 1049, 1900,
		  "slow.host.test 192.0.2.6:5269" },
		{ "mute.test", false, 999, 1900,
		  "b.good.test 192.0.2.4:5269" },
	};
	(void)state;

	for (size_t i = 0; i < array_len(cases); i++) {
		int64_t started = clock_mono(), waited = unit_waited();
		struct fixture f;

		find(&f, cases[i].domain, cases[i].direct_tls);
		assert_int_equal(f.list.status, TARGET_OK);
		assert_string_equal(describe(&f.list), cases[i].targets);
		assert_in_range(clock_mono() - started, cases[i].least,
				cases[i].most + unit_waited() - waited);
	}
}

static void target_cancelled_does_not_call(void **state)
{
	struct fixture f;
	(void)state;

	fixture_init(&f);
	f.search = target_find(f.resolver, "good.test", &limits, on_found, &f);
	target_want_direct_tls(f.search);
	target_cancel(&f.search);
	assert_null(f.search);
	target_cancel(&f.search);
	resolver_close(f.resolver);
	fake_dns_close(f.dns);
	loop_run(f.loop);
	assert_int_equal(f.answers, 0);
	loop_close(&f.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(target_finds_places),
		cmocka_unit_test(t9_services_share_by_weight),
		cmocka_unit_test(r5_target_takes_eight_of_a_crowd),
		cmocka_unit_test(r5_target_keeps_to_its_limits),
		cmocka_unit_test(target_does_not_wait_for_silence),
		cmocka_unit_test(target_cancelled_does_not_call),
	};

	return cmocka_run_group_tests_name("target", tests, NULL, NULL);
}
