/* SPDX-License-Identifier: MIT */
#include "xml/write.h"

#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "xml/elem.h"

#define XML_NS "http://www.w3.org/XML/1998/namespace"
#define STREAM_NS "http://etherx.jabber.org/streams"
#define SERVER_NS "jabber:server"
#define DIALBACK_NS "jabber:server:dialback"

/* ---- escaping ---- */

enum quoting { IN_TEXT, IN_ATTR };

/* How a byte is written that does not stand for itself; "" leaves it out. */
static const char *escape_of(unsigned char c, enum quoting quoting)
{
	switch (c) {
	case '&':
		return "&amp;";
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '\r':
		return "&#13;"; /* a bare one would be read as a newline */
	case '\'':
		return quoting == IN_ATTR ? "&apos;" : NULL;
	case '"':
		return quoting == IN_ATTR ? "&quot;" : NULL;
	case '\t':
		return quoting == IN_ATTR ? "&#9;" : NULL;
	case '\n':
		return quoting == IN_ATTR ? "&#10;" : NULL;
	default:
		return c < ' ' ? "" : NULL;
	}
}

/* Bytes that escape_of() need not be asked about: ASCII without & < > ' ". */
static const bool is_plain[256] = {
	[' ' ... '!'] = true, ['#' ... '%'] = true, ['(' ... ';'] = true,
	['='] = true,	      ['?' ... 0x7f] = true,
};

typedef signed char block __attribute__((vector_size(16)));

/* The same of 16 bytes at once; bytes from 0x80 on are negative here. */
static bool is_plain_block(const char *s)
{
	const signed char control = ' ', quote = '"', amp_apos = '\'',
			  lt_gt = '>';
	uint64_t odd[2];
	block b, found;

	memcpy(&b, s, sizeof(b));
	found = (b < control) | (b == quote) | ((b | 1) == amp_apos) |
		((b | 2) == lt_gt);
	memcpy(odd, &found, sizeof(odd));
	return !(odd[0] | odd[1]);
}

static size_t plain_len(const char *s, size_t len)
{
	size_t n = 0;

	while (len - n >= sizeof(block) && is_plain_block(s + n))
		n += sizeof(block);
	/* the rest, if it is less than a block, with some of those before */
	if (n > 0 && len - n < sizeof(block) &&
	    is_plain_block(s + len - sizeof(block)))
		return len;
	while (n < len && is_plain[(unsigned char)s[n]])
		n++;
	return n;
}

/* Length of the character at s if XML 1.0 may carry it (2.2), else 0. */
static size_t char_len(const char *s, size_t len)
{
	uint32_t code = 0;
	size_t n = str_utf8_next(s, len, &code);

	return code == 0xfffe || code == 0xffff ? 0 : n;
}

static void write_quoted(struct buf *out, const char *s, size_t len,
			 enum quoting quoting)
{
	size_t at, begin = 0, n;
	const char *escape;

	for (at = plain_len(s, len); at < len;
	     at += plain_len(s + at, len - at)) {
		if ((unsigned char)s[at] >= 0x80) {
			n = char_len(s + at, len - at);
			escape = n ? NULL : "";
		} else {
			n = 1;
			escape = escape_of((unsigned char)s[at], quoting);
		}
		if (escape) {
			buf_add(out, s + begin, at - begin);
			buf_add_str(out, escape);
			begin = at + (n ? n : 1);
		}
		at += n ? n : 1;
	}
	buf_add(out, s + begin, at - begin);
}

void write_escaped(struct buf *out, const char *value)
{
	write_quoted(out, value, strlen(value), IN_ATTR);
}

void write_attr_raw(struct buf *out, const char *name, const char *escaped,
		    size_t len)
{
	size_t name_len = strlen(name);
	unsigned char *at = buf_reserve(out, name_len + len + 4);

	*at++ = ' ';
	memcpy(at, name, name_len);
	at += name_len;
	*at++ = '=';
	*at++ = '\'';
	memcpy(at, escaped, len);
	at[len] = '\'';
	buf_grow(out, name_len + len + 4);
}

void write_addressed(struct buf *out, const char *text, size_t head_len,
		     size_t tail_len, const char *to, size_t to_len)
{
	static const char name[] = " to='";
	size_t size = head_len + strlen(name) + to_len + 1 + tail_len;
	unsigned char *at = buf_reserve(out, size);

	memcpy(at, text, head_len);
	at += head_len;
	memcpy(at, name, strlen(name));
	at += strlen(name);
	memcpy(at, to, to_len);
	at += to_len;
	*at++ = '\'';
	memcpy(at, text + head_len, tail_len);
	buf_grow(out, size);
}

void write_attr(struct buf *out, const char *name, const char *value)
{
	size_t len = strlen(value);

	if (plain_len(value, len) == len) {
		write_attr_raw(out, name, value, len);
		return;
	}
	buf_add_char(out, ' ');
	buf_add_str(out, name);
	buf_add(out, "='", 2);
	write_quoted(out, value, len, IN_ATTR);
	buf_add_char(out, '\'');
}

/* ---- elements ---- */

/* What surrounds an element where it is written. */
struct scope {
	const char *ns;  /* the default namespace in force, "" = none */
	bool is_stream;  /* the prefixes "stream" and "db" are bound */
	const struct write_inset *inset; /* or NULL */
};

