/* SPDX-License-Identifier: MIT */
/*
 * fuzz_line: any bytes as a kept stanza, a nick, hats and a text, as a page shows
 * them. What comes out must be well-formed and hold no element or address but
 * ours.
 */
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "store/record.h"
#include "web/html.h"
#include "web/line.h"
#include "web/line_look.h"
#include "web/web.h"
#include "xml/elem.h"
#include "xml/parser.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const ours[] = { "li",   "a",       "time",	  "bdi",
				    "span", "details", "summary", "ol",
				    "ul" };

static bool is_ours(const struct elem *e)
{
	for (size_t i = 0; i < array_len(ours); i++)
		if (strcmp(elem_name(e), ours[i]) == 0)
			return true;
	return false;
}

static void check_elem(const struct elem *e)
{
	const struct elem_attr *attr = NULL;
	const struct elem *child;
	const char *href = elem_attr(e, "href");

	require(is_ours(e));
	while ((attr = elem_next_attr(e, attr)))
		require(!str_has_prefix(elem_attr_name(attr), "on") &&
			strcmp(elem_attr_name(attr), "style") != 0);
	if (href && href[0] != '#' && href[0] != '/')
		require(html_url_is_fit(href) && elem_attr(e, "rel"));
	require(!href || !str_has_prefix(href, "//"));
	for (child = elem_child(e, NULL, NULL); child;
	     child = elem_next(child, NULL, NULL))
		check_elem(child);
}

/* The markup of a line is XML as well: no element of it is empty. */
static void check_markup(struct buf *out)
{
	struct elem *e;

	require(str_is_utf8(buf_str(out), out->len));
	/* without the end of the line behind it */
	e = parser_read(buf_str(out), out->len - 1, "page");
	/* beyond the parser's bounds is no matter of the page */
	if (e)
		check_elem(e);
	else
		require(out->len > 4096);
	elem_free(&e);
}

static void show(const char *stanza, const char *text)
{
	static const char *const domains[] = { "rooms.example" };
	const struct web_settings settings = { .domains = domains,
					       .domain_count = 1 };
	const struct line_view view = { .settings = &settings,
					.room = "talk@rooms.example",
					.day = "2026-11-22",
					.lang = text,
					.is_live = true };
	struct record_message m = { .id = "abc",
				    .at = 1795305600000,
				    .stanza = (char *)stanza,
				    .nick = (char *)text,
				    .occupant_id = (char *)text,
				    .hats = (char *)text };
	struct line *line = line_new(&m);
	struct buf out = { 0 };
	struct html h;

	html_init(&h, &out);
	line_look_write(&h, &view, line, NULL);
	html_fini(&h);
	check_markup(&out);
	buf_fini(&out);
	line_free(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *all = str_dup_n((const char *)data, size);
	size_t len = strcspn(all, "\n");
	char *text = str_dup_n(all, len);
	const char *stanza = all + len + (all[len] == '\n');

	show(stanza, text);
	mem_free(&text);
	mem_free(&all);
	return 0;
}
