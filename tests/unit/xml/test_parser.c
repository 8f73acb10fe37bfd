/* SPDX-License-Identifier: MIT */
#include "tests/unit/unit.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "tests/unit/xml/same.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xml/write.h"

#define HEADER                                                     \
	"<?xml version='1.0'?><stream:stream"                      \
	" xmlns:stream='http://etherx.jabber.org/streams'"         \
	" xmlns='jabber:server' xmlns:db='jabber:server:dialback'" \
	" from='a.example' to='b.example' version='1.0' xml:lang='en'>"

static struct parser *make(void)
{
	struct parser_settings s;

	parser_settings_init(&s);
	return parser_new(&s);
}

static enum parse_result feed(struct parser *p, const char *text)
{
	return parser_feed(p, text, strlen(text));
}

static void drop(struct parse_event *event)
{
	elem_free(&event->elem);
	mem_free(&event->default_ns);
}

/* The next event, which has to be of that kind. */
static struct elem *take(struct parser *p, enum parse_kind kind)
{
	struct parse_event event;

	assert_true(parser_next(p, &event));
	assert_int_equal(event.kind, kind);
	mem_free(&event.default_ns);
	return event.elem;
}

static void drop_next(struct parser *p, enum parse_kind kind)
{
	struct elem *e = take(p, kind);

	elem_free(&e);
}

/* A parser behind its header. */
static struct parser *make_open(void)
{
	struct parser *p = make();

	assert_int_equal(feed(p, HEADER), PARSE_MORE);
	drop_next(p, PARSE_HEADER);
	return p;
}

static void header_tells_all(void **state)
{
	struct parser *p = make();
	struct parse_event event;

	(void)state;
	assert_int_equal(feed(p, HEADER), PARSE_MORE);
	assert_true(parser_next(p, &event));
	assert_int_equal(event.kind, PARSE_HEADER);
	assert_true(elem_is(event.elem, "stream",
			    "http://etherx.jabber.org/streams"));
	assert_string_equal(event.default_ns, "jabber:server");
	assert_string_equal(elem_attr(event.elem, "from"), "a.example");
	assert_string_equal(elem_attr(event.elem, "xml:lang"), "en");
	assert_null(elem_attr(event.elem, "xmlns"));
	drop(&event);
	assert_false(parser_next(p, &event));
	parser_free(&p);
	assert_null(p);
}

static void default_namespace_is_the_declared_one(void **state)
{
	static const struct {
		const char *text, *ns;
	} cases[] = {
		{ "<s:stream xmlns:s='urn:s'>", NULL },
		{ "<s:stream xmlns:s='urn:s' xmlns='jabber:client'>",
		  "jabber:client" },
		{ "<stream xmlns='urn:s'>", "urn:s" },
		{ "<s:stream xmlns='' xmlns:s='urn:s'>", NULL },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		struct parser *p = make();
		struct parse_event event;

		assert_int_equal(feed(p, cases[i].text), PARSE_MORE);
		assert_true(parser_next(p, &event));
		assert_true(str_equal(event.default_ns, cases[i].ns));
		assert_string_equal(elem_ns(event.elem), "urn:s");
		drop(&event);
		parser_free(&p);
	}
}

static void elements_go_by_namespace_not_prefix(void **state)
{
	struct parser *p = make_open();
	struct elem *e;

	(void)state;
	feed(p, "<x:message xmlns:x='jabber:server'><body>1</body>"
		"</x:message><message xmlns='jabber:client'><body/></message>"
		"<db:result/>");
	e = take(p, PARSE_ELEM);
	assert_true(elem_is(e, "message", "jabber:server"));
	assert_string_equal(elem_child_text(e, "body", "jabber:server"), "1");
	elem_free(&e);
	e = take(p, PARSE_ELEM);
	assert_true(elem_is(e, "message", "jabber:client"));
	assert_non_null(elem_child(e, "body", "jabber:client"));
	elem_free(&e);
	e = take(p, PARSE_ELEM);
	assert_true(elem_is(e, "result", "jabber:server:dialback"));
	elem_free(&e);
	parser_free(&p);
}

/* However the bytes are cut, what comes out is the same, and it comes with the
 * last byte it needs. */
