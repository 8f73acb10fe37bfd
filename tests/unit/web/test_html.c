/* SPDX-License-Identifier: MIT */
#include "web/html.h"

#include "../unit.h"
#include "base/buf.h"
#include "base/mem.h"

static struct buf out;
static struct html h;

static int set_up(void **state)
{
	(void)state;
	html_init(&h, &out);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	buf_fini(&out);
	return 0;
}

static void assert_out(const char *expected)
{
	html_fini(&h);
	assert_string_equal(buf_str(&out), expected);
	buf_clear(&out);
	html_init(&h, &out);
}

static void elements_nest(void **state)
{
	(void)state;
	html_open_class(&h, "p", "x");
	html_text(&h, "one ");
	html_elem(&h, "em", "two");
	html_open(&h, "br");
	html_close(&h);
	html_text(&h, "three");
	assert_out("<p class=\"x\">one <em>two</em><br>three</p>");
}

/* What somebody would like to be markup, and the text that it is. */
static const struct {
	const char *text, *expected;
} texts[] = {
	{ "<script>alert(1)</script>",
	  "&lt;script&gt;alert(1)&lt;/script&gt;" },
	{ "a & b &amp; c", "a &amp; b &amp;amp; c" },
	{ "\" ' onload=x", "&quot; &#39; onload=x" },
	{ "]]><!-- -->", "]]&gt;&lt;!-- --&gt;" },
	{ "tab\tline\nend", "tab\tline\nend" },
	{ "a\x01" "b\x1b[0mc\x7f" "d\rx", "ab[0mcdx" },
	{ "\xc2\x85 next", " next" },             /* a C1 control */
	{ "\xef\xbf\xbe!", "!" },                 /* no character */
	{ "bad \xff\xc0\x80 bytes",
	  "bad \xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd bytes" },
	{ "\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" },
	{ "\xf0\x9f\x91\x8d", "\xf0\x9f\x91\x8d" },
};

static void text_is_escaped(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(texts); i++) {
		html_text(&h, texts[i].text);
		assert_out(texts[i].expected);
	}
}

static void values_are_escaped(void **state)
{
	(void)state;
	html_open(&h, "input");
	html_attr(&h, "value", "\"><script>\x07'");
	html_attr(&h, "name", NULL);
	assert_out("<input value=\"&quot;&gt;&lt;script&gt;&#39;\">");
}

#define RLO "\xe2\x80\xae"
#define PDF "\xe2\x80\xac"
#define LRI "\xe2\x81\xa6"
#define PDI "\xe2\x81\xa9"
#define RLM "\xe2\x80\x8f"

/* UAX #9: what a text begins it ends; what it did not begin it cannot end. */
static void reordering_ends_with_the_text(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ RLO "abc", RLO "abc" PDF },
		{ "a" PDF "b" PDI "c", "abc" },
		{ LRI "a" PDI "b", LRI "a" PDI "b" },
		{ LRI RLO "a", LRI RLO "a" PDF PDI },
		{ LRI RLO "a" PDI "b" PDF, LRI RLO "a" PDI "b" },
		{ RLO LRI "a" PDF "b", RLO LRI "ab" PDI PDF },
		{ RLM "a", RLM "a" },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		html_text(&h, cases[i].text);
		assert_out(cases[i].expected);
	}
}

static void values_and_titles_do_not_reorder(void **state)
{
	(void)state;
	html_open(&h, "b");
	html_attr(&h, "title", RLO "a" LRI RLM "b");
	assert_out("<b title=\"ab\"></b>");
	html_elem(&h, "title", RLO "<x>" PDF);
	assert_out("<title>&lt;x&gt;</title>");
}

static const struct {
	const char *url;
	bool is_fit;
} urls[] = {
	{ "http://example.org/", true },
	{ "HTTPS://example.org", true },
	{ "xmpp:room@rooms.example?join", true },
	{ "mailto:list@example.org", true },
	{ "javascript:alert(1)", false },
	{ "JavaScript://example.org/%0aalert(1)", false },
	{ "data:text/html,x", false },
	{ "vbscript:x", false },
	{ "//example.org/", false },
	{ " http://example.org/", false },
	{ "java\nscript:alert(1)", false },
	{ "file:///etc/passwd", false },
	{ "http://", false },
	{ "", false },
};

