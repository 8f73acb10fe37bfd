/* SPDX-License-Identifier: MIT */
#include "dns/answer.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

#include <string.h>

#include "base/mem.h"
#include "tests/unit/dns/make_packet.h"

static const char srv_name[] = "_xmpp-server._tcp.x.test";

/* In an allocation of exactly its size: ASan sees a byte too much. */
static void read_packet(const struct buf *b, const char *name,
			enum answer_type type, struct answer *out)
{
	unsigned char *copy = mem_dup(buf_data(b), b->len);

	answer_read(copy, b->len, name, type, out);
	mem_free(&copy);
}

static void answer_holds_srv_records(void **state)
{
	struct buf b = { 0 };
	struct answer a;
	(void)state;

	packet_start(&b, 1, PACKET_RESPONSE | PACKET_AD, srv_name, TYPE_SRV);
	packet_srv(&b, srv_name, 500, 10, 20, 5269, "Host.X.test");
	packet_srv(&b, "_XMPP-server._tcp.x.test", 400, 11, 21, 5270, "");
	packet_srv(&b, "_xmpp-server._tcp.other.test", 1, 1, 1, 1, "evil.test");
	read_packet(&b, srv_name, ANSWER_SRV, &a);
	assert_int_equal(a.status, ANSWER_OK);
	assert_true(a.authentic);
	assert_int_equal(a.ttl, 400);
	assert_int_equal(a.srv_count, 2);
	assert_int_equal(a.srvs[0].priority, 10);
	assert_int_equal(a.srvs[0].weight, 20);
	assert_int_equal(a.srvs[0].port, 5269);
	assert_false(a.srvs[0].direct_tls);
	assert_string_equal(a.srvs[0].target, "host.x.test");
	assert_string_equal(a.srvs[1].target, "");
	buf_fini(&b);
}

static void answer_holds_tlsa_records(void **state)
{
	static const char name[] = "_5269._tcp.x.test";
	static const unsigned char ee[] = { 3, 1, 1, 0xaa, 0xbb };
	static const unsigned char ta[] = { 2, 0, 2, 0xcc };
	struct buf b = { 0 };
	struct answer a;
	(void)state;

	packet_start(&b, 1, PACKET_RESPONSE | PACKET_AD, name, TYPE_TLSA);
	packet_record(&b, false, name, TYPE_TLSA, 60, ee, sizeof(ee));
	packet_record(&b, false, "other.test", TYPE_TLSA, 60, ee, sizeof(ee));
	packet_record(&b, false, name, TYPE_TLSA, 60, ta, sizeof(ta));
	read_packet(&b, name, ANSWER_TLSA, &a);
	assert_int_equal(a.status, ANSWER_OK);
	assert_true(a.authentic);
	assert_int_equal(a.tlsas.count, 2);
	assert_int_equal(a.tlsas.records[0].usage, 3);
	assert_int_equal(a.tlsas.records[0].selector, 1);
	assert_int_equal(a.tlsas.records[0].matching, 1);
	assert_int_equal(a.tlsas.records[0].len, 2);
	assert_int_equal(a.tlsas.records[1].usage, 2);
	assert_int_equal(a.tlsas.data[a.tlsas.records[1].at], 0xcc);

	packet_start(&b, 1, PACKET_RESPONSE, name, TYPE_TLSA);
	packet_record(&b, false, name, TYPE_TLSA, 60, ee, 3);
	read_packet(&b, name, ANSWER_TLSA, &a);
	assert_int_equal(a.status, ANSWER_FAILED);
	buf_fini(&b);
}

static void answer_keeps_the_best_of_many(void **state)
{
	struct buf b = { 0 };
	struct answer a;
	unsigned seen = 0;
	(void)state;

	packet_start(&b, 1, PACKET_RESPONSE, srv_name, TYPE_SRV);
	for (unsigned i = 100; i > 0; i--)
		packet_srv(&b, srv_name, 60, i * 37 % 101, 0, 5269, "a.test");
	read_packet(&b, srv_name, ANSWER_SRV, &a);
	assert_int_equal(a.srv_count, ANSWER_MAX_SRV);
	for (size_t i = 0; i < a.srv_count; i++) {
		assert_in_range(a.srvs[i].priority, 1, ANSWER_MAX_SRV);
		seen += a.srvs[i].priority;
	}
	assert_int_equal(seen, ANSWER_MAX_SRV * (ANSWER_MAX_SRV + 1) / 2);
	buf_fini(&b);
}