static void any_cut_gives_the_same(void **state)
{
	static const char stanza[] =
		"<message to='a@b' x='>' y=\"it's\" xml:lang='de'>"
		"<body>5 &lt; 6 &#x20AC; \xe2\x82\xac\r\n</body>"
		"<x xmlns='urn:x'>m<y/>i<![CDATA[<x>]]></x></message>";
	struct elem *whole, *e;

	(void)state;
	whole = parser_read(stanza, strlen(stanza), "jabber:server");
	assert_non_null(whole);
	assert_string_equal(elem_child_text(whole, "body", NULL),
			    "5 < 6 \xe2\x82\xac \xe2\x82\xac\n");
	for (size_t piece = 1; piece < sizeof(stanza); piece++) {
		struct parser *p = make_open();
		struct parse_event event;

		for (size_t at = 0; at < strlen(stanza); at += piece) {
			size_t len = strlen(stanza) - at;

			assert_false(parser_next(p, &event));
			assert_int_equal(parser_feed(p, stanza + at,
						     len < piece ? len
								 : piece),
					 PARSE_MORE);
		}
		e = take(p, PARSE_ELEM);
		assert_true(same_tree(whole, e));
		assert_true(parser_is_idle(p));
		elem_free(&e);
		parser_free(&p);
	}
	elem_free(&whole);
}

static void many_events_in_one_feed(void **state)
{
	struct parser *p = make();

	(void)state;
	assert_int_equal(feed(p, HEADER "<a/> <b></b>\n<c>1</c>"
					"</stream:stream>\n"),
			 PARSE_MORE);
	drop_next(p, PARSE_HEADER);
	drop_next(p, PARSE_ELEM);
	drop_next(p, PARSE_ELEM);
	drop_next(p, PARSE_ELEM);
	assert_null(take(p, PARSE_END));
	assert_int_equal(feed(p, "<more/>"), PARSE_BAD);
	assert_int_equal(parser_fault(p), PARSE_FAULT_SYNTAX);
	parser_free(&p);
}

static void faults_have_their_kind(void **state)
{
	static const struct {
		const char *text;
		enum parse_fault fault;
	} cases[] = {
		{ HEADER "<a></b>", PARSE_FAULT_SYNTAX },
		{ HEADER "<a x='1' x='2'/>", PARSE_FAULT_SYNTAX },
		{ HEADER "<a>]]></a>", PARSE_FAULT_SYNTAX },
		{ HEADER "text", PARSE_FAULT_SYNTAX },
		{ HEADER "<a/>&#65;", PARSE_FAULT_SYNTAX },
		{ HEADER "<a>\xc0\xaf</a>", PARSE_FAULT_SYNTAX },
		{ HEADER "<a>&#1;</a>", PARSE_FAULT_SYNTAX },
		{ "GET / HTTP/1.1", PARSE_FAULT_SYNTAX },
		{ HEADER "<!-- no -->", PARSE_FAULT_RESTRICTED },
		{ HEADER "<a><!-- no --></a>", PARSE_FAULT_RESTRICTED },
		{ HEADER "<a><?pi?></a>", PARSE_FAULT_RESTRICTED },
		{ HEADER "<a>&nbsp;</a>", PARSE_FAULT_RESTRICTED },
		{ HEADER "<a x='&b;'/>", PARSE_FAULT_RESTRICTED },
		{ "<!DOCTYPE a [<!ENTITY b 'c'>]><a>",
		  PARSE_FAULT_RESTRICTED },
		{ "<?xml version='1.0'?><!-- no --><a>",
		  PARSE_FAULT_RESTRICTED },
		{ "<?xml version='1.0' standalone='yes'?><a>",
		  PARSE_FAULT_RESTRICTED },
		{ "<?xml version='1.1'?><a>", PARSE_FAULT_RESTRICTED },
		{ "<?xml version='1.0' encoding='ISO-8859-1'?><a>",
		  PARSE_FAULT_ENCODING },
		{ "\xef\xbb\xbf<a>", PARSE_FAULT_ENCODING },
		{ "\xfe\xff", PARSE_FAULT_ENCODING },
		{ HEADER "<x:a/>", PARSE_FAULT_PREFIX },
		{ HEADER "<a x:y='1'/>", PARSE_FAULT_PREFIX },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		struct parser *p = make();

		if (feed(p, cases[i].text) != PARSE_BAD ||
		    parser_fault(p) != cases[i].fault)
			fail_msg("fault %d for %s", parser_fault(p),
				 cases[i].text);
		assert_true(*parser_fault_text(p));
		assert_false(parser_is_idle(p));
		parser_free(&p);
	}
}