static void only_fit_addresses_are_linked(void **state)
{
	(void)state;
	for (size_t i = 0; i < array_len(urls); i++) {
		assert_int_equal(html_url_is_fit(urls[i].url), urls[i].is_fit);
		html_open(&h, "a");
		assert_int_equal(html_attr_away(&h, urls[i].url),
				 urls[i].is_fit);
		html_close(&h);
		assert_int_equal(strstr(buf_str(&out), "href") != NULL,
				 urls[i].is_fit);
		buf_clear(&out);
	}
}

#define A(url)                                                          \
	"<a href=\"" url "\" rel=\"nofollow ugc noopener noreferrer\">" \
	url "</a>"

static void addresses_in_text_become_links(void **state)
{
	static const struct {
		const char *text, *expected;
	} cases[] = {
		{ "see https://a.example/b.", "see " A("https://a.example/b") "." },
		{ "(http://a.example)", "(" A("http://a.example") ")" },
		{ "https://a.example/x_(y)", A("https://a.example/x_(y)") },
		{ "<https://a.example/>", "&lt;" A("https://a.example/") "&gt;" },
		{ "https://a.example/\"onclick=\"x",
		  A("https://a.example/") "&quot;onclick=&quot;x" },
		{ "https://a.example/?a=1&b=2",
		  A("https://a.example/?a=1&amp;b=2") },
		{ "xhttps://a.example", "xhttps://a.example" },
		{ "javascript:alert(1)", "javascript:alert(1)" },
		{ "http:// and https://", "http:// and https://" },
		{ "xmpp:a@b?join mailto:c@d",
		  A("xmpp:a@b?join") " " A("mailto:c@d") },
		{ "https://a.example/" RLO "b",
		  A("https://a.example/") RLO "b" PDF },
		{ "https://\x7f\x7f", "https://" },
		{ "https://\xff", "https://\xef\xbf\xbd" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		html_text_with_links(&h, cases[i].text);
		assert_out(cases[i].expected);
	}
}

static void long_texts_are_looked_through_once(void **state)
{
	struct buf text = { 0 };

	(void)state;
	for (int i = 0; i < 20000; i++)
		buf_add_str(&text, "hxmhttp:/ h");
	html_text_with_links(&h, buf_str(&text));
	assert_int_equal(out.len, text.len);
	buf_fini(&text);
}

static void pieces_are_percent_encoded(void **state)
{
	(void)state;
	html_add_encoded(&out, "a b/c?d#e%\"<\xc3\xa9~");
	assert_string_equal(buf_str(&out),
			    "a%20b%2Fc%3Fd%23e%25%22%3C%C3%A9~");
}

static void write_event(void)
{
	html_open(&h, "b");
	html_attr(&h, "onclick", "x");
}

static void write_style(void)
{
	html_open(&h, "b");
	html_attr(&h, "style", "x");
}

static void write_host(void)
{
	html_open(&h, "a");
	html_attr(&h, "href", "//evil.example/");
}

static void write_scheme(void)
{
	html_open(&h, "a");
	html_attr(&h, "href", "https://example.org/");
}

static void write_name(void)
{
	html_open(&h, "b><i");
}

static void our_mistakes_abort(void **state)
{
	(void)state;
	assert_true(aborts(write_event));
	assert_true(aborts(write_style));
	assert_true(aborts(write_host));
	assert_true(aborts(write_scheme));
	assert_true(aborts(write_name));
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(elements_nest),
		TEST(text_is_escaped),
		TEST(values_are_escaped),
		TEST(reordering_ends_with_the_text),
		TEST(values_and_titles_do_not_reorder),
		TEST(only_fit_addresses_are_linked),
		TEST(addresses_in_text_become_links),
		TEST(long_texts_are_looked_through_once),
		TEST(pieces_are_percent_encoded),
		TEST(our_mistakes_abort),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
