/* SPDX-License-Identifier: MIT */
#include "web/page_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/mem.h"
#include "web/html.h"
#include "web/texts.h"

static void write_block(void *owner, struct html *h)
{
	html_elem(h, "hr", owner);
}

static const struct page_word words[] = {
	{ "domain", "rooms.example", NULL },
	{ "evil", "<b>\"'&", NULL },
	{ "contacts", NULL, write_block },
};

/* Owned. */
static char *written(const char *source)
{
	const struct page_text text = {
		.source = source,
		.len = strlen(source),
		.words = words,
		.word_count = array_len(words),
	};
	struct buf out = { 0 };
	struct html h;

	html_init(&h, &out);
	page_text_write(&text, &h);
	html_fini(&h);
	return buf_steal_str(&out);
}

static void marks_become_elements(void **state)
{
	static const struct {
		const char *source, *html;
	} cases[] = {
		{ "", "" },
		{ "# A *title*\n", "<h1>A <em>title</em></h1>" },
		{ "## Two\n### Three", "<h2>Two</h2><h3>Three</h3>" },
		{ "one\ntwo\n\nthree", "<p>one\ntwo</p><p>three</p>" },
		{ "a **b *c* d** e",
		  "<p>a <strong>b <em>c</em> d</strong> e</p>" },
		{ "`a * b`", "<p><code>a * b</code></p>" },
		{ "\\*no\\* \\{domain}", "<p>*no* {domain}</p>" },
		{ "5 * 3 * 2", "<p>5 * 3 * 2</p>" },
		{ "- a\n  b\n- c\n\nd",
		  "<ul><li>a\nb</li><li>c</li></ul><p>d</p>" },
		{ "1. a\n2. b\n", "<ol><li>a</li><li>b</li></ol>" },
		{ "- a\n1. b\n", "<ul><li>a</li></ul><ol><li>b</li></ol>" },
		{ "- a\n\n      code {domain}\n\n- b",
		  "<ul><li>a<pre><code>code rooms.example\n</code></pre></li>"
		  "<li>b</li></ul>" },
		{ "    *code*\n      more\n\ntext",
		  "<pre><code>*code*\n  more\n</code></pre><p>text</p>" },
		{ "| a | b |\n|---|---|\n| c | *d* |\n",
		  "<table><thead><tr><th scope=\"col\">a</th>"
		  "<th scope=\"col\">b</th></tr></thead>"
		  "<tbody><tr><td>c</td><td><em>d</em></td></tr></tbody>"
		  "</table>" },
		{ "at {domain} and {nowhere}",
		  "<p>at rooms.example and {nowhere}</p>" },
		{ "{contacts}\n", "<hr>" },
		{ "[x](/-/y)", "<p><a href=\"/-/y\">x</a></p>" },
		{ "[{domain}](https://{domain}/)",
		  "<p><a href=\"https://rooms.example/\">rooms.example</a>"
		  "</p>" },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		char *html = written(cases[i].source);

		assert_string_equal(html, cases[i].html);
		mem_free(&html);
	}
}

/* Whatever stands there, and in the words, none of it is markup. */
static void nothing_else_is_markup(void **state)
{
	static const struct {
		const char *source, *html;
	} cases[] = {
		{ "<script>alert(1)</script>",
		  "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>" },
		{ "{evil}", "<p>&lt;b&gt;&quot;&#39;&amp;</p>" },
		{ "[x](javascript:alert(1))", "<p><a>x</a>)</p>" },
		{ "[x](data:text/html,y)", "<p><a>x</a></p>" },
		{ "    </pre><b>\n",
		  "<pre><code>&lt;/pre&gt;&lt;b&gt;\n</code></pre>" },
	};

	(void)state;
	for (size_t i = 0; i < array_len(cases); i++) {
		char *html = written(cases[i].source);

		assert_string_equal(html, cases[i].html);
		mem_free(&html);
	}
}

/* What is not closed, and what is nested, comes to an end. */
static void odd_sources_come_to_an_end(void **state)
{
	static const char *const sources[] = {
		"*", "**", "***", "`", "[", "[]", "[](", "[]()", "{", "{}",
		"#", "# ", "|", "||", "- ", "-", "1. ", "    ", "\\", "*a",
		"**a*", "[a](b", "a\r\nb\r\n", "\n\n\n", "* * *", "[[[[[[[",
		"**a **b **c **d **e **f **g **h **i **j**",
	};

	(void)state;
	for (size_t i = 0; i < array_len(sources); i++) {
		char *html = written(sources[i]);

		assert_non_null(html);
		mem_free(&html);
	}
}

static void title_is_the_first_line(void **state)
{
	struct page_text text = { .source = "# At {domain}\nx", .len = 15 };
	char *title;

	(void)state;
	text.words = words;
	text.word_count = array_len(words);
	title = page_text_title(&text);
	assert_string_equal(title, "At rooms.example");
	mem_free(&title);
	text.source = "no title";
	text.len = strlen(text.source);
	title = page_text_title(&text);
	assert_string_equal(title, "");
	mem_free(&title);
}

/* No mark of a built-in page is left as text. */
static void built_in_pages_are_well_formed(void **state)
{
	static const struct {
		const unsigned char *text;
		const size_t *len;
	} pages[] = {
		{ text_note_well, &text_note_well_len },
		{ text_overview, &text_overview_len },
		{ text_getting_started, &text_getting_started_len },
		{ text_meeting, &text_meeting_len },
		{ text_questions, &text_questions_len },
		{ text_how_it_works, &text_how_it_works_len },
		{ text_acknowledgements, &text_acknowledgements_len },
		{ text_privacy, &text_privacy_len },
	};

	(void)state;
	for (size_t i = 0; i < array_len(pages); i++) {
		char *source =
			mem_zero(*pages[i].len + 1, 1);
		char *html;

		memcpy(source, pages[i].text, *pages[i].len);
		html = written(source);
		assert_ptr_equal(strstr(html, "<h1>"), html);
		assert_null(strstr(html, "**"));
		assert_null(strstr(html, "]("));
		assert_null(strchr(html, '`'));
		assert_null(strstr(html, "<a>"));
		mem_free(&html);
		mem_free(&source);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(marks_become_elements),
		cmocka_unit_test(nothing_else_is_markup),
		cmocka_unit_test(odd_sources_come_to_an_end),
		cmocka_unit_test(title_is_the_first_line),
		cmocka_unit_test(built_in_pages_are_well_formed),
	};

	return cmocka_run_group_tests_name("page_text", tests, NULL, NULL);
}