static void utf8_may_be_declared(void **state)
{
	struct parser *p = make();

	(void)state;
	assert_int_equal(feed(p, "\n<a>"), PARSE_MORE);
	drop_next(p, PARSE_HEADER);
	parser_free(&p);
	p = make();
	assert_int_equal(feed(p, "<?xml version='1.0' encoding='utf-8'?><a>"),
			 PARSE_MORE);
	drop_next(p, PARSE_HEADER);
	parser_free(&p);
}

/* expat would take it, in spite of what it was told */
static void utf16_is_refused(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} cases[] = {
		{ "<\0a\0>\0", 6 }, { "\0<\0a\0>", 6 }, { "\xff\xfe<\0", 4 },
		{ " \0<\0", 4 },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		struct parser *p = make();
		enum parse_result result = PARSE_MORE;

		for (size_t at = 0; at < 2 && result == PARSE_MORE; at++)
			result = parser_feed(p, cases[i].bytes + at, 1);
		assert_int_equal(result, PARSE_BAD);
		assert_int_equal(parser_fault(p), PARSE_FAULT_ENCODING);
		parser_free(&p);
	}
}

static void what_was_complete_can_be_taken(void **state)
{
	struct parser *p = make_open();
	struct parse_event event;

	(void)state;
	assert_int_equal(feed(p, "<a/><b><c><!-- -->"), PARSE_BAD);
	drop_next(p, PARSE_ELEM);
	assert_false(parser_next(p, &event));
	parser_free(&p);
}

static void events_left_are_freed(void **state)
{
	struct parser *p = make();

	(void)state;
	assert_int_equal(feed(p, HEADER "<a/><b><c>"), PARSE_MORE);
	parser_free(&p);
	parser_free(&p);
}

static void idle_is_exact(void **state)
{
	struct parser *p = make();

	(void)state;
	assert_true(parser_is_idle(p));
	feed(p, HEADER);
	assert_false(parser_is_idle(p)); /* an untaken event */
	drop_next(p, PARSE_HEADER);
	assert_true(parser_is_idle(p));
	feed(p, "<a/>");
	drop_next(p, PARSE_ELEM);
	assert_true(parser_is_idle(p));
	feed(p, "<a>b</a >");
	drop_next(p, PARSE_ELEM);
	assert_true(parser_is_idle(p));
	feed(p, "\n");
	assert_false(parser_is_idle(p));
	feed(p, "<a/><");
	drop_next(p, PARSE_ELEM);
	assert_false(parser_is_idle(p)); /* held back or not */
	feed(p, "b");
	assert_false(parser_is_idle(p));
	feed(p, "/>");
	drop_next(p, PARSE_ELEM);
	assert_true(parser_is_idle(p));
	feed(p, "</stream:stream>");
	drop_next(p, PARSE_END);
	assert_true(parser_is_idle(p));
	parser_free(&p);
}

/* ---- bounds ---- */

/* Repeats text n times into out. */
static void repeat(struct buf *out, const char *text, size_t n)
{
	while (n-- > 0)
		buf_add_str(out, text);
}

/* Does a parser with these settings take the stanza, in pieces of that size? */
static bool takes_with(const struct parser_settings *s, struct buf *stanza,
		       size_t piece)
{
	struct parser *p = parser_new(s);
	enum parse_result result = feed(p, HEADER);
	const char *data = buf_str(stanza);
	size_t at, len;
	struct parse_event event;
	bool has_elem = false;

	for (at = 0; at < stanza->len && result == PARSE_MORE; at += len) {
		len = stanza->len - at < piece ? stanza->len - at : piece;
		result = parser_feed(p, data + at, len);
	}
	if (result == PARSE_BAD)
		assert_int_equal(parser_fault(p), PARSE_FAULT_TOO_BIG);
	while (parser_next(p, &event)) {
		has_elem = has_elem || event.kind == PARSE_ELEM;
		drop(&event);
	}
	assert_int_equal(has_elem, result == PARSE_MORE);
	parser_free(&p);
	return result == PARSE_MORE;
}

/* The same, whole and in pieces; empties the stanza. */
static bool takes(const struct parser_settings *s, struct buf *stanza)
{
	bool whole = takes_with(s, stanza, SIZE_MAX);

	assert_int_equal(takes_with(s, stanza, 7), whole);
	assert_int_equal(takes_with(s, stanza, 1400), whole);
	buf_clear(stanza);
	return whole;
}

