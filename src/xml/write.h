/* SPDX-License-Identifier: MIT */
/*
 * write: element trees to bytes - the only place that emits '<'.
 *
 * The namespaces of streams and dialback are written with the literal prefixes
 * "stream" and "db" that the stream header binds (RFC 6120 4.8.5, XEP-0220);
 * every other change of namespace is an xmlns declaration. Bytes that XML 1.0
 * cannot carry are left out.
 */
#pragma once

#include "base/base.h"

struct buf;
struct elem;

/** Append e. scope is the default namespace in force where it will stand
 *  ("jabber:server" on a stream; NULL or "" for none: a document of its own). */
void write_elem(struct buf *out, const struct elem *e, const char *scope);

/** What was written before, to stand in an element of the tree behind all that it
 *  has: text of whole elements, with nothing of their surroundings in it. The
 *  element itself is not to be empty. Both borrowed. */
struct write_inset {
	const struct elem *in;
	const struct buf *text;
};

/** Append e and return where in the content of out the place of a last attribute
 *  of its start tag is. e's own attribute of that name, if any, is left out.
 *  inset may be NULL. */
size_t write_elem_around(struct buf *out, const struct elem *e,
			 const char *scope, const char *hole,
			 const struct write_inset *inset);
/** Append " name='value'" with value escaped, or already escaped. */
void write_attr(struct buf *out, const char *name, const char *value);
void write_attr_raw(struct buf *out, const char *name, const char *escaped,
		    size_t len);
/** Append a stanza that write_elem_around() wrote, with " to='...'" in its place:
 *  the bytes before it and behind it stand in text; to is already escaped. */
void write_addressed(struct buf *out, const char *text, size_t head_len,
		     size_t tail_len, const char *to, size_t to_len);
/** Append value escaped for use in an attribute or text. */
void write_escaped(struct buf *out, const char *value);

/** What a stream header says; NULL leaves an attribute out. */
struct write_header {
	const char *from;
	const char *to;
	const char *id;
};
/** XML declaration and <stream:stream>, attributes in the order of
 *  RFC 6120 4.7 as peers expect it, version 1.0, xml:lang en. */
void write_stream_open(struct buf *out, const struct write_header *header);
void write_stream_close(struct buf *out);

/** Tags to stand around what write_elem() wrote with that scope: with them it
 *  is a document. */
void write_scope_open(struct buf *out, const char *scope);
void write_scope_close(struct buf *out);
