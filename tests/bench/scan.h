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
	SCAN_ALIKE, /* a presence, and the last one but for "from", "to" and
		       every "id" and "jid" in it */
};

#define SCAN_VALUES 8

/** Where an attribute's value stands in an element. */
struct scan_value {
	size_t at, len;
};

struct scan {
	bool has_header;
	int depth;     /* of open elements below the stream */
	size_t seen;   /* bytes of the data that were looked at */
	const char *last; /* the last element: in the data, or kept */
	size_t last_len;
	char *kept; /* owned */
	size_t kept_cap;
	size_t head; /* of the last one: its bytes before the value of "to";
			0: none */
	size_t tail; /* where those behind the value begin */
	/* what may differ in one that is alike; looked for when first needed */
	bool has_values;
	int value_count, from_index, to_index;
	struct scan_value values[SCAN_VALUES];
};

typedef void (*scan_fn)(void *owner, enum scan_kind kind, const char *at,
			size_t len);

void scan_reset(struct scan *s);
/** data: all that was not consumed; returns what is. fn may end it by
 *  scan_reset(). */
size_t scan_run(struct scan *s, const char *data, size_t len, scan_fn fn,
		void *owner);

/** The value of "from" of what was SCAN_ALIKE. */
const char *scan_from(const struct scan *s);
/** Is that the name of the element? */
bool scan_is(const char *element, size_t len, const char *name);
/** An attribute of the first tag; NULL: there is none. */
const char *scan_attr(const char *element, size_t len, const char *name,
		      size_t *len_out);
