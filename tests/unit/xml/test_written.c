/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "tests/unit/xml/same.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xml/write.h"
#include "xml/written.h"

#define SERVER "jabber:server"

static bool is_read(const char *text)
{
	struct written w;

	return written_read(&w, text, strlen(text));
}

static const char *const sound[] = {
	"<message from='r@x/n' type='groupchat'><body>hi</body></message>",
	"<message xml:lang='de'><body xml:lang='en'>a &amp; b &lt;c&gt; 'd' "
	"\"e\"\n\tf&#13;</body></message>",
	"<message a='&quot;&apos;&#9;&#10;'><x xmlns='urn:x'><y/><z xmlns=''/>"
	"</x><active xmlns='urn:c'/></message>",
	"<m>\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80</m>",
};

static void what_is_written_is_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(sound); i++)
		assert_true(is_read(sound[i]));
}

static void what_write_does_not_write_is_not(void **state)
{
	static const char *const others[] = {
		"",
		"text",
		"<m",
		"<m>",
		"<m/>",
		"<m>text",
		"<m></n>",
		"<m></m",
		"<m></m> ",
		"<m></m><m></m>",
		" <m></m>",
		"<m><a></m></a>",
		"<m></m></m>",
		"<m a='1' a='2'>x</m>",
		"<m xml:lang='1' xml:lang='2'>x</m>",
		"<m a=\"1\">x</m>",
		"<m a='1'b='2'>x</m>",
		"<m a='<'>x</m>",
		"<m a='\t'>x</m>",
		"<m a>x</m>",
		"<m >x</m>",
		"<m xmlns='urn:x'>x</m>",
		"<m><a xmlns='http://www.w3.org/2000/xmlns/'/></m>",
		"<m><a xmlns='http://www.w3.org/XML/1998/namespace'/></m>",
		"<m><p:a/></m>",
		"<m xmlns:p='urn:p' p:a='1'>x</m>",
		"<m>a > b</m>",
		"<m>a & b</m>",
		"<m>&nbsp;</m>",
		"<m>&#0;</m>",
		"<m>\x01</m>",
		"<m>\r</m>",
		"<m>\xc3</m>",
		"<m>\xed\xa0\x80</m>",
		"<m>\xef\xbf\xbf</m>",
		"<m><!-- --></m>",
		"<m><?a b?></m>",
		"<m><![CDATA[x]]></m>",
		"<1>x</1>",
	};

	(void)state;
	for (size_t i = 0; i < array_len(others); i++)
		if (is_read(others[i]))
			fail_msg("\"%s\" was read", others[i]);
	assert_false(written_read(&(struct written){ 0 }, "<m>\0</m>", 8));
}

static void depth_and_attributes_are_bounded(void **state)
{
	struct buf deep = { 0 }, broad = { 0 };

	(void)state;
	for (int i = 0; i < 100; i++)
		buf_add_str(&deep, "<a>");
	buf_add_str(&deep, "x");
	for (int i = 0; i < 100; i++)
		buf_add_str(&deep, "</a>");
	assert_false(is_read(buf_str(&deep)));
	buf_add_str(&broad, "<a");
	for (int i = 0; i < 50; i++)
		buf_add_format(&broad, " a%d=''", i);
	buf_add_str(&broad, ">x</a>");
	assert_false(is_read(buf_str(&broad)));
	buf_fini(&deep);
	buf_fini(&broad);
}

/* What is read is XML, and stays what it was. */
static void assert_kept(const char *text, size_t len)
{
	struct buf out = { 0 }, none = { 0 };
	struct elem *before, *after;
	struct written w;

	if (!written_read(&w, text, len))
		return;
	written_add(&out, &w, SERVER, &none);
	before = parser_read(text, len, SERVER);
	after = parser_read(buf_str(&out), out.len, SERVER);
	if (!before || !after || !same_tree(before, after))
		fail_msg("\"%.*s\" is no XML", (int)len, text);
	elem_free(&before);
	elem_free(&after);
	buf_fini(&out);
}

static uint32_t next_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

/* A disk forgets; bytes of use to whoever looks for trouble are likelier. */
static void damage_is_not_passed_on(void **state)
{
	static const char bytes[] = "<>/'\"&;:= !?[]-xmlns\n\t\r\x01\x7f\xc3\xff";
	uint32_t seed = 1;

	(void)state;
	for (size_t i = 0; i < array_len(sound); i++)
		for (int turn = 0; turn < 20000; turn++) {
			size_t len = strlen(sound[i]);
			char *text = str_dup(sound[i]);
			size_t at = next_random(&seed) % len;
			size_t hits = 1 + next_random(&seed) % 3;

			for (size_t j = 0; j < hits; j++) {
				text[at] = bytes[next_random(&seed) %
						 (sizeof(bytes) - 1)];
				at = next_random(&seed) % len;
			}
			if (next_random(&seed) % 4 == 0)
				len -= at;
			assert_kept(text, len);
			mem_free(&text);
		}
}

static void it_moves_to_another_namespace(void **state)
{
	struct buf out = { 0 }, more = { 0 };
	struct written w;

	(void)state;
	buf_add_str(&more, "<x xmlns='urn:x'/>");
	assert_true(written_read(&w, sound[0], strlen(sound[0])));
	written_add(&out, &w, "jabber:client", &more);
	assert_string_equal(buf_str(&out),
			    "<message xmlns='jabber:client' from='r@x/n' "
			    "type='groupchat'><body>hi</body>"
			    "<x xmlns='urn:x'/></message>");
	buf_fini(&out);
	buf_fini(&more);
}

static void an_inset_stands_behind_the_rest(void **state)
{
	struct elem *e = elem_new("message", SERVER);
	struct elem *in = elem_add(e, "in", "urn:in");
	struct buf out = { 0 }, text = { 0 };
	size_t at;

	(void)state;
	elem_add(in, "first", NULL);
	elem_add(e, "after", NULL);
	buf_add_str(&text, "<second/>");
	at = write_elem_around(&out, e, SERVER, "to",
			       &(struct write_inset){ in, &text });
	assert_int_equal(at, strlen("<message"));
	assert_string_equal(buf_str(&out),
			    "<message><in xmlns='urn:in'><first/><second/></in>"
			    "<after/></message>");
	elem_free(&e);
	buf_fini(&out);
	buf_fini(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_is_read),
		cmocka_unit_test(what_write_does_not_write_is_not),
		cmocka_unit_test(depth_and_attributes_are_bounded),
		cmocka_unit_test(damage_is_not_passed_on),
		cmocka_unit_test(it_moves_to_another_namespace),
		cmocka_unit_test(an_inset_stands_behind_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
