/* SPDX-License-Identifier: MIT */
#include "web/html.h"

#include <stdarg.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "web/found.h"

#define AWAY_REL "nofollow ugc noopener noreferrer"
#define BIDI_DEPTH 32

static const char *const void_names[] = { "meta", "link", "input",
					  "br",   "hr",   "img" };
static const char *const schemes[] = { "https://", "http://",
				       "xmpp:", "mailto:" };

void html_init(struct html *h, struct buf *out)
{
	*h = (struct html){ .out = out };
}

void html_fini(struct html *h)
{
	html_close_n(h, h->depth);
}

void html_doctype(struct html *h)
{
	buf_add_str(h->out, "<!DOCTYPE html>\n");
}

static bool is_void(const char *name)
{
	for (size_t i = 0; i < array_len(void_names); i++)
		if (strcmp(name, void_names[i]) == 0)
			return true;
	return false;
}

static bool is_name(const char *name)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-");

	return len > 0 && name[len] == '\0';
}

static void end_tag(struct html *h)
{
	if (h->in_tag)
		buf_add_char(h->out, '>');
	h->in_tag = false;
}

/* What reorders text (UAX #9): an embedding or an isolate begins, or ends. */
enum bidi {
	BIDI_NONE,
	BIDI_EMBED,
	BIDI_ISOLATE,
	BIDI_END_EMBED,
	BIDI_END_ISOLATE
};

static enum bidi bidi_of(uint32_t code)
{
	if (code == 0x202a || code == 0x202b || code == 0x202d ||
	    code == 0x202e)
		return BIDI_EMBED;
	if (code >= 0x2066 && code <= 0x2068)
		return BIDI_ISOLATE;
	if (code == 0x202c)
		return BIDI_END_EMBED;
	return code == 0x2069 ? BIDI_END_ISOLATE : BIDI_NONE;
}

/* What a text has begun and not ended. */
struct open_bidi {
	enum bidi kinds[BIDI_DEPTH];
	size_t depth;
};

/* May this one be written? An end without a beginning would end what the page
 * holds the text together with; so would a beginning without an end. */
static bool bidi_takes(struct open_bidi *open, enum bidi kind)
{
	size_t depth = open->depth;

	switch (kind) {
	case BIDI_NONE:
		return true;
	case BIDI_EMBED:
	case BIDI_ISOLATE:
		if (depth == BIDI_DEPTH)
			return false;
		open->kinds[open->depth++] = kind;
		return true;
	case BIDI_END_EMBED:
		if (depth == 0 || open->kinds[depth - 1] != BIDI_EMBED)
			return false;
		open->depth--;
		return true;
	case BIDI_END_ISOLATE:
		while (depth > 0 && open->kinds[depth - 1] != BIDI_ISOLATE)
			depth--;
		if (depth > 0)
			open->depth = depth - 1;
		return depth > 0;
	}
	return false;
}

static void bidi_end(struct open_bidi *open, struct buf *out)
{
	while (open->depth > 0)
		buf_add_str(out, open->kinds[--open->depth] == BIDI_ISOLATE
					 ? "\xe2\x81\xa9"
					 : "\xe2\x80\xac");
}

/* Marks of direction, which begin nothing; values need none. */
static bool is_bidi_mark(uint32_t code)
{
	return code == 0x200e || code == 0x200f || code == 0x061c;
}

static bool is_unfit(uint32_t code)
{
	return (code < 0x20 && code != '\n' && code != '\t') ||
	       (code >= 0x7f && code <= 0x9f) ||
	       (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) == 0xfffe;
}

static const char *entity(uint32_t code)
{
	switch (code) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '"':
		return "&quot;";
	case '\'':
		return "&#39;";
	default:
		return NULL;
	}
}

/* A value and a title are plain text to the browser: nothing can be isolated
 * there, so nothing there may reorder. */
static bool is_written(struct open_bidi *open, uint32_t code, bool is_plain)
{
	if (is_unfit(code))
		return false;
	if (is_plain)
		return bidi_of(code) == BIDI_NONE && !is_bidi_mark(code);
	return bidi_takes(open, bidi_of(code));
}

static void add_escaped(struct buf *out, const char *text, size_t len,
			bool is_plain)
{
	struct open_bidi open = { .depth = 0 };
	size_t n;

	for (size_t i = 0; i < len; i += n) {
		uint32_t code = 0xfffd;

		n = str_utf8_next(text + i, len - i, &code);
		if (n == 0) {
			n = 1;
			buf_add_str(out, "\xef\xbf\xbd");
		} else if (entity(code)) {
			buf_add_str(out, entity(code));
		} else if (is_written(&open, code, is_plain)) {
			buf_add(out, text + i, n);
		}
	}
	bidi_end(&open, out);
}

void html_open(struct html *h, const char *name)
{
	require(is_name(name));
	require(h->depth < HTML_DEPTH);
	end_tag(h);
	buf_add_char(h->out, '<');
	buf_add_str(h->out, name);
	h->open[h->depth++] = name;
	h->in_tag = true;
}

static bool is_address(const char *name)
{
	return strcmp(name, "href") == 0 || strcmp(name, "src") == 0 ||
	       strcmp(name, "action") == 0;
}

static void add_attr(struct html *h, const char *name, const char *value)
{
	require(h->in_tag);
	require(is_name(name) && !str_has_prefix(name, "on") &&
		strcmp(name, "style") != 0);
	buf_add_char(h->out, ' ');
	buf_add_str(h->out, name);
	buf_add_str(h->out, "=\"");
	add_escaped(h->out, value, strlen(value), true);
	buf_add_char(h->out, '"');
}

