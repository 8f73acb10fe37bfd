/* SPDX-License-Identifier: MIT */
#include "web/page_text.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "web/html.h"

#define NESTING 8 /* of marks within marks */

/* A piece of the source. */
struct piece {
	const char *at;
	size_t len;
};

/* The line that is looked at, and what comes behind it. */
struct reading {
	const struct page_text *text;
	struct html *h;
	struct piece line; /* without its end */
	size_t next;       /* where in the source the one behind begins */
	bool is_over;
};

/* ---- lines ---- */

static void advance(struct reading *r)
{
	const struct page_text *t = r->text;
	const char *at = t->source + r->next, *end;
	size_t left = t->len - r->next;

	if (!left) {
		r->is_over = true;
		r->line = (struct piece){ "", 0 };
		return;
	}
	end = memchr(at, '\n', left);
	r->line = (struct piece){ at, end ? (size_t)(end - at) : left };
	r->next += r->line.len + (end != NULL);
	while (r->line.len && strchr(" \t\r", at[r->line.len - 1]))
		r->line.len--;
}

static size_t indent_of(struct piece p)
{
	size_t n = 0;

	while (n < p.len && p.at[n] == ' ')
		n++;
	return n;
}

static struct piece behind(struct piece p, size_t n)
{
	n = n < p.len ? n : p.len;
	return (struct piece){ p.at + n, p.len - n };
}

static bool begins(struct piece p, const char *prefix)
{
	size_t len = strlen(prefix);

	return p.len >= len && memcmp(p.at, prefix, len) == 0;
}

/* Bytes of the mark of an item ("- ", "12. "), or 0. */
static size_t mark_of(struct piece p)
{
	size_t n = 0;

	if (begins(p, "- ") || begins(p, "* "))
		return 2;
	while (n < p.len && n < 3 && p.at[n] >= '0' && p.at[n] <= '9')
		n++;
	return n && begins(behind(p, n), ". ") ? n + 2 : 0;
}

/* ---- within a line ---- */

static const struct page_word *find_word(const struct page_text *t,
					 struct piece name)
{
	for (size_t i = 0; i < t->word_count; i++) {
		const char *known = t->words[i].name;

		if (strlen(known) == name.len &&
		    memcmp(known, name.at, name.len) == 0)
			return &t->words[i];
	}
	return NULL;
}

/* "{name}" at the start: its bytes, or 0 when it is none of ours. */
static size_t word_at(const struct page_text *t, struct piece p,
		      const struct page_word **word_out)
{
	const char *end = p.len ? memchr(p.at, '}', p.len) : NULL;

	if (!end || *p.at != '{')
		return 0;
	*word_out = find_word(
		t, (struct piece){ p.at + 1, (size_t)(end - p.at) - 1 });
	return *word_out ? (size_t)(end - p.at) + 1 : 0;
}

/* With words filled in and nothing else done. Owned. */
static char *fill(const struct page_text *t, struct piece p)
{
	const struct page_word *word = NULL;
	struct buf out = { 0 };

	while (p.len) {
		size_t n = word_at(t, p, &word);

		if (n && word->value) {
			buf_add_str(&out, word->value);
			p = behind(p, n);
			continue;
		}
		buf_add_char(&out, *p.at);
		p = behind(p, 1);
	}
	return buf_steal_str(&out);
}

static void write_filled(struct reading *r, struct piece p)
{
	char *text = fill(r->text, p);

	html_text(r->h, text);
	mem_free(&text);
}

static void write_marked(struct reading *r, struct piece p, unsigned level);

/* Where closing begins, looked for behind the first `from` bytes; or NULL. */
static const char *find(struct piece p, size_t from, const char *closing)
{
	return from < p.len ? memmem(p.at + from, p.len - from, closing,
				     strlen(closing))
			    : NULL;
}