static void bytes_of_an_element_are_bounded(void **state)
{
	struct parser_settings s;
	struct buf b = { 0 };

	(void)state;
	parser_settings_init(&s);
	s.max_bytes = 1000;
	for (size_t extra = 0; extra < 2; extra++) {
		buf_add_str(&b, "<a>");
		repeat(&b, "x", 993 + extra);
		buf_add_str(&b, "</a>");
		assert_int_equal(b.len, 1000 + extra);
		assert_int_equal(takes(&s, &b), extra == 0);

		buf_add_str(&b, "<a x='");
		repeat(&b, "x", 991 + extra);
		buf_add_str(&b, "'/>");
		assert_int_equal(b.len, 1000 + extra);
		assert_int_equal(takes(&s, &b), extra == 0);
	}
	buf_fini(&b);
}

/* Before its end: a peer must not make us hold more than that. */
static void unfinished_elements_are_bounded(void **state)
{
	struct parser_settings s;
	struct parser *p;
	char kilobyte[1024];
	size_t fed = 0;

	(void)state;
	parser_settings_init(&s);
	p = parser_new(&s);
	feed(p, HEADER "<a>");
	memset(kilobyte, 'x', sizeof(kilobyte));
	while (parser_feed(p, kilobyte, sizeof(kilobyte)) == PARSE_MORE)
		fed += sizeof(kilobyte);
	assert_in_range(fed, 255 * 1024, 256 * 1024);
	assert_int_equal(parser_fault(p), PARSE_FAULT_TOO_BIG);
	parser_free(&p);
}

/* Bytes that make no token yet count as well. */
static void unfinished_tags_are_counted(void **state)
{
	struct parser_settings s;
	struct parser *p;

	(void)state;
	parser_settings_init(&s);
	s.max_bytes = 100;
	p = parser_new(&s);
	feed(p, "<s>");
	assert_int_equal(feed(p, "<a x='0123456789012345678901234567890123456"
				 "78901234567890123456789'><b"),
			 PARSE_MORE);
	assert_int_equal(feed(p, " y='0123456789012345678901234567"),
			 PARSE_BAD);
	assert_int_equal(parser_fault(p), PARSE_FAULT_TOO_BIG);
	parser_free(&p);
}

static void small_elements_do_not_add_up(void **state)
{
	struct parser_settings s;
	struct buf b = { 0 };
	struct parser *p;

	(void)state;
	parser_settings_init(&s);
	s.max_bytes = 300;
	repeat(&b, "<a>some text in it</a>\n ", 1000);
	p = parser_new(&s);
	feed(p, HEADER);
	assert_int_equal(feed(p, buf_str(&b)), PARSE_MORE);
	parser_free(&p);
	buf_fini(&b);
}

static void depth_is_bounded(void **state)
{
	struct parser_settings s;
	struct buf b = { 0 };

	(void)state;
	parser_settings_init(&s);
	for (size_t depth = 64; depth <= 65; depth++) {
		repeat(&b, "<a>", depth);
		repeat(&b, "</a>", depth);
		assert_int_equal(takes(&s, &b), depth == 64);
	}
	buf_fini(&b);
}

static void children_are_bounded(void **state)
{
	struct parser_settings s;
	struct buf b = { 0 };

	(void)state;
	parser_settings_init(&s);
	for (size_t count = 512; count <= 513; count++) {
		buf_add_str(&b, "<a><b>");
		repeat(&b, "<c/>", count);
		buf_add_str(&b, "</b><b><c/></b></a>");
		assert_int_equal(takes(&s, &b), count == 512);
	}
	buf_fini(&b);
}

static void attributes_are_bounded(void **state)
{
	struct parser_settings s;
	struct buf b = { 0 };

	(void)state;
	parser_settings_init(&s);
	for (size_t count = 128; count <= 129; count++) {
		buf_add_str(&b, "<a");
		for (size_t i = 0; i < count; i++)
			buf_add_format(&b, " n%zu='v'", i);
		buf_add_str(&b, "/>");
		assert_int_equal(takes(&s, &b), count == 128);
	}
	for (size_t len = 16384; len <= 16385; len++) {
		buf_add_str(&b, "<a x='");
		repeat(&b, "v", len);
		buf_add_str(&b, "'/>");
		assert_int_equal(takes(&s, &b), len == 16384);
	}
	buf_fini(&b);
}

