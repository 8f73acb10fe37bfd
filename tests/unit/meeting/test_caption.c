/* SPDX-License-Identifier: MIT */
#include "meeting/caption.h"

#include "../unit.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xmpp/ns.h"

static bool take(struct caption *c, const char *attrs, const char *inner)
{
	char *text = str_format("<rtt xmlns='urn:xmpp:rtt:0' %s>%s</rtt>",
				attrs, inner);
	struct elem *e = parser_read(text, strlen(text), NS_SERVER);
	bool is_news;

	assert_non_null(e);
	is_news = caption_take(c, e);
	elem_free(&e);
	mem_free(&text);
	return is_news;
}

static void expect(const struct caption *c, const char *text)
{
	char *is = caption_print(c);

	assert_string_equal(is, text);
	mem_free(&is);
}

/* XEP-0301 #full_message_including_key_press_intervals and after */
static void text_is_put_and_taken_where_it_is_said(void **state)
{
	struct caption c;

	(void)state;
	caption_init(&c);
	assert_true(take(&c, "seq='7' event='new'", "<t>Hallo B\xc3\xb6" "b</t>"));
	expect(&c, "Hallo B\xc3\xb6" "b");
	assert_true(take(&c, "seq='8'", "<e p='5' n='4'/><t p='1'>ello</t>"));
	expect(&c, "Hello B\xc3\xb6" "b");
	assert_true(take(&c, "seq='9'", "<w n='100'/><e/><e/><t>\xf0\x9f\x98\x80</t>"));
	expect(&c, "Hello B\xf0\x9f\x98\x80");
	assert_true(take(&c, "seq='10'", "<e p='99' n='99'/>"));
	expect(&c, "");
	assert_true(take(&c, "seq='11'", "<e/><e n='x'/><t p='-1'>a\nb</t>"));
	expect(&c, "a b");
	caption_fini(&c);
}

static void what_does_not_follow_waits_for_a_whole_text(void **state)
{
	struct caption c;

	(void)state;
	caption_init(&c);
	assert_false(take(&c, "seq='1'", "<t>x</t>"));
	assert_false(take(&c, "seq='1' event='init'", ""));
	assert_true(take(&c, "seq='1' event='reset'", "<t>ab</t>"));
	assert_true(take(&c, "seq='3'", "<t>d</t>"));
	expect(&c, "");
	assert_false(take(&c, "seq='4'", "<t>e</t>"));
	expect(&c, "");
	assert_true(take(&c, "seq='5' event='reset'", "<t>abcde</t>"));
	expect(&c, "abcde");
	assert_true(take(&c, "seq='6' event='cancel'", ""));
	expect(&c, "");
	assert_false(take(&c, "event='new'", "<t>no number</t>"));
	caption_fini(&c);
}

static void a_long_text_is_cut(void **state)
{
	char *text = str_format("<t>%0*d</t>", CAPTION_MAX + 50, 0);
	struct caption c;

	(void)state;
	caption_init(&c);
	assert_true(take(&c, "seq='1' event='new'", text));
	assert_int_equal(c.count, CAPTION_MAX);
	assert_true(take(&c, "seq='2'", "<t p='3'>x</t><e p='1'/>"));
	assert_int_equal(c.count, CAPTION_MAX - 1);
	mem_free(&text);
	caption_fini(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_put_and_taken_where_it_is_said),
		cmocka_unit_test(what_does_not_follow_waits_for_a_whole_text),
		cmocka_unit_test(a_long_text_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
