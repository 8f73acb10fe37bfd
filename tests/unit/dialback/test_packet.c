/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "dialback/packet.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xml/write.h"
#include "xmpp/ns.h"

#define DB " xmlns:db='jabber:server:dialback'"

/* Reads text as it stands on a stream; *out is to be finished. */
static enum packet_fault read_text(const char *text, struct packet *out)
{
	struct elem *e = parser_read(text, strlen(text), NS_SERVER);
	enum packet_fault fault;

	assert_non_null(e);
	fault = packet_read(e, out);
	elem_free(&e);
	return fault;
}

/* Prints an owned tree and frees it. */
static char *text_of(struct elem *owned)
{
	struct buf out;

	buf_init(&out);
	write_elem(&out, owned, NS_SERVER);
	elem_free(&owned);
	return buf_steal_str(&out);
}

static void assert_text(struct elem *owned, const char *expected)
{
	char *text = text_of(owned);

	assert_string_equal(text, expected);
	mem_free(&text);
}

static void packet_reads_requests(void **state)
{
	struct packet p;

	(void)state;
	assert_int_equal(read_text("<db:result" DB " from='A.test' to='b.test'>"
				   "\n key1 </db:result>",
				   &p),
			 PACKET_OK);
	assert_int_equal(p.kind, PACKET_RESULT);
	assert_int_equal(p.type, PACKET_REQUEST);
	assert_string_equal(p.from, "a.test");
	assert_string_equal(p.to, "b.test");
	assert_string_equal(p.key, "key1");
	assert_null(p.id);
	packet_fini(&p);
	assert_int_equal(read_text("<x:verify xmlns:x='jabber:server:dialback'"
				   " to='b.test' from='a.test' id='7'>k"
				   "</x:verify>",
				   &p),
			 PACKET_OK);
	assert_int_equal(p.kind, PACKET_VERIFY);
	assert_string_equal(p.id, "7");
	packet_fini(&p);
}

static void packet_reads_answers(void **state)
{
	struct packet p;

	(void)state;
	/* Prosody echoes the key and puts an id on results */
	assert_int_equal(read_text("<db:result" DB " from='a.test' to='b.test'"
				   " id='x' type='valid'>key</db:result>",
				   &p),
			 PACKET_OK);
	assert_int_equal(p.type, PACKET_VALID);
	assert_null(p.key);
	assert_null(p.id);
	packet_fini(&p);
	assert_int_equal(
		read_text("<db:verify" DB " from='a.test' to='b.test' id='1'"
			  " type='error'><error type='cancel' "
			  "xmlns='jabber:server'><item-not-found xmlns="
			  "'urn:ietf:params:xml:ns:xmpp-stanzas'/></error>"
			  "</db:verify>",
			  &p),
		PACKET_OK);
	assert_int_equal(p.type, PACKET_ERROR);
	assert_int_equal(p.cond, COND_ITEM_NOT_FOUND);
	packet_fini(&p);
}

static void packet_refuses_what_is_none(void **state)
{
	static const struct {
		const char *text;
		enum packet_fault fault;
	} cases[] = {
		{ "<result from='a.test' to='b.test'/>", PACKET_UNKNOWN },
		{ "<db:other" DB " from='a.test' to='b.test'/>",
		  PACKET_UNKNOWN },
		{ "<db:result" DB " from='a.test' to='b.test' type='maybe'/>",
		  PACKET_UNKNOWN },
		{ "<db:result" DB " to='b.test'>k</db:result>",
		  PACKET_BAD_ADDRESS },
		{ "<db:result" DB " from='a.test'>k</db:result>",
		  PACKET_BAD_ADDRESS },
		{ "<db:result" DB " from='u@a.test' to='b.test'>k</db:result>",
		  PACKET_BAD_ADDRESS },
		{ "<db:result" DB " from='a.test/r' to='b.test'>k</db:result>",
		  PACKET_BAD_ADDRESS },
		{ "<db:result" DB " from='' to='b.test'>k</db:result>",
		  PACKET_BAD_ADDRESS },
		{ "<db:result" DB " from='a test' to='b.test'>k</db:result>",
		  PACKET_BAD_ADDRESS },
		{ "<db:verify" DB " from='a.test' to='b.test'>k</db:verify>",
		  PACKET_BAD_ADDRESS },
		{ "<db:verify" DB " from='a.test' to='b.test' id=''/>",
		  PACKET_BAD_ADDRESS },
	};
	struct packet p;

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		assert_int_equal(read_text(cases[i].text, &p), cases[i].fault);
		packet_fini(&p);
	}
}

static void packet_refuses_a_huge_key(void **state)
{
	struct elem *e = elem_new("result", NS_DIALBACK);
	struct packet p;

	(void)state;
	elem_set_attr(e, "from", "a.test");
	elem_set_attr(e, "to", "b.test");
	for (int i = 0; i < 300; i++)
		elem_add_text(e, "k");
	assert_int_equal(packet_read(e, &p), PACKET_BAD_ADDRESS);
	packet_fini(&p);
	elem_free(&e);
}

static void packet_writes_what_peers_match(void **state)
{
	struct packet request = {
		.kind = PACKET_VERIFY,
		.from = (char *)"a.test",
		.to = (char *)"b.test",
		.id = (char *)"1",
	};

	(void)state;
	assert_text(packet_result_new("a.test", "b.test", "k"),
		    "<db:result from='a.test' to='b.test'>k</db:result>");
	assert_text(packet_verify_new("a.test", "b.test", "1", "k"),
		    "<db:verify from='a.test' to='b.test' id='1'>k"
		    "</db:verify>");
	assert_text(packet_answer_new(&request, PACKET_VALID, 0),
		    "<db:verify from='b.test' to='a.test' id='1'"
		    " type='valid'/>");
}

static void packet_error_can_be_read_again(void **state)
{
	struct packet request = {
		.kind = PACKET_RESULT,
		.from = (char *)"a.test",
		.to = (char *)"b.test",
	};
	struct elem *e = packet_answer_new(&request, PACKET_ERROR,
					   COND_POLICY_VIOLATION);
	char *text = text_of(e);
	struct packet p;

	(void)state;
	assert_non_null(strstr(text, "<error "));
	mem_free(&text);
	e = packet_answer_new(&request, PACKET_ERROR, COND_POLICY_VIOLATION);
	assert_int_equal(packet_read(e, &p), PACKET_OK);
	assert_int_equal(p.type, PACKET_ERROR);
	assert_int_equal(p.cond, COND_POLICY_VIOLATION);
	packet_fini(&p);
	elem_free(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(packet_reads_requests),
		cmocka_unit_test(packet_reads_answers),
		cmocka_unit_test(packet_refuses_what_is_none),
		cmocka_unit_test(packet_refuses_a_huge_key),
		cmocka_unit_test(packet_writes_what_peers_match),
		cmocka_unit_test(packet_error_can_be_read_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