void html_attr(struct html *h, const char *name, const char *value)
{
	if (!value)
		return;
	/* "//" would be another host */
	require(!is_address(name) ||
		(strchr("/#?", value[0]) && value[0] && value[1] != '/'));
	add_attr(h, name, value);
}

void html_attr_format(struct html *h, const char *name, const char *format, ...)
{
	va_list args;
	char *value;

	va_start(args, format);
	value = str_format_va(format, args);
	va_end(args);
	html_attr(h, name, value);
	mem_free(&value);
}

bool html_url_is_fit(const char *url)
{
	for (size_t i = 0; i < array_len(schemes); i++)
		if (strncasecmp(url, schemes[i], strlen(schemes[i])) == 0)
			return url[strlen(schemes[i])] != '\0';
	return false;
}

bool html_attr_own(struct html *h, const char *name, const char *url)
{
	if (!html_url_is_fit(url))
		return false;
	add_attr(h, name, url);
	return true;
}

bool html_attr_away(struct html *h, const char *url)
{
	if (!html_attr_own(h, "href", url))
		return false;
	html_attr(h, "rel", AWAY_REL);
	return true;
}

void html_text(struct html *h, const char *text)
{
	if (text)
		html_text_n(h, text, strlen(text));
}

static bool is_in_title(const struct html *h)
{
	return h->depth > 0 && strcmp(h->open[h->depth - 1], "title") == 0;
}

void html_text_n(struct html *h, const char *text, size_t len)
{
	end_tag(h);
	add_escaped(h->out, text, len, is_in_title(h));
}

void html_format(struct html *h, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	text = str_format_va(format, args);
	va_end(args);
	html_text(h, text);
	mem_free(&text);
}

void html_close(struct html *h)
{
	const char *name;

	require(h->depth > 0);
	name = h->open[--h->depth];
	end_tag(h);
	if (is_void(name))
		return;
	buf_add_str(h->out, "</");
	buf_add_str(h->out, name);
	buf_add_char(h->out, '>');
}

void html_close_n(struct html *h, size_t count)
{
	while (count-- > 0)
		html_close(h);
}

void html_open_class(struct html *h, const char *name, const char *class_name)
{
	html_open(h, name);
	html_attr(h, "class", class_name);
}

void html_elem(struct html *h, const char *name, const char *text)
{
	html_elem_class(h, name, NULL, text);
}

void html_elem_class(struct html *h, const char *name, const char *class_name,
		     const char *text)
{
	html_open_class(h, name, class_name);
	html_text(h, text);
	html_close(h);
}

void html_link(struct html *h, const char *path, const char *text)
{
	html_open(h, "a");
	html_attr(h, "href", path);
	html_text(h, text);
	html_close(h);
}

void html_isolate(struct html *h, const char *text)
{
	html_elem(h, "bdi", text);
}

/* Nothing of an address: what divides words, and what is not written as it is
 * (the link would lead elsewhere than it says). */
static bool ends_address(uint32_t code)
{
	return is_unfit(code) || bidi_of(code) != BIDI_NONE ||
	       is_bidi_mark(code) ||
	       (code < 0x80 && strchr(" \t\n<>\"`{}|\\^", (int)code));
}

/* How long the address at text is; closing marks and stops behind it are not
 * part of it. */
static size_t address_len(const char *text)
{
	size_t all = strlen(text), len = 0, n;
	uint32_t code;
	bool has_paren;

	while ((n = str_utf8_next(text + len, all - len, &code)) > 0 &&
	       !ends_address(code))
		len += n;
	has_paren = memchr(text, '(', len);
	while (len > 0 &&
	       (strchr(".,;:!?'*_", text[len - 1]) ||
		(text[len - 1] == ')' && !has_paren) || text[len - 1] == ']'))
		len--;
	return len;
}

static bool is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       (c >= '0' && c <= '9');
}

/* The first address in text, its length in len_out; NULL: none. */
static const char *find_address(const char *text, size_t *len_out)
{
	char *url;
	bool is_fit;

	for (const char *at = text; *at; at++) {
		/* most characters, and long runs of them, end here */
		if (!html_url_is_fit(at) || (at > text && is_word(at[-1])))
			continue;
		*len_out = address_len(at);
		url = str_dup_n(at, *len_out);
		is_fit = html_url_is_fit(url);
		mem_free(&url);
		if (is_fit)
			return at;
	}
	return NULL;
}

static void add_marked(struct html *h, const char *text, size_t len)
{
	size_t at = 0, start, end;

	while (h->found && found_next(h->found, text, len, at, &start, &end)) {
		html_text_n(h, text + at, start - at);
		html_open(h, "mark");
		html_text_n(h, text + start, end - start);
		html_close(h);
		at = end;
	}
	html_text_n(h, text + at, len - at);
}

void html_text_with_links(struct html *h, const char *text)
{
	const char *at;
	size_t len;

	while ((at = find_address(text, &len))) {
		char *url = str_dup_n(at, len);

		add_marked(h, text, (size_t)(at - text));
		html_open(h, "a");
		(void)html_attr_away(h, url);
		add_marked(h, url, len);
		html_close(h);
		mem_free(&url);
		text = at + len;
	}
	add_marked(h, text, strlen(text));
}

void html_add_encoded(struct buf *out, const char *piece)
{
	for (; *piece; piece++) {
		if (is_word(*piece) || strchr("-._~", *piece))
			buf_add_char(out, *piece);
		else
			buf_add_format(out, "%%%02X", (unsigned char)*piece);
	}
}
