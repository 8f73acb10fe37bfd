/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "base/buf.h"
#include "base/str.h"
#include "jid/jid.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xml/write.h"
#include "xmpp/cond.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

static struct elem *read_tree(const char *text)
{
	struct elem *e = parser_read(text, strlen(text), NS_SERVER);

	assert_non_null(e);
	return e;
}

static struct stanza *give(const char *text)
{
	struct stanza *s;

	assert_int_equal(stanza_give(read_tree(text), &s), STANZA_OK);
	return s;
}

/* Checks and frees. */
static void assert_written(struct elem *e, const char *expected)
{
	struct buf out = { 0 };

	write_elem(&out, e, NS_SERVER);
	assert_string_equal(buf_str(&out), expected);
	buf_fini(&out);
	elem_free(&e);
}

static void addresses_are_normalised(void **state)
{
	struct stanza *s = give("<message from='A@B/C' to='R\xc3\x84@b'"
				" id='1' xml:lang='de'><body/></message>");
	struct stanza *copy = stanza_copy(s);

	(void)state;
	stanza_free(&s);
	assert_null(s);
	assert_string_equal(jid_text(copy->from), "a@b/C");
	assert_string_equal(jid_text(copy->to), "r\xc3\xa4@b");
	assert_string_equal(elem_attr(copy->elem, "from"), "a@b/C");
	assert_string_equal(elem_attr(copy->elem, "to"), "r\xc3\xa4@b");
	assert_string_equal(stanza_id(copy), "1");
	assert_string_equal(stanza_lang(copy), "de");
	stanza_free(&copy);
	stanza_free(&copy);
}

static void faults_are_told(void **state)
{
	static const struct {
		const char *xml;
		enum stanza_fault fault;
	} cases[] = {
		{ "<message to='a@b'/>", STANZA_NO_ADDRESS },
		{ "<message from='a@b'/>", STANZA_NO_ADDRESS },
		{ "<message from='@b'/>", STANZA_NO_ADDRESS },
		{ "<message to='@b'/>", STANZA_NO_ADDRESS },
		{ "<message from='@b' to='a@b'/>", STANZA_BAD_ADDRESS },
		{ "<message from='a@b' to=''/>", STANZA_BAD_ADDRESS },
		{ "<messages from='a@b' to='a@b'/>", STANZA_NOT_ONE },
		{ "<message xmlns='jabber:client' from='a@b' to='a@b'/>",
		  STANZA_NOT_ONE },
		{ "<db:result from='a' to='b'/>", STANZA_NOT_ONE },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		struct stanza *s;

		assert_int_equal(stanza_give(read_tree(cases[i].xml), &s),
				 cases[i].fault);
		assert_null(s);
	}
}

static void types_are_told(void **state)
{
	static const struct {
		const char *kind, *type; /* type NULL = without */
		enum stanza_type expected;
	} cases[] = {
		{ "message", NULL, STANZA_NORMAL },
		{ "message", "normal", STANZA_NORMAL },
		{ "message", "get", STANZA_NORMAL },
		{ "message", "chat", STANZA_CHAT },
		{ "message", "groupchat", STANZA_GROUPCHAT },
		{ "message", "headline", STANZA_HEADLINE },
		{ "message", "error", STANZA_ERROR },
		{ "presence", NULL, STANZA_AVAILABLE },
		{ "presence", "available", STANZA_UNKNOWN },
		{ "presence", "unavailable", STANZA_UNAVAILABLE },
		{ "presence", "probe", STANZA_PROBE },
		{ "presence", "unsubscribed", STANZA_SUBSCRIPTION },
		{ "presence", "error", STANZA_ERROR },
		{ "iq", NULL, STANZA_UNKNOWN },
		{ "iq", "chat", STANZA_UNKNOWN },
		{ "iq", "get", STANZA_GET },
		{ "iq", "set", STANZA_SET },
		{ "iq", "result", STANZA_RESULT },
		{ "iq", "error", STANZA_ERROR },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		struct elem *e = elem_new(cases[i].kind, NS_SERVER);
		struct stanza *s;

		elem_set_attr(e, "from", "a");
		elem_set_attr(e, "to", "b");
		elem_set_attr(e, "type", cases[i].type);
		assert_int_equal(stanza_give(e, &s), STANZA_OK);
		assert_int_equal(s->type, cases[i].expected);
		assert_int_equal(stanza_is_request(s),
				 s->type == STANZA_GET ||
					 s->type == STANZA_SET);
		stanza_free(&s);
	}
}

static void payload_is_not_the_error(void **state)
{
	struct stanza *s = give("<iq from='a' to='b' type='error'><error/>"
				"<query xmlns='urn:q'/></iq>");

	(void)state;
	assert_true(elem_is(stanza_payload(s), "query", "urn:q"));
	elem_remove(s->elem, stanza_payload(s));
	assert_null(stanza_payload(s));
	stanza_free(&s);
}