/* What stands between two marks, as an element; its bytes, or 0. */
static size_t write_between(struct reading *r, struct piece p, const char *mark,
			    const char *element, unsigned level)
{
	size_t len = strlen(mark);
	const char *end = begins(p, mark) ? find(p, len, mark) : NULL;
	struct piece inner;

	if (!end || end == p.at + len || p.at[len] == ' ')
		return 0;
	inner = (struct piece){ p.at + len, (size_t)(end - p.at) - len };
	html_open(r->h, element);
	if (*mark == '`')
		write_filled(r, inner);
	else
		write_marked(r, inner, level + 1);
	html_close(r->h);
	return inner.len + 2 * len;
}

static void link_to(struct html *h, const char *url)
{
	if (*url == '/' || *url == '#' || *url == '?')
		html_attr(h, "href", url);
	else
		(void)html_attr_own(h, "href", url);
}

/* "[text](address)"; its bytes, or 0. */
static size_t write_link(struct reading *r, struct piece p, unsigned level)
{
	const char *middle = *p.at == '[' ? find(p, 1, "](") : NULL;
	const char *end;
	char *url;

	if (!middle)
		return 0;
	end = memchr(middle, ')', p.len - (size_t)(middle - p.at));
	if (!end)
		return 0;
	url = fill(r->text,
		   (struct piece){ middle + 2, (size_t)(end - middle) - 2 });
	html_open(r->h, "a");
	link_to(r->h, url);
	write_marked(r,
		     (struct piece){ p.at + 1, (size_t)(middle - p.at) - 1 },
		     level + 1);
	html_close(r->h);
	mem_free(&url);
	return (size_t)(end - p.at) + 1;
}

static size_t write_word(struct reading *r, struct piece p)
{
	const struct page_word *word = NULL;
	size_t n = word_at(r->text, p, &word);

	if (n && word->value)
		html_text(r->h, word->value);
	else if (n)
		return 0; /* a block: it stands alone */
	return n;
}

static size_t write_mark(struct reading *r, struct piece p, unsigned level)
{
	size_t n;

	if (level >= NESTING)
		return 0;
	switch (*p.at) {
	case '`':
		return write_between(r, p, "`", "code", level);
	case '*':
		n = write_between(r, p, "**", "strong", level);
		return n ? n : write_between(r, p, "*", "em", level);
	case '[':
		return write_link(r, p, level);
	case '{':
		return write_word(r, p);
	case '\\':
		if (p.len < 2 || !strchr("\\`*[]{}#-|", p.at[1]))
			return 0;
		html_text_n(r->h, p.at + 1, 1);
		return 2;
	default:
		return 0;
	}
}

static void write_marked(struct reading *r, struct piece p, unsigned level)
{
	size_t plain = 0;

	while (plain < p.len) {
		struct piece rest = behind(p, plain);
		size_t n = 0;

		if (strchr("`*[{\\", *rest.at)) {
			/* what is before it has to be out first */
			html_text_n(r->h, p.at, plain);
			p = rest;
			plain = 0;
			n = write_mark(r, p, level);
		}
		if (n)
			p = behind(p, n);
		else
			plain++;
	}
	html_text_n(r->h, p.at, plain);
}

/* ---- blocks ---- */

static bool is_block_start(struct piece line)
{
	return !line.len || *line.at == '#' || *line.at == '|' ||
	       mark_of(behind(line, indent_of(line))) > 0;
}

/* Lines up to the next block, joined; owned. */
static char *join_lines(struct reading *r, struct piece first)
{
	struct buf out = { 0 };

	buf_add(&out, first.at, first.len);
	for (advance(r); !r->is_over && !is_block_start(r->line); advance(r)) {
		struct piece p = behind(r->line, indent_of(r->line));

		buf_add_char(&out, '\n');
		buf_add(&out, p.at, p.len);
	}
	return buf_steal_str(&out);
}

static void write_joined(struct reading *r, struct piece first)
{
	char *text = join_lines(r, first);

	write_marked(r, (struct piece){ text, strlen(text) }, 0);
	mem_free(&text);
}

static void write_heading(struct reading *r)
{
	static const char *const names[] = { "h1", "h2", "h3" };
	size_t level = 0;

	while (level < r->line.len && r->line.at[level] == '#')
		level++;
	html_open(r->h, names[level < 3 ? level - 1 : 2]);
	write_marked(r, behind(r->line, level + 1), 0);
	html_close(r->h);
	advance(r);
}

