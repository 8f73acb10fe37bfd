/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "base/buf.h"
#include "base/str.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xml/write.h"
#include "xmpp/cond.h"
#include "xmpp/ns.h"

static void assert_written(const struct elem *e, const char *expected)
{
	struct buf out = { 0 };

	write_elem(&out, e, NS_SERVER);
	assert_string_equal(buf_str(&out), expected);
	buf_fini(&out);
}

static struct elem *read_tree(const char *text)
{
	struct elem *e = parser_read(text, strlen(text), NS_SERVER);

	assert_non_null(e);
	return e;
}

static void tables_agree(void **state)
{
	(void)state;
	assert_string_equal(cond_element(COND_UNEXPECTED_REQUEST),
			    "unexpected-request");
	assert_string_equal(cond_type_text(COND_TYPE_WAIT), "wait");
	assert_string_equal(stream_cond_element(STREAM_COND_UNSUPPORTED_VERSION),
			    "unsupported-version");
	assert_int_equal(cond_make(COND_FORBIDDEN, NULL).type, COND_TYPE_AUTH);
	assert_int_equal(cond_make(COND_CONFLICT, NULL).type, COND_TYPE_CANCEL);
}

static void error_is_written(void **state)
{
	struct elem *e = elem_new("iq", NS_SERVER);
	struct elem *r = elem_new("result", NS_DIALBACK);
	struct cond cond = cond_make(COND_GONE, "Moved <away>");

	(void)state;
	cond.content = "xmpp:new@b";
	cond_add(e, &cond, "room@b", NULL);
	assert_written(e,
		       "<iq><error by='room@b' type='cancel'>"
		       "<gone xmlns='" NS_STANZA_ERROR "'>xmpp:new@b</gone>"
		       "<text xmlns='" NS_STANZA_ERROR "' xml:lang='en'>"
		       "Moved &lt;away&gt;</text></error></iq>");
	elem_free(&e);
	cond = cond_make_typed(COND_POLICY_VIOLATION, COND_TYPE_WAIT, NULL);
	cond_add(r, &cond, NULL, NS_SERVER);
	assert_written(r, "<db:result><error type='wait'><policy-violation"
			  " xmlns='" NS_STANZA_ERROR "'/></error></db:result>");
	elem_free(&r);
}

static void every_condition_comes_back(void **state)
{
	(void)state;
	for (int name = 0; name < COND_COUNT; name++) {
		struct elem *e = elem_new("message", NS_SERVER);
		struct cond in = cond_make((enum cond_name)name, "why"), out;

		cond_add(e, &in, NULL, NULL);
		assert_true(cond_read(e, &out));
		assert_int_equal(out.name, name);
		assert_int_equal(out.type, in.type);
		assert_string_equal(out.text, "why");
		assert_null(out.content);
		elem_free(&e);
	}
	for (int name = 0; name < STREAM_COND_COUNT; name++) {
		struct elem *e = stream_error_new((enum stream_cond)name, NULL);
		enum stream_cond out;
		const char *text;

		assert_true(elem_is(e, "error", NS_STREAM));
		assert_true(stream_error_read(e, &out, &text));
		assert_int_equal(out, name);
		assert_null(text);
		elem_free(&e);
	}
}

#define E_NS "xmlns='" NS_STANZA_ERROR "'"

static void errors_of_peers_are_read(void **state)
{
	static const struct {
		const char *xml;
		bool is_known;
		enum cond_name name;
		enum cond_type type;
		const char *text;
	} cases[] = {
		{ "<iq/>", false, COND_UNDEFINED_CONDITION, COND_TYPE_CANCEL,
		  NULL },
		{ "<iq><error/></iq>", false, COND_UNDEFINED_CONDITION,
		  COND_TYPE_CANCEL, NULL },
		{ "<iq><error xmlns='urn:x'><gone " E_NS "/></error></iq>",
		  false, COND_UNDEFINED_CONDITION, COND_TYPE_CANCEL, NULL },
		{ "<iq><error type='wait'><what-is-this " E_NS "/>"
		  "<text " E_NS ">t</text></error></iq>",
		  false, COND_UNDEFINED_CONDITION, COND_TYPE_WAIT, "t" },
		/* the text first, no type, and one of an application */
		{ "<iq><error><x xmlns='urn:x'/><text " E_NS ">t</text>"
		  "<forbidden " E_NS "/></error></iq>",
		  true, COND_FORBIDDEN, COND_TYPE_AUTH, "t" },
		{ "<iq><ping xmlns='urn:p'><error/></ping>"
		  "<error type='modify'><not-acceptable " E_NS "/>"
		  "<text " E_NS "/></error></iq>",
		  true, COND_NOT_ACCEPTABLE, COND_TYPE_MODIFY, NULL },
		{ "<db:result><error type='cancel'>"
		  "<item-not-found " E_NS "/></error></db:result>",
		  true, COND_ITEM_NOT_FOUND, COND_TYPE_CANCEL, NULL },
		{ "<db:result><db:error type='cancel'>"
		  "<item-not-found " E_NS "/></db:error></db:result>",
		  true, COND_ITEM_NOT_FOUND, COND_TYPE_CANCEL, NULL },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		struct elem *e = read_tree(cases[i].xml);
		struct cond cond;

		assert_int_equal(cond_read(e, &cond), cases[i].is_known);
		assert_int_equal(cond.name, cases[i].name);
		assert_int_equal(cond.type, cases[i].type);
		assert_true(str_equal(cond.text, cases[i].text));
		elem_free(&e);
	}
}

static void stream_errors_of_peers_are_read(void **state)
{
	struct elem *e = read_tree(
		"<stream:error><text xmlns='" NS_STREAM_ERROR "'>bye</text>"
		"<system-shutdown xmlns='" NS_STREAM_ERROR "'/></stream:error>");
	enum stream_cond name;
	const char *text;

	(void)state;
	assert_true(stream_error_read(e, &name, &text));
	assert_int_equal(name, STREAM_COND_SYSTEM_SHUTDOWN);
	assert_string_equal(text, "bye");
	elem_free(&e);
	e = read_tree("<stream:error><new-one xmlns='" NS_STREAM_ERROR "'/>"
		      "</stream:error>");
	assert_false(stream_error_read(e, &name, &text));
	assert_int_equal(name, STREAM_COND_UNDEFINED_CONDITION);
	elem_free(&e);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tables_agree),
		cmocka_unit_test(error_is_written),
		cmocka_unit_test(every_condition_comes_back),
		cmocka_unit_test(errors_of_peers_are_read),
		cmocka_unit_test(stream_errors_of_peers_are_read),
	};

	return cmocka_run_group_tests_name("cond", tests, NULL, NULL);
}
