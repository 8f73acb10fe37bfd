/* SPDX-License-Identifier: MIT */
/*
 * parser: bytes of one XML stream to elements, incremental and bounded. Feed
 * bytes, then take what is complete. After a bad feed what was complete before
 * can still be taken; nothing more can be fed. RFC 6120 4 and 11.
 *
 * One parser per (re)start of a stream. Thread: the owner's.
 */
#pragma once

#include "base/base.h"

struct elem;
struct parser;

struct parser_settings {
	size_t max_bytes;    /* of one top-level element; 262144 */
	size_t max_token;    /* of one tag or text run in one piece; 65536 */
	unsigned max_depth;  /* 64 */
	unsigned max_children; /* of one element; 512 */
	unsigned max_attrs;  /* 128 */
	size_t max_name;     /* 256 */
	size_t max_value;    /* of an attribute; 16384 */
	unsigned max_growth; /* tree memory as a multiple of max_bytes; 4 */
};
void parser_settings_init(struct parser_settings *s);

enum parse_result {
	PARSE_MORE, /* all eaten, feed more */
	PARSE_BAD,  /* see parser_fault() */
};

enum parse_fault {
	PARSE_FAULT_NONE,
	PARSE_FAULT_SYNTAX,      /* not well-formed, or text between stanzas */
	PARSE_FAULT_RESTRICTED,  /* DOCTYPE, comment, PI, entity */
	PARSE_FAULT_ENCODING,    /* not UTF-8 */
	PARSE_FAULT_PREFIX,      /* unbound namespace prefix */
	PARSE_FAULT_TOO_BIG,     /* a bound above */
};

enum parse_kind {
	PARSE_HEADER, /* the root's start tag */
	PARSE_ELEM,   /* a complete child of the root */
	PARSE_END,    /* the root's end tag */
};

struct parse_event {
	enum parse_kind kind;
	struct elem *elem;  /* header (without children) or element; owned by the
			     * taker; NULL for PARSE_END */
	char *default_ns;   /* header: the default namespace it declares, or
			     * NULL; owned by the taker */
};

struct parser *parser_new(const struct parser_settings *settings);
void parser_free(struct parser **p);

/** data may hold any piece of the stream, many elements or none. */
HW_MUST_USE enum parse_result parser_feed(struct parser *p, const void *data,
					  size_t len);
/** Next complete event in order; false when there is none. */
bool parser_next(struct parser *p, struct parse_event *event_out);
enum parse_fault parser_fault(const struct parser *p);
const char *parser_fault_text(const struct parser *p); /* for a log line */

/** Nothing waits: no event untaken and no byte of an unfinished element. A
 *  stream may be restarted only then (STARTTLS injection). */
bool parser_is_idle(const struct parser *p);
/** Change max_bytes from the next element on (small before authentication). */
void parser_set_max_bytes(struct parser *p, size_t max_bytes);

/** One complete document (a stored stanza): an owned tree, or NULL when it is
 *  not well-formed or beyond the default bounds. scope = default namespace
 *  in force outside, as in write_elem(). */
struct elem *parser_read(const char *text, size_t len, const char *scope);