static void replies_swap_the_addresses(void **state)
{
	struct stanza *s = give("<iq from='u@a/r' to='r@b' type='get' id='7'>"
				"<secret xmlns='urn:s'>x</secret></iq>");
	struct cond cond = cond_make(COND_FORBIDDEN, NULL);
	struct jid *by = jid_parse("b");

	(void)state;
	assert_written(stanza_result_new(s),
		       "<iq from='r@b' id='7' type='result' to='u@a/r'/>");
	assert_written(stanza_error_new(s, &cond, by),
		       "<iq from='r@b' id='7' type='error' to='u@a/r'>"
		       "<error by='b' type='auth'><forbidden"
		       " xmlns='" NS_STANZA_ERROR "'/></error></iq>");
	stanza_free(&s);
	s = give("<message from='u@a' to='r@b' type='groupchat'/>");
	assert_written(stanza_error_new(s, &cond, NULL),
		       "<message from='r@b' type='error' to='u@a'>"
		       "<error type='auth'><forbidden"
		       " xmlns='" NS_STANZA_ERROR "'/></error></message>");
	stanza_free(&s);
	jid_free(&by);
}

static void errors_and_results_are_not_answered(void **state)
{
	static const char *const cases[] = {
		"<message from='a' to='b' type='error'/>",
		"<presence from='a' to='b' type='error'/>",
		"<iq from='a' to='b' type='error'/>",
		"<iq from='a' to='b' type='result'/>",
	};
	struct cond cond = cond_make(COND_FORBIDDEN, NULL);

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		struct stanza *s = give(cases[i]);

		assert_null(stanza_error_new(s, &cond, NULL));
		stanza_free(&s);
	}
}

static void bare_stanzas_are_made(void **state)
{
	struct jid *from = jid_parse("r@b/n");

	(void)state;
	assert_written(stanza_elem_new(STANZA_PRESENCE, NULL, from, "1"),
		       "<presence from='r@b/n' id='1'/>");
	assert_written(stanza_elem_new(STANZA_MESSAGE, "groupchat", NULL, NULL),
		       "<message type='groupchat'/>");
	jid_free(&from);
}

static void frozen_takes_any_address(void **state)
{
	struct elem *e = read_tree("<message from='r@b/n' to='old@x'"
				   " type='groupchat' id='1'>"
				   "<body>a &lt; b</body></message>");
	struct frozen *f = frozen_new(e), *g = frozen_ref(f);
	static const char to[] = "o&apos;neill@x";
	struct buf out = { 0 };

	(void)state;
	elem_free(&e);
	frozen_unref(&f);
	assert_null(f);
	assert_int_equal(frozen_kind(g), STANZA_MESSAGE);
	assert_int_equal(frozen_type(g), STANZA_GROUPCHAT);
	assert_string_equal(frozen_from(g), "r@b/n");
	assert_string_equal(frozen_id(g), "1");
	frozen_write(g, &out, to, strlen(to));
	assert_string_equal(buf_str(&out),
			    "<message from='r@b/n' type='groupchat' id='1'"
			    " to='o&apos;neill@x'><body>a &lt; b</body>"
			    "</message>");
	assert_int_equal(out.len, frozen_size(g, strlen(to)));
	assert_written(frozen_thaw(g),
		       "<message from='r@b/n' type='groupchat' id='1'>"
		       "<body>a &lt; b</body></message>");
	buf_fini(&out);
	frozen_unref(&g);
	frozen_unref(&g);
}

static void frozen_without_attributes(void **state)
{
	struct elem *e = elem_new("presence", NS_SERVER);
	struct frozen *f = frozen_new(e);
	struct buf out = { 0 };

	(void)state;
	assert_null(frozen_from(f));
	assert_null(frozen_id(f));
	assert_int_equal(frozen_type(f), STANZA_AVAILABLE);
	frozen_write(f, &out, "a", 1);
	assert_string_equal(buf_str(&out), "<presence to='a'/>");
	buf_fini(&out);
	frozen_unref(&f);
	elem_free(&e);
}

/* We may send what we would not take: more children than a peer's stanza may
 * have. A bounce of it still has its head. */
static void thaw_of_a_large_one(void **state)
{
	struct elem *e = read_tree("<iq from='r@b' type='result' id='1'/>");
	struct frozen *f;

	(void)state;
	for (int i = 0; i < 1000; i++)
		elem_add(e, "item", "urn:i");
	f = frozen_new(e);
	elem_free(&e);
	assert_written(frozen_thaw(f),
		       "<iq from='r@b' id='1' type='result'/>");
	frozen_unref(&f);
}

static void freeze_something_else(void)
{
	struct elem *e = elem_new("message", NS_CLIENT);

	frozen_new(e);
}

static void only_stanzas_freeze(void **state)
{
	(void)state;
	assert_true(aborts(freeze_something_else));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_are_normalised),
		cmocka_unit_test(faults_are_told),
		cmocka_unit_test(types_are_told),
		cmocka_unit_test(payload_is_not_the_error),
		cmocka_unit_test(replies_swap_the_addresses),
		cmocka_unit_test(errors_and_results_are_not_answered),
		cmocka_unit_test(bare_stanzas_are_made),
		cmocka_unit_test(frozen_takes_any_address),
		cmocka_unit_test(frozen_without_attributes),
		cmocka_unit_test(thaw_of_a_large_one),
		cmocka_unit_test(only_stanzas_freeze),
	};

	return cmocka_run_group_tests_name("stanza", tests, NULL, NULL);
}
