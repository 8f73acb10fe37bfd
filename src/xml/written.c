/* SPDX-License-Identifier: MIT */
#include "xml/written.h"

#include <string.h>

#include "base/buf.h"
#include "base/str.h"
#include "xml/write.h"

#define DEPTH_MAX 64
#define ATTRS_MAX 16 /* of one element */

/** A piece of the text. */
struct piece {
	const char *at;
	size_t len;
};

struct scan {
	const char *at, *end;
	struct piece open[DEPTH_MAX]; /* names of the elements */
	size_t depth;
	const char *root_name_end;    /* or NULL */
	const char *root_end_tag;
};

static bool is_same(const struct piece *a, const struct piece *b)
{
	return a->len == b->len && !memcmp(a->at, b->at, a->len);
}

static bool is_word(const struct piece *p, const char *word)
{
	return p->len == strlen(word) && !memcmp(p->at, word, p->len);
}

static bool eat(struct scan *s, const char *word)
{
	size_t len = strlen(word);

	if ((size_t)(s->end - s->at) < len || memcmp(s->at, word, len))
		return false;
	s->at += len;
	return true;
}

/* ---- names ---- */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_of_name(char c)
{
	return is_letter(c) || (c >= '0' && c <= '9') || c == '-' || c == '.';
}

/* Without a prefix: which are bound is not known here. */
static bool read_name(struct scan *s, struct piece *out)
{
	out->at = s->at;
	if (s->at == s->end || !is_letter(*s->at))
		return false;
	while (s->at < s->end && is_of_name(*s->at))
		s->at++;
	out->len = (size_t)(s->at - out->at);
	return true;
}

static bool read_attr_name(struct scan *s, struct piece *out)
{
	if (!read_name(s, out))
		return false;
	if (is_word(out, "xml") && eat(s, ":lang"))
		out->len = strlen("xml:lang");
	return true;
}

/* ---- characters ---- */

/* ASCII that stands for itself, in text as in values. */
static const bool is_plain[256] = {
	[' ' ... '%'] = true,
	['('... ';'] = true,
	['='] = true,
	['?' ... 0x7f] = true,
};

static bool read_reference(struct scan *s)
{
	static const char *const known[] = {
		"lt;", "gt;", "amp;", "apos;", "quot;", "#9;", "#10;", "#13;",
	};

	for (size_t i = 0; i < array_len(known); i++)
		if (eat(s, known[i]))
			return true;
	return false;
}

/* XML 1.0, 2.2 */
static bool read_wide(struct scan *s)
{
	uint32_t code = 0;
	size_t n = str_utf8_next(s->at, (size_t)(s->end - s->at), &code);

	s->at += n;
	return n && code != 0xfffe && code != 0xffff;
}

/* Up to a byte that ends text and values; false: one that may not be there.
 * also: more of them that stand for themselves. */
static bool read_chars(struct scan *s, const char *also)
{
	while (s->at < s->end) {
		unsigned char c = (unsigned char)*s->at;

		if (is_plain[c] || (c && strchr(also, c))) {
			s->at++;
		} else if (c >= 0x80) {
			if (!read_wide(s))
				return false;
		} else if (c == '&') {
			s->at++;
			if (!read_reference(s))
				return false;
		} else {
			return true;
		}
	}
	return true;
}

/* ---- tags ---- */

/* Names in namespaces of their own are nobody's to declare. */
static bool is_good_namespace(const struct piece *value)
{
	return !is_word(value, "http://www.w3.org/XML/1998/namespace") &&
	       !is_word(value, "http://www.w3.org/2000/xmlns/");
}

static bool read_attr(struct scan *s, struct piece *name_out)
{
	struct piece value;

	if (!read_attr_name(s, name_out) || !eat(s, "='"))
		return false;
	value.at = s->at;
	if (!read_chars(s, ""))
		return false;
	value.len = (size_t)(s->at - value.at);
	if (!eat(s, "'"))
		return false;
	return !is_word(name_out, "xmlns") ||
	       (s->depth && is_good_namespace(&value));
}

static bool read_attrs(struct scan *s)
{
	struct piece names[ATTRS_MAX];
	size_t count = 0;

	while (eat(s, " ")) {
		if (count == ATTRS_MAX || !read_attr(s, &names[count]))
			return false;
		for (size_t i = 0; i < count; i++)
			if (is_same(&names[i], &names[count]))
				return false;
		count++;
	}
	return true;
}

/* Behind its first character. */
static bool read_start(struct scan *s)
{
	struct piece name;

	if (s->depth == DEPTH_MAX || !read_name(s, &name))
		return false;
	if (!s->depth)
		s->root_name_end = s->at;
	if (!read_attrs(s))
		return false;
	if (eat(s, "/>"))
		return s->depth > 0;
	s->open[s->depth++] = name;
	return eat(s, ">");
}

/* Behind its first two. */
static bool read_end(struct scan *s)
{
	struct piece name;

	if (s->depth == 1)
		s->root_end_tag = s->at - 2;
	return read_name(s, &name) && is_same(&name, &s->open[--s->depth]) &&
	       eat(s, ">");
}

static bool read_tag(struct scan *s)
{
	if (s->at == s->end || *s->at != '<')
		return false;
	s->at++;
	return eat(s, "/") ? s->depth && read_end(s) : read_start(s);
}

bool written_read(struct written *w, const char *text, size_t len)
{
	struct scan s = { .at = text, .end = text + len };

	do {
		if (!read_tag(&s) ||
		    (s.depth && !read_chars(&s, "\t\n'")))
			return false;
	} while (s.depth);
	*w = (struct written){
		.text = text,
		.len = len,
		.name_end = (size_t)(s.root_name_end - text),
		.end_tag = (size_t)(s.root_end_tag - text),
	};
	return s.at == s.end;
}

void written_add(struct buf *out, const struct written *w, const char *ns,
		 const struct buf *more)
{
	buf_add(out, w->text, w->name_end);
	write_attr(out, "xmlns", ns);
	buf_add(out, w->text + w->name_end, w->end_tag - w->name_end);
	buf_add(out, buf_data(more), more->len);
	buf_add(out, w->text + w->end_tag, w->len - w->end_tag);
}