static void names_are_bounded(void **state)
{
	struct parser_settings s;
	struct buf b = { 0 };

	(void)state;
	parser_settings_init(&s);
	for (size_t len = 256; len <= 257; len++) {
		buf_add_str(&b, "<");
		repeat(&b, "n", len);
		buf_add_str(&b, "/>");
		assert_int_equal(takes(&s, &b), len == 256);
		buf_add_str(&b, "<a ");
		repeat(&b, "n", len);
		buf_add_str(&b, "=''/>");
		assert_int_equal(takes(&s, &b), len == 256);
	}
	buf_fini(&b);
}

static void tags_are_bounded(void **state)
{
	struct parser_settings s;
	struct buf b = { 0 };

	(void)state;
	parser_settings_init(&s);
	for (size_t extra = 0; extra < 2; extra++) {
		buf_add_str(&b, "<a");
		repeat(&b, " ", 65536 - 4 + extra);
		buf_add_str(&b, "/>");
		assert_int_equal(takes_with(&s, &b, SIZE_MAX), extra == 0);
		assert_int_equal(takes_with(&s, &b, 1400), extra == 0);
		buf_clear(&b);
	}
	buf_fini(&b);
}

static void header_is_bounded(void **state)
{
	struct parser_settings s;
	struct parser *p;
	struct buf b = { 0 };

	(void)state;
	parser_settings_init(&s);
	for (size_t count = 128; count <= 129; count++) {
		p = parser_new(&s);
		buf_add_str(&b, "<a");
		for (size_t i = 0; i < count; i++)
			buf_add_format(&b, " n%zu='v'", i);
		buf_add_str(&b, ">");
		assert_int_equal(feed(p, buf_str(&b)),
				 count == 128 ? PARSE_MORE : PARSE_BAD);
		buf_clear(&b);
		parser_free(&p);
	}
	buf_fini(&b);
}

/* Many small elements take more memory than bytes. */
static void memory_is_bounded(void **state)
{
	struct parser_settings s;
	struct buf b = { 0 };

	(void)state;
	parser_settings_init(&s);
	buf_add_str(&b, "<a>");
	for (int i = 0; i < 60; i++) {
		buf_add_str(&b, "<b>");
		repeat(&b, "<c/>", 500);
		buf_add_str(&b, "</b>");
	}
	buf_add_str(&b, "</a>");
	assert_true(b.len < s.max_bytes);
	assert_false(takes(&s, &b));
	buf_fini(&b);
}

static void max_bytes_changes_with_the_next_element(void **state)
{
	struct parser *p = make_open();
	struct buf b = { 0 };

	(void)state;
	feed(p, "<a>");
	parser_set_max_bytes(p, 20);
	assert_int_equal(feed(p, "0123456789012345678901234567890</a>"),
			 PARSE_MORE);
	drop_next(p, PARSE_ELEM);
	assert_int_equal(feed(p, "<a>0123456789012345678901234567890</a>"),
			 PARSE_BAD);
	assert_int_equal(parser_fault(p), PARSE_FAULT_TOO_BIG);
	parser_free(&p);
	buf_fini(&b);
}

/* The whole stanza must be there with its last byte, whatever a long tag in
 * small pieces did before (expat's deferral of reparsing is off). */
static void long_tag_holds_nothing_back(void **state)
{
	struct parser *p = make_open();
	struct parse_event event;
	int i;

	(void)state;
	feed(p, "<a x='");
	for (i = 0; i < 300; i++)
		feed(p, "0123456789");
	assert_false(parser_next(p, &event));
	feed(p, "'/><b");
	drop_next(p, PARSE_ELEM);
	assert_false(parser_next(p, &event));
	feed(p, "/>");
	drop_next(p, PARSE_ELEM);
	parser_free(&p);
}

/* Each piece pretends to be the end of the tag. */
static void planted_tag_ends_are_a_fault(void **state)
{
	struct parser *p = make_open();
	enum parse_result result = feed(p, "<a x='");
	int i, attr = 0;

	(void)state;
	for (i = 1; result == PARSE_MORE && i < 100000; i++) {
		result = feed(p, ">");
		if (i % 16000 == 0 && result == PARSE_MORE) {
			char next[32];

			snprintf(next, sizeof(next), "' x%d='", attr++);
			result = feed(p, next);
		}
	}
	assert_int_equal(result, PARSE_BAD);
	assert_int_equal(parser_fault(p), PARSE_FAULT_TOO_BIG);
	assert_true(i < 10000); /* long before the bound on tags */
	parser_free(&p);
}

/* ---- whole documents ---- */

