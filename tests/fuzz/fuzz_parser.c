/* SPDX-License-Identifier: MIT */
/*
 * fuzz_parser: a stream from a peer, cut as the first byte says. What comes out
 * must be the same for every cut, and what we write of it must be read as the
 * same tree again.
 */
#include <stdint.h>
#include <string.h>

#include "base/buf.h"
#include "base/mem.h"
#include "tests/unit/xml/same.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xml/write.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char scope[] = "jabber:server";

static void check_elem(const struct elem *e)
{
	struct buf out = { 0 };
	struct elem *back;

	write_elem(&out, e, scope);
	require(str_is_utf8(buf_str(&out), out.len));
	back = parser_read(buf_str(&out), out.len, scope);
	/* Escapes may take it beyond the bounds that it kept as it came. */
	require(back ? same_tree(e, back) : out.len > 10000);
	elem_free(&back);
	buf_fini(&out);
}

/* All events that are ready; what they were is added to seen. */
static void take_all(struct parser *p, struct buf *seen)
{
	struct parse_event event;

	while (parser_next(p, &event)) {
		buf_add_char(seen, (char)('0' + event.kind));
		if (event.elem)
			write_elem(seen, event.elem, scope);
		if (event.kind == PARSE_ELEM)
			check_elem(event.elem);
		elem_free(&event.elem);
		mem_free(&event.default_ns);
	}
}

static enum parse_fault run(const uint8_t *data, size_t size, size_t piece,
			    struct buf *seen)
{
	struct parser_settings settings;
	enum parse_fault fault;
	struct parser *p;
	size_t len;

	parser_settings_init(&settings);
	p = parser_new(&settings);
	for (; size; data += len, size -= len) {
		len = size < piece ? size : piece;
		if (parser_feed(p, data, len) == PARSE_BAD)
			break;
		take_all(p, seen);
	}
	take_all(p, seen);
	fault = parser_fault(p);
	parser_free(&p);
	return fault;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf whole = { 0 }, cut = { 0 };
	enum parse_fault a, b;

	if (size < 2)
		return 0;
	a = run(data + 1, size - 1, SIZE_MAX, &whole);
	b = run(data + 1, size - 1, data[0] + 1u, &cut);
	/* Depending on the cut, a fault in an unfinished tag is noticed later,
	 * and what is scanned too often is refused. */
	require(a == b || b == PARSE_FAULT_TOO_BIG || b == PARSE_FAULT_NONE);
	require(whole.len == cut.len ||
		(b == PARSE_FAULT_TOO_BIG && cut.len < whole.len));
	require(!memcmp(buf_data(&whole), buf_data(&cut), cut.len));
	buf_fini(&whole);
	buf_fini(&cut);
	return 0;
}
