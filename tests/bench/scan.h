/* SPDX-License-Identifier: MIT */
/*
 * scan: finds stanzas in the bytes of a stream, cheaply: it only counts tags. It
 * trusts the server under test to write well-formed XML without CDATA sections
 * and comments, and a raw '>' in no attribute.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum scan_kind {
	SCAN_HEADER,
	SCAN_FOOTER,
	SCAN_ELEMENT,
	SCAN_AGAIN, /* the last one once more, for another "to" */
};

struct scan {
	bool has_header;
	int depth;     /* of open elements below the stream */
	size_t seen;   /* bytes of the data that were looked at */
	char *last;    /* owned; the last element, to see it again */
	size_t last_cap;
	size_t head;     /* its bytes before the value of "to"; 0: none */
	size_t tail;     /* where those behind the value begin */
	size_t last_len;
};

typedef void (*scan_fn)(void *owner, enum scan_kind kind, const char *at,
			size_t len);

void scan_reset(struct scan *s);
/** data: all that was not consumed; returns what is. fn may end it by
 *  scan_reset(). */
size_t scan_run(struct scan *s, const char *data, size_t len, scan_fn fn,
		void *owner);

/** Is that the name of the element? */
bool scan_is(const char *element, size_t len, const char *name);
/** An attribute of the first tag; NULL: there is none. */
const char *scan_attr(const char *element, size_t len, const char *name,
		      size_t *len_out);