static void document_is_read_in_its_scope(void **state)
{
	static const char text[] =
		"<message><body>hi</body><db:x/><y xmlns='urn:y'/></message>";
	struct elem *e = parser_read(text, strlen(text), "jabber:server");

	(void)state;
	assert_true(elem_is(e, "message", "jabber:server"));
	assert_non_null(elem_child(e, "x", "jabber:server:dialback"));
	assert_non_null(elem_child(e, "y", "urn:y"));
	elem_free(&e);
	e = parser_read("<a/>", 4, NULL);
	assert_true(elem_is(e, "a", ""));
	elem_free(&e);
}

static void what_is_no_document_is_refused(void **state)
{
	static const char *const cases[] = {
		"", " ", "text", "<a>", "<a></b>", "<a/><b/>", "<a/>text",
		"</stream:scope>", "<a/></stream:scope>",
		"<a/></stream:scope><stream:scope>", "<a><!-- --></a>",
		"<a", "<a/><", "<a/><![CDATA[",
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++)
		assert_null(parser_read(cases[i], strlen(cases[i]),
					"jabber:server"));
	assert_null(parser_read("<a/>\0", 5, ""));
}

/* What a peer's stanza is like when we have read and written it. */
static void golden_stanzas_come_back(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "<message to=\"a@b\"><body>it's &quot;x&quot;</body>"
		  "</message>",
		  "<message to='a@b'><body>it's \"x\"</body></message>" },
		{ "<m xmlns:m='urn:m' m:a='1'><m:b m:c='2' d='3'/></m>",
		  "<m xmlns:p1='urn:m' p1:a='1'><b xmlns='urn:m'"
		  " xmlns:p1='urn:m' p1:c='2' d='3'/></m>" },
		{ "<iq><x:query xmlns:x='urn:q'><x:item/></x:query></iq>",
		  "<iq><query xmlns='urn:q'><item/></query></iq>" },
		{ "<a b='x&#10;y&#9;z'><![CDATA[<&]]>\xe2\x82\xac</a>",
		  "<a b='x&#10;y&#9;z'>&lt;&amp;\xe2\x82\xac</a>" },
		{ "<presence><x xmlns=''>  </x></presence>",
		  "<presence><x xmlns=''>  </x></presence>" },
		{ "<db:result xmlns:q='jabber:server' from='a'><q:error/>"
		  "</db:result>",
		  "<db:result from='a'><error/></db:result>" },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		struct elem *e = parser_read(cases[i].in, strlen(cases[i].in),
					     "jabber:server");
		struct elem *back;
		struct buf out = { 0 };

		assert_non_null(e);
		write_elem(&out, e, "jabber:server");
		assert_string_equal(buf_str(&out), cases[i].out);
		back = parser_read(buf_str(&out), out.len, "jabber:server");
		assert_true(same_tree(e, back));
		elem_free(&e);
		elem_free(&back);
		buf_fini(&out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(header_tells_all),
		cmocka_unit_test(default_namespace_is_the_declared_one),
		cmocka_unit_test(elements_go_by_namespace_not_prefix),
		cmocka_unit_test(any_cut_gives_the_same),
		cmocka_unit_test(many_events_in_one_feed),
		cmocka_unit_test(faults_have_their_kind),
		cmocka_unit_test(utf8_may_be_declared),
		cmocka_unit_test(utf16_is_refused),
		cmocka_unit_test(what_was_complete_can_be_taken),
		cmocka_unit_test(events_left_are_freed),
		cmocka_unit_test(idle_is_exact),
		cmocka_unit_test(bytes_of_an_element_are_bounded),
		cmocka_unit_test(unfinished_elements_are_bounded),
		cmocka_unit_test(unfinished_tags_are_counted),
		cmocka_unit_test(small_elements_do_not_add_up),
		cmocka_unit_test(depth_is_bounded),
		cmocka_unit_test(children_are_bounded),
		cmocka_unit_test(attributes_are_bounded),
		cmocka_unit_test(names_are_bounded),
		cmocka_unit_test(tags_are_bounded),
		cmocka_unit_test(header_is_bounded),
		cmocka_unit_test(memory_is_bounded),
		cmocka_unit_test(max_bytes_changes_with_the_next_element),
		cmocka_unit_test(long_tag_holds_nothing_back),
		cmocka_unit_test(planted_tag_ends_are_a_fault),
		cmocka_unit_test(document_is_read_in_its_scope),
		cmocka_unit_test(what_is_no_document_is_refused),
		cmocka_unit_test(golden_stanzas_come_back),
	};

	return cmocka_run_group_tests_name("parser", tests, NULL, NULL);
}