/* The bound prefix that e is written with, "" = none. */
static const char *prefix_of(const struct elem *e, const struct scope *scope)
{
	if (!strcmp(elem_ns(e), scope->ns))
		return "";
	if (scope->is_stream && !strcmp(elem_ns(e), STREAM_NS))
		return "stream:";
	if (scope->is_stream && !strcmp(elem_ns(e), DIALBACK_NS))
		return "db:";
	/* nobody may declare xml's own namespace */
	return strcmp(elem_ns(e), XML_NS) ? "" : "xml:";
}

/* The number of the prefix for attr's namespace: one for each namespace on an
 * element. is_first_out tells whether it is yet to be declared. */
static unsigned prefix_number(const struct elem *e,
			      const struct elem_attr *attr, bool *is_first_out)
{
	const struct elem_attr *at = NULL;
	unsigned n = 0;

	*is_first_out = true;
	while ((at = elem_next_attr(e, at)) != attr) {
		if (!elem_attr_get_ns(at))
			continue;
		n++;
		if (!strcmp(elem_attr_get_ns(at), elem_attr_get_ns(attr))) {
			*is_first_out = false;
			return n;
		}
	}
	return n + 1;
}

static void write_foreign_attr(struct buf *out, const struct elem *e,
			       const struct elem_attr *attr)
{
	bool is_first;
	unsigned n = prefix_number(e, attr, &is_first);

	if (is_first) {
		buf_add_format(out, " xmlns:p%u='", n);
		write_escaped(out, elem_attr_get_ns(attr));
		buf_add_char(out, '\'');
	}
	buf_add_format(out, " p%u:%s='", n, elem_attr_name(attr));
	write_escaped(out, elem_attr_value(attr));
	buf_add_char(out, '\'');
}

/* The start tag as far as the place behind its last attribute. */
static void write_start(struct buf *out, const struct elem *e,
			const char *prefix, const struct scope *scope,
			const char *hole)
{
	const struct elem_attr *attr = NULL;

	buf_add_char(out, '<');
	buf_add_str(out, prefix);
	buf_add_str(out, elem_name(e));
	if (!*prefix && strcmp(elem_ns(e), scope->ns))
		write_attr(out, "xmlns", elem_ns(e));
	while ((attr = elem_next_attr(e, attr))) {
		if (elem_attr_get_ns(attr))
			write_foreign_attr(out, e, attr);
		else if (!hole || strcmp(elem_attr_name(attr), hole))
			write_attr(out, elem_attr_name(attr),
				   elem_attr_value(attr));
	}
}

static void write_in(struct buf *out, const struct elem *e,
		     const struct scope *scope);

/* The rest of an element, from the end of its start tag. */
static void write_rest(struct buf *out, const struct elem *e,
		       const char *prefix, const struct scope *scope)
{
	struct scope inner = *scope;
	const struct elem_node *node = NULL;
	const char *text;
	size_t len;

	if (!elem_next_node(e, NULL)) {
		buf_add(out, "/>", 2);
		return;
	}
	if (!*prefix)
		inner.ns = elem_ns(e);
	buf_add_char(out, '>');
	while ((node = elem_next_node(e, node))) {
		text = elem_node_text(node, &len);
		if (text)
			write_quoted(out, text, len, IN_TEXT);
		else
			write_in(out, elem_node_elem(node), &inner);
	}
	if (scope->inset && scope->inset->in == e)
		buf_add(out, buf_data(scope->inset->text),
			scope->inset->text->len);
	buf_add(out, "</", 2);
	buf_add_str(out, prefix);
	buf_add_str(out, elem_name(e));
	buf_add_char(out, '>');
}

static void write_in(struct buf *out, const struct elem *e,
		     const struct scope *scope)
{
	const char *prefix = prefix_of(e, scope);

	write_start(out, e, prefix, scope, NULL);
	write_rest(out, e, prefix, scope);
}

static struct scope scope_make(const char *ns)
{
	struct scope scope = { ns ? ns : "", ns && *ns, NULL };

	return scope;
}

void write_elem(struct buf *out, const struct elem *e, const char *scope)
{
	struct scope outer = scope_make(scope);

	write_in(out, e, &outer);
}

size_t write_elem_around(struct buf *out, const struct elem *e,
			 const char *scope, const char *hole,
			 const struct write_inset *inset)
{
	struct scope outer = scope_make(scope);
	const char *prefix = prefix_of(e, &outer);
	size_t hole_at;

	outer.inset = inset;
	write_start(out, e, prefix, &outer, hole);
	hole_at = out->len;
	write_rest(out, e, prefix, &outer);
	return hole_at;
}

/* ---- streams ---- */

void write_stream_open(struct buf *out, const struct write_header *header)
{
	buf_add_str(out, "<?xml version='1.0'?><stream:stream");
	write_attr(out, "xmlns:stream", STREAM_NS);
	write_attr(out, "xmlns", SERVER_NS);
	write_attr(out, "xmlns:db", DIALBACK_NS);
	if (header->from)
		write_attr(out, "from", header->from);
	if (header->to)
		write_attr(out, "to", header->to);
	if (header->id)
		write_attr(out, "id", header->id);
	buf_add_str(out, " version='1.0' xml:lang='en'>");
}

void write_stream_close(struct buf *out)
{
	buf_add_str(out, "</stream:stream>");
}

void write_scope_open(struct buf *out, const char *scope)
{
	buf_add_str(out, "<stream:scope");
	write_attr(out, "xmlns:stream", STREAM_NS);
	write_attr(out, "xmlns:db", DIALBACK_NS);
	write_attr(out, "xmlns", scope ? scope : "");
	buf_add_char(out, '>');
}

void write_scope_close(struct buf *out)
{
	buf_add_str(out, "</stream:scope>");
}
