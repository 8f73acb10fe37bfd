/* SPDX-License-Identifier: MIT */
#include "meeting/caption.h"

#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "xml/elem.h"
#include "xmpp/ns.h"

void caption_init(struct caption *c)
{
	*c = (struct caption){ .count = 0 };
}

void caption_fini(struct caption *c)
{
	mem_free(&c->chars);
	caption_init(c);
}

void caption_clear(struct caption *c)
{
	c->count = 0;
	c->is_known = false;
}

/* XEP-0301 #unicode_character_counting: by code points. p beyond the end is the
 * end. */
static size_t position(const struct caption *c, const struct elem *e)
{
	const char *text = elem_attr(e, "p");
	int64_t p;

	if (!text || str_to_int64(text, 0, INT32_MAX, &p) ||
	    (size_t)p > c->count)
		return c->count;
	return (size_t)p;
}

static void put(struct caption *c, size_t at, uint32_t code)
{
	if (c->count >= CAPTION_MAX)
		return;
	if (!c->chars)
		c->chars = mem_alloc(CAPTION_MAX * sizeof(*c->chars));
	memmove(c->chars + at + 1, c->chars + at,
		(c->count - at) * sizeof(*c->chars));
	c->chars[at] = code;
	c->count++;
}

static void insert(struct caption *c, size_t at, const char *text)
{
	size_t left = strlen(text), len;
	uint32_t code;

	for (; left && (len = str_utf8_next(text, left, &code)); left -= len) {
		put(c, at++, code);
		text += len;
		if (at > c->count)
			return; /* it is full */
	}
}

/* XEP-0301 #element_e_erase_text: n characters before p. */
static void erase(struct caption *c, const struct elem *e)
{
	size_t end = position(c, e), count = 1;
	const char *text = elem_attr(e, "n");
	int64_t n;

	if (text && !str_to_int64(text, 0, INT32_MAX, &n))
		count = (size_t)n;
	if (count > end)
		count = end;
	if (!count)
		return;
	memmove(c->chars + end - count, c->chars + end,
		(c->count - end) * sizeof(*c->chars));
	c->count -= count;
}

static void edit(struct caption *c, const struct elem *rtt)
{
	const struct elem *e;

	for (e = elem_child(rtt, NULL, NS_RTT); e;
	     e = elem_next(e, NULL, NS_RTT)) {
		const char *text = elem_text(e);

		if (elem_is(e, "t", NS_RTT) && text)
			insert(c, position(c, e), text);
		else if (elem_is(e, "e", NS_RTT))
			erase(c, e);
		/* <w/>, a pause, is for who replays it */
	}
}

/* XEP-0301 #keeping_realtime_text_synchronized: what does not follow on the last
 * is not understood until a whole text comes. */
static bool is_next(const struct caption *c, int64_t seq)
{
	return c->is_known && seq == c->seq + 1;
}

bool caption_take(struct caption *c, const struct elem *rtt)
{
	const char *event = elem_attr(rtt, "event");
	const char *text = elem_attr(rtt, "seq");
	bool is_whole = str_equal(event, "new") || str_equal(event, "reset");
	bool was_known = c->is_known;
	int64_t seq = 0;

	if (str_equal(event, "init"))
		return false;
	if (!text || str_to_int64(text, 0, UINT32_MAX, &seq) ||
	    str_equal(event, "cancel") || (!is_whole && !is_next(c, seq))) {
		caption_clear(c);
		return was_known;
	}
	if (is_whole)
		c->count = 0;
	c->is_known = true;
	c->seq = seq;
	edit(c, rtt);
	return true;
}

static void add_code(struct buf *out, uint32_t code)
{
	if (code < 0x20 || code == 0x7f) {
		buf_add_char(out, ' ');
	} else if (code < 0x80) {
		buf_add_char(out, (char)code);
	} else if (code < 0x800) {
		buf_add_char(out, (char)(0xc0 | code >> 6));
		buf_add_char(out, (char)(0x80 | (code & 0x3f)));
	} else if (code < 0x10000) {
		buf_add_char(out, (char)(0xe0 | code >> 12));
		buf_add_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
		buf_add_char(out, (char)(0x80 | (code & 0x3f)));
	} else {
		buf_add_char(out, (char)(0xf0 | code >> 18));
		buf_add_char(out, (char)(0x80 | (code >> 12 & 0x3f)));
		buf_add_char(out, (char)(0x80 | (code >> 6 & 0x3f)));
		buf_add_char(out, (char)(0x80 | (code & 0x3f)));
	}
}

char *caption_print(const struct caption *c)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < c->count; i++)
		add_code(&out, c->chars[i]);
	return buf_steal_str(&out);
}