static void answer_follows_aliases_in_any_order(void **state)
{
	struct buf b = { 0 };
	struct answer a;
	char text[ADDR_TEXT_SIZE];
	(void)state;

	packet_start(&b, 1, PACKET_RESPONSE, "a.test", TYPE_A);
	packet_addr(&b, "c.test", 300, "192.0.2.7");
	packet_cname(&b, "b.test", 50, "c.test");
	packet_cname(&b, "a.test", 200, "b.test");
	packet_addr(&b, "d.test", 300, "192.0.2.8");
	read_packet(&b, "A.test", ANSWER_A, &a);
	assert_int_equal(a.status, ANSWER_OK);
	assert_int_equal(a.ttl, 50);
	assert_int_equal(a.addr_count, 1);
	addr_print(&a.addrs[0], text);
	assert_string_equal(text, "192.0.2.7:0");

	packet_start(&b, 1, PACKET_RESPONSE, "a.test", TYPE_AAAA);
	packet_cname(&b, "a.test", 9, "b.test");
	packet_soa(&b, "test", 60, 30);
	read_packet(&b, "a.test", ANSWER_AAAA, &a);
	assert_int_equal(a.status, ANSWER_NO_DATA);
	assert_int_equal(a.ttl, 9);
	buf_fini(&b);
}

static void answer_refuses_loops_and_long_chains(void **state)
{
	struct buf b = { 0 };
	struct answer a;
	(void)state;

	packet_start(&b, 1, PACKET_RESPONSE, "a.test", TYPE_A);
	packet_cname(&b, "a.test", 9, "b.test");
	packet_cname(&b, "b.test", 9, "a.test");
	read_packet(&b, "a.test", ANSWER_A, &a);
	assert_int_equal(a.status, ANSWER_FAILED);

	for (char last = 'i'; last <= 'j'; last++) {
		packet_start(&b, 1, PACKET_RESPONSE, "a.test", TYPE_A);
		for (char c = 'a'; c < last; c++) {
			char from[] = { c, '\0' }, to[] = { (char)(c + 1), 0 };

			packet_cname(&b, c == 'a' ? "a.test" : from, 9, to);
		}
		packet_addr(&b, last == 'i' ? "i" : "j", 9, "192.0.2.7");
		read_packet(&b, "a.test", ANSWER_A, &a);
		/* 8 aliases lead to i, 9 to j */
		assert_int_equal(a.status,
				 last == 'i' ? ANSWER_OK : ANSWER_FAILED);
	}
	buf_fini(&b);
}

static void answer_tells_nothing_from_failure(void **state)
{
	static const struct {
		unsigned flags;
		bool has_soa;
		enum answer_status status;
		uint32_t ttl;
	} cases[] = {
		{ PACKET_NXDOMAIN, true, ANSWER_NO_NAME, 30 },
		{ PACKET_NXDOMAIN, false, ANSWER_NO_NAME, 0 },
		{ PACKET_RESPONSE, true, ANSWER_NO_DATA, 30 },
		{ PACKET_RESPONSE, false, ANSWER_NO_DATA, 0 },
		{ PACKET_SERVFAIL, true, ANSWER_FAILED, 0 },
		{ 0x8185, false, ANSWER_FAILED, 0 }, /* REFUSED */
		{ 0x0180, false, ANSWER_FAILED, 0 }, /* a query */
		{ PACKET_TRUNCATED, false, ANSWER_FAILED, 0 },
	};
	struct buf b = { 0 };
	struct answer a;
	(void)state;

	for (size_t i = 0; i < array_len(cases); i++) {
		packet_start(&b, 1, cases[i].flags, srv_name, TYPE_SRV);
		if (cases[i].has_soa)
			packet_soa(&b, "test", 60, 30);
		read_packet(&b, srv_name, ANSWER_SRV, &a);
		assert_int_equal(a.status, cases[i].status);
		assert_int_equal(a.ttl, cases[i].ttl);
		assert_int_equal(a.srv_count, 0);
		assert_false(a.authentic);
	}
	buf_fini(&b);
}

static void answer_to_another_question_is_none(void **state)
{
	struct buf b = { 0 };
	struct answer a;
	(void)state;

	packet_start(&b, 1, PACKET_RESPONSE, "b.test", TYPE_A);
	packet_addr(&b, "a.test", 300, "192.0.2.7");
	read_packet(&b, "a.test", ANSWER_A, &a);
	assert_int_equal(a.status, ANSWER_FAILED);
	packet_start(&b, 1, PACKET_RESPONSE, "a.test", TYPE_AAAA);
	packet_addr(&b, "a.test", 300, "192.0.2.7");
	read_packet(&b, "a.test", ANSWER_A, &a);
	assert_int_equal(a.status, ANSWER_FAILED);
	buf_fini(&b);
}

