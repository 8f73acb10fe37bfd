/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "base/buf.h"
#include "tests/unit/xml/same.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xml/write.h"

/* No byte of it is escaped. */
#define PLAIN                                                \
	"!#$%()*+,-./0123456789:;=?@ABCDEFGHIJKLMNOPQRSTUVW" \
	"XYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~ \x7f"

#define STREAM_NS "http://etherx.jabber.org/streams"

static void assert_written(const struct elem *e, const char *scope,
			   const char *expected)
{
	struct buf out = { 0 };

	write_elem(&out, e, scope);
	assert_string_equal(buf_str(&out), expected);
	buf_fini(&out);
}

static void scope_is_not_declared_again(void **state)
{
	struct elem *e = elem_new("message", "jabber:server");

	(void)state;
	elem_set_attr(e, "to", "a@b");
	elem_add_with_text(e, "body", NULL, "hi");
	elem_add(elem_add(e, "x", "urn:x"), "y", NULL);
	elem_add(e, "active", "urn:c");
	assert_written(e, "jabber:server",
		       "<message to='a@b'><body>hi</body>"
		       "<x xmlns='urn:x'><y/></x><active xmlns='urn:c'/>"
		       "</message>");
	assert_written(e, NULL,
		       "<message xmlns='jabber:server' to='a@b'>"
		       "<body>hi</body><x xmlns='urn:x'><y/></x>"
		       "<active xmlns='urn:c'/></message>");
	elem_free(&e);
}

static void namespaces_change_back_and_away(void **state)
{
	struct elem *e = elem_new("forwarded", "urn:xmpp:forward:0");
	struct elem *m = elem_add(e, "message", "jabber:client");

	(void)state;
	elem_add(m, "body", NULL);
	elem_add(elem_add(m, "none", ""), "in", NULL);
	assert_written(e, "jabber:server",
		       "<forwarded xmlns='urn:xmpp:forward:0'>"
		       "<message xmlns='jabber:client'><body/>"
		       "<none xmlns=''><in/></none></message></forwarded>");
	elem_free(&e);
}

static void streams_have_literal_prefixes(void **state)
{
	struct elem *f = elem_new("features", STREAM_NS);
	struct elem *r = elem_new("result", "jabber:server:dialback");

	(void)state;
	elem_add(f, "starttls", "urn:ietf:params:xml:ns:xmpp-tls");
	elem_set_attr(r, "type", "error");
	elem_add(r, "error", "jabber:server");
	assert_written(f, "jabber:server",
		       "<stream:features>"
		       "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>"
		       "</stream:features>");
	assert_written(r, "jabber:server",
		       "<db:result type='error'><error/></db:result>");
	/* a document of its own has no such prefixes */
	assert_written(r, "",
		       "<result xmlns='jabber:server:dialback' type='error'>"
		       "<error xmlns='jabber:server'/></result>");
	elem_free(&f);
	elem_free(&r);
}

static void foreign_attributes_get_prefixes(void **state)
{
	struct elem *e = elem_new("a", "urn:e");

	(void)state;
	elem_set_attr(e, "x", "0");
	elem_set_attr_ns(e, "x", "urn:1", "1");
	elem_set_attr_ns(e, "x", "urn:2", "2");
	elem_set_attr_ns(e, "y", "urn:1", "3");
	elem_set_attr(e, "xml:lang", "en");
	assert_written(e, "urn:e",
		       "<a x='0' xmlns:p1='urn:1' p1:x='1'"
		       " xmlns:p2='urn:2' p2:x='2' p1:y='3' xml:lang='en'/>");
	elem_free(&e);
}

static void text_and_values_are_escaped(void **state)
{
	struct elem *e = elem_new("a", "");

	(void)state;
	elem_set_attr(e, "v", "<&>'\"\t\r\n");
	elem_add_text(e, "<&>'\"\t\r\n]]>");
	assert_written(e, "",
		       "<a v='&lt;&amp;&gt;&apos;&quot;&#9;&#13;&#10;'>"
		       "&lt;&amp;&gt;'\"\t&#13;\n]]&gt;</a>");
	elem_free(&e);
}

static void what_xml_cannot_carry_is_left_out(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "a\x01\x1f\x7f!", "a\x7f!" },
		{ "\xef\xbf\xbe|\xef\xbf\xbf|\xef\xbf\xbd", "||\xef\xbf\xbd" },
		{ "\xed\xa0\x80|\xc0\xaf|\xc3(|\xff", "||(|" },
		{ "\xe2\x82\xac\xf0\x9f\x98\x80\xe2\x82",
		  "\xe2\x82\xac\xf0\x9f\x98\x80" },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		struct buf out = { 0 };

		write_escaped(&out, cases[i].in);
		assert_string_equal(buf_str(&out), cases[i].out);
		buf_fini(&out);
	}
}

/* Wherever it stands: bytes are looked at in blocks. */
static void escapes_everywhere(void **state)
{
	static const char *const odd[][2] = {
		{ "&", "&amp;" }, { "<", "&lt;" },   { ">", "&gt;" },
		{ "'", "&apos;" }, { "\"", "&quot;" }, { "\t", "&#9;" },
		{ "\x01", "" },    { "\x1f", "" },    { "\x80", "" },
		{ "\xff", "" },
	};
	char text[256], want[256];
	struct buf out = { 0 };

	(void)state;
	for (size_t len = 0; len < 70; len++) {
		for (size_t at = 0; at <= len; at++) {
			size_t i = (len + at) % array_len(odd);

			snprintf(text, sizeof(text), "%.*s%s%.*s", (int)at,
				 PLAIN, odd[i][0], (int)(len - at), PLAIN);
			snprintf(want, sizeof(want), "%.*s%s%.*s", (int)at,
				 PLAIN, odd[i][1], (int)(len - at), PLAIN);
			buf_clear(&out);
			write_escaped(&out, text);
			assert_string_equal(buf_str(&out), want);
		}
	}
	buf_fini(&out);
}