static void write_code(struct reading *r, size_t indent)
{
	html_open(r->h, "pre");
	html_open(r->h, "code");
	for (; r->line.len && indent_of(r->line) >= indent; advance(r)) {
		write_filled(r, behind(r->line, indent));
		html_text(r->h, "\n");
	}
	html_close_n(r->h, 2);
}

static void skip_empty(struct reading *r)
{
	while (!r->is_over && !r->line.len)
		advance(r);
}

/* An item, and code that stands deeper than its text. */
static void write_item(struct reading *r, size_t indent, size_t mark)
{
	html_open(r->h, "li");
	write_joined(r, behind(r->line, indent + mark));
	skip_empty(r);
	if (!r->is_over && indent_of(r->line) >= indent + mark + 4) {
		write_code(r, indent + mark + 4);
		skip_empty(r);
	}
	html_close(r->h);
}

static void write_list(struct reading *r)
{
	bool is_ordered = !strchr("-*", r->line.at[indent_of(r->line)]);

	html_open(r->h, is_ordered ? "ol" : "ul");
	while (!r->is_over) {
		size_t indent = indent_of(r->line);
		size_t mark = mark_of(behind(r->line, indent));

		if (!mark || is_ordered == !!strchr("-*", r->line.at[indent]))
			break;
		write_item(r, indent, mark);
	}
	html_close(r->h);
}

static bool is_rule(struct piece line)
{
	for (size_t i = 0; i < line.len; i++)
		if (!strchr("|-: ", line.at[i]))
			return false;
	return line.len > 0;
}

static void write_row(struct reading *r, const char *cell)
{
	struct piece rest = behind(r->line, 1);

	html_open(r->h, "tr");
	while (rest.len) {
		const char *end = memchr(rest.at, '|', rest.len);
		size_t len = end ? (size_t)(end - rest.at) : rest.len;
		struct piece p = { rest.at, len };

		p = behind(p, indent_of(p));
		while (p.len && p.at[p.len - 1] == ' ')
			p.len--;
		html_open(r->h, cell);
		if (cell[1] == 'h')
			html_attr(r->h, "scope", "col");
		write_marked(r, p, 0);
		html_close(r->h);
		rest = behind(rest, len + 1);
	}
	html_close(r->h);
	advance(r);
}

static void write_table(struct reading *r)
{
	html_open(r->h, "table");
	html_open(r->h, "thead");
	write_row(r, "th");
	html_close(r->h);
	html_open(r->h, "tbody");
	while (r->line.len && *r->line.at == '|') {
		if (is_rule(r->line))
			advance(r);
		else
			write_row(r, "td");
	}
	html_close_n(r->h, 2);
}

/* A word alone on its line may be a block of its own. */
static bool write_word_block(struct reading *r)
{
	const struct page_word *word = NULL;

	if (word_at(r->text, r->line, &word) != r->line.len || word->value)
		return false;
	word->write(r->text->owner, r->h);
	advance(r);
	return true;
}

static void write_block(struct reading *r)
{
	size_t indent = indent_of(r->line);

	if (*r->line.at == '#') {
		write_heading(r);
	} else if (*r->line.at == '|') {
		write_table(r);
	} else if (indent >= 4) {
		write_code(r, 4);
	} else if (mark_of(behind(r->line, indent))) {
		write_list(r);
	} else if (!write_word_block(r)) {
		html_open(r->h, "p");
		write_joined(r, behind(r->line, indent));
		html_close(r->h);
	}
}

/* ---- the whole ---- */

char *page_text_title(const struct page_text *t)
{
	struct reading r = { .text = t };

	advance(&r);
	return begins(r.line, "# ") ? fill(t, behind(r.line, 2)) : str_dup("");
}

void page_text_write(const struct page_text *t, struct html *h)
{
	struct reading r = { .text = t, .h = h };

	advance(&r);
	for (skip_empty(&r); !r.is_over; skip_empty(&r))
		write_block(&r);
}