static void answer_skips_strange_targets(void **state)
{
	/* one label "a.b", and one with a NUL */
	static const unsigned char dotted[] = { 0, 1, 0, 1, 0, 80,
						3, 'a', '.', 'b', 0 };
	static const unsigned char nul[] = { 0, 1, 0, 1, 0, 80, 1, 0, 0 };
	struct buf b = { 0 };
	struct answer a;
	(void)state;

	packet_start(&b, 1, PACKET_RESPONSE, srv_name, TYPE_SRV);
	packet_record(&b, false, srv_name, TYPE_SRV, 9, dotted, sizeof(dotted));
	packet_record(&b, false, srv_name, TYPE_SRV, 9, nul, sizeof(nul));
	packet_srv(&b, srv_name, 9, 1, 1, 5269, "good.test");
	read_packet(&b, srv_name, ANSWER_SRV, &a);
	assert_int_equal(a.status, ANSWER_OK);
	assert_int_equal(a.srv_count, 1);
	assert_string_equal(a.srvs[0].target, "good.test");
	buf_fini(&b);
}

static void answer_follows_pointers_backward_only(void **state)
{
	struct buf b = { 0 };
	struct answer a;
	unsigned char data[] = { 0, 1, 0, 2, 0, 3, 1, 'h', 0xc0, 12 };
	size_t record_at;
	(void)state;

	packet_start(&b, 1, PACKET_RESPONSE, srv_name, TYPE_SRV);
	record_at = b.len;
	packet_record(&b, false, srv_name, TYPE_SRV, 9, data, sizeof(data));
	read_packet(&b, srv_name, ANSWER_SRV, &a);
	assert_int_equal(a.status, ANSWER_OK);
	assert_string_equal(a.srvs[0].target, "h._xmpp-server._tcp.x.test");

	/* onto itself, and forward */
	for (size_t to = b.len - 2; to <= b.len; to += 2) {
		b.data[b.start + b.len - 1] = (unsigned char)to;
		assert_true(to < 256);
		read_packet(&b, srv_name, ANSWER_SRV, &a);
		assert_int_equal(a.status, ANSWER_FAILED);
	}
	b.data[b.start + b.len - 1] = (unsigned char)record_at;
	read_packet(&b, srv_name, ANSWER_SRV, &a);
	assert_int_equal(a.status, ANSWER_OK);
	buf_fini(&b);
}

static void answer_cut_anywhere_is_none(void **state)
{
	struct buf b = { 0 };
	struct answer a;
	(void)state;

	packet_start(&b, 1, PACKET_RESPONSE, srv_name, TYPE_SRV);
	packet_srv(&b, srv_name, 500, 10, 20, 5269, "host.x.test");
	packet_srv(&b, srv_name, 500, 10, 20, 5269, "host.y.test");
	while (b.len > 0) {
		buf_cut(&b, b.len - 1);
		read_packet(&b, srv_name, ANSWER_SRV, &a);
		assert_int_equal(a.status, ANSWER_FAILED);
		assert_int_equal(a.srv_count, 0);
	}
	buf_fini(&b);
}

static void answer_is_bounded(void **state)
{
	struct buf b = { 0 };
	struct answer a;
	(void)state;

	packet_start(&b, 1, PACKET_RESPONSE, srv_name, TYPE_SRV);
	for (int i = 0; i < 100; i++)
		packet_srv(&b, srv_name, 500, 10, 20, 5269, "host.x.test");
	read_packet(&b, srv_name, ANSWER_SRV, &a);
	assert_int_equal(a.srv_count, ANSWER_MAX_SRV);
	packet_start(&b, 1, PACKET_RESPONSE, "a.test", TYPE_AAAA);
	for (int i = 0; i < 100; i++)
		packet_addr(&b, "a.test", 500, "2001:db8::1");
	read_packet(&b, "a.test", ANSWER_AAAA, &a);
	assert_int_equal(a.addr_count, ANSWER_MAX_ADDRS);
	assert_true(addr_is_ipv6(&a.addrs[15]));
	buf_fini(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answer_holds_srv_records),
		cmocka_unit_test(answer_holds_tlsa_records),
		cmocka_unit_test(answer_keeps_the_best_of_many),
		cmocka_unit_test(answer_follows_aliases_in_any_order),
		cmocka_unit_test(answer_refuses_loops_and_long_chains),
		cmocka_unit_test(answer_tells_nothing_from_failure),
		cmocka_unit_test(answer_to_another_question_is_none),
		cmocka_unit_test(answer_skips_strange_targets),
		cmocka_unit_test(answer_follows_pointers_backward_only),
		cmocka_unit_test(answer_cut_anywhere_is_none),
		cmocka_unit_test(answer_is_bounded),
	};

	return cmocka_run_group_tests_name("answer", tests, NULL, NULL);
}