static void split_leaves_a_hole(void **state)
{
	struct elem *e = elem_new("message", "jabber:server");
	struct buf out = { 0 };
	size_t at;

	(void)state;
	elem_set_attr(e, "to", "old");
	elem_set_attr(e, "from", "a@b");
	at = write_elem_around(&out, e, "jabber:server", "to", NULL);
	assert_string_equal(buf_str(&out), "<message from='a@b'/>");
	assert_int_equal(at, strlen("<message from='a@b'"));
	buf_cut(&out, at);
	write_attr(&out, "to", "x'y");
	assert_string_equal(buf_str(&out),
			    "<message from='a@b' to='x&apos;y'");
	buf_clear(&out);
	elem_add_with_text(e, "body", NULL, "hi");
	at = write_elem_around(&out, e, "jabber:server", "to", NULL);
	assert_string_equal(buf_str(&out) + at, "><body>hi</body></message>");
	buf_fini(&out);
	elem_free(&e);
}

static void stream_header_is_as_peers_want_it(void **state)
{
	struct write_header header = { "us.example", "them.example", NULL };
	struct buf out = { 0 };

	(void)state;
	write_stream_open(&out, &header);
	assert_string_equal(
		buf_str(&out),
		"<?xml version='1.0'?>"
		"<stream:stream xmlns:stream='" STREAM_NS "'"
		" xmlns='jabber:server' xmlns:db='jabber:server:dialback'"
		" from='us.example' to='them.example' version='1.0'"
		" xml:lang='en'>");
	buf_clear(&out);
	header = (struct write_header){ "us.example", NULL, "4f" };
	write_stream_open(&out, &header);
	assert_non_null(strstr(buf_str(&out),
			       " from='us.example' id='4f' version='1.0'"));
	buf_clear(&out);
	write_stream_close(&out);
	assert_string_equal(buf_str(&out), "</stream:stream>");
	buf_fini(&out);
}

/* ---- any tree comes back as it went ---- */

static uint32_t seed;

static uint32_t pick(uint32_t bound)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 8) % bound;
}

static const char *pick_text(void)
{
	static const char *const texts[] = {
		"hi", " ", "\n\t", "<&>'\"", "a\rb\r\nc", "]]>",
		"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", "&amp;", "\x7f\xc2\x85",
	};

	return texts[pick(array_len(texts))];
}

static const char *pick_ns(void)
{
	static const char *const namespaces[] = {
		"", "jabber:server", "jabber:client", "jabber:server:dialback",
		STREAM_NS, "urn:x", "urn:y?a=1&b='2'",
		"http://www.w3.org/XML/1998/namespace",
	};

	return namespaces[pick(array_len(namespaces))];
}

static const char *pick_name(void)
{
	static const char *const names[] = { "a", "b-c", "stream", "_x",
					     "\xc3\xa9l\xc3\xa9ment" };

	return names[pick(array_len(names))];
}

static void grow(struct elem *e, unsigned depth)
{
	uint32_t i;

	for (i = pick(4); i > 0; i--)
		elem_set_attr(e, pick_name(), pick_text());
	for (i = pick(3); i > 0; i--) {
		const char *ns = pick_ns();

		elem_set_attr_ns(e, pick_name(), *ns ? ns : NULL, pick_text());
	}
	for (i = pick(4); i > 0; i--) {
		if (pick(2))
			elem_add_text(e, pick_text());
		if (depth > 0)
			grow(elem_add(e, pick_name(),
				      pick(2) ? pick_ns() : NULL),
			     depth - 1);
	}
}

static void random_trees_come_back(void **state)
{
	static const char *const scopes[] = { NULL, "jabber:server",
					      "jabber:client" };
	struct buf out = { 0 };

	(void)state;
	for (seed = 0; seed < 2000; seed++) {
		uint32_t start = seed;
		const char *scope = scopes[seed % array_len(scopes)];
		struct elem *e = elem_new(pick_name(), pick_ns());
		struct elem *back;

		grow(e, 4);
		buf_clear(&out);
		write_elem(&out, e, scope);
		back = parser_read(buf_str(&out), out.len, scope);
		if (!back || !same_tree(e, back))
			fail_msg("seed %u: %s", start, buf_str(&out));
		elem_free(&e);
		elem_free(&back);
		seed = start;
	}
	buf_fini(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(scope_is_not_declared_again),
		cmocka_unit_test(namespaces_change_back_and_away),
		cmocka_unit_test(streams_have_literal_prefixes),
		cmocka_unit_test(foreign_attributes_get_prefixes),
		cmocka_unit_test(text_and_values_are_escaped),
		cmocka_unit_test(what_xml_cannot_carry_is_left_out),
		cmocka_unit_test(escapes_everywhere),
		cmocka_unit_test(split_leaves_a_hole),
		cmocka_unit_test(stream_header_is_as_peers_want_it),
		cmocka_unit_test(random_trees_come_back),
	};

	return cmocka_run_group_tests_name("write", tests, NULL, NULL);
}
