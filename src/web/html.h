/* SPDX-License-Identifier: MIT */
/*
 * html: a writer of HTML that escapes by construction - the only place of the
 * pages that emits '<'. Elements are opened and closed in order; text and
 * values are always escaped, and what no page may carry (control characters) is left
 * out. Names of elements and attributes are ours, never a peer's.
 */
#pragma once

#include "base/base.h"

struct buf;
struct found;

#define HTML_DEPTH 32

struct html {
	struct buf *out;              /* borrowed */
	const char *open[HTML_DEPTH]; /* names, borrowed */
	size_t depth;
	bool in_tag;               /* attributes may follow */
	const struct found *found; /* borrowed, or NULL: marked in texts with
				       * links */
};

void html_init(struct html *h, struct buf *out);
/** Closes what is open. */
void html_fini(struct html *h);
/** The document type; once, first. */
void html_doctype(struct html *h);

void html_open(struct html *h, const char *name);
/** Only after html_open() or another attribute; value NULL: it is left out, ""
 *  gives an empty one. "style" and handlers of events are our bug; so are
 *  addresses ("href", "src") that do not begin with '/', '#' or '?'. */
void html_attr(struct html *h, const char *name, const char *value);
void html_attr_format(struct html *h, const char *name, const char *format, ...)
	HW_PRINTF(3, 4);
/** "href" to somewhere else: http, https, xmpp or mailto, marked as not ours.
 *  False: it is none of these, and nothing was written. */
bool html_attr_away(struct html *h, const char *url);
/** The same, for what the operator or we say: without the marks. */
bool html_attr_own(struct html *h, const char *name, const char *url);
void html_text(struct html *h, const char *text);
void html_text_n(struct html *h, const char *text, size_t len);
void html_format(struct html *h, const char *format, ...) HW_PRINTF(2, 3);
/** The innermost. */
void html_close(struct html *h);
void html_close_n(struct html *h, size_t count);

/** Opens, writes the text and closes. */
void html_elem(struct html *h, const char *name, const char *text);
void html_elem_class(struct html *h, const char *name, const char *class_name,
		     const char *text);
/** Opens with a class. */
void html_open_class(struct html *h, const char *name, const char *class_name);
/** A link within the site. */
void html_link(struct html *h, const char *path, const char *text);
/** Text of somebody else, held together whatever its direction. */
void html_isolate(struct html *h, const char *text);
/** Text in which addresses are links away, and the ends of lines are kept. */
void html_text_with_links(struct html *h, const char *text);

/** May a page link there? http, https, xmpp, mailto. */
bool html_url_is_fit(const char *url);
/** Percent-encode a piece of a path or of a query (RFC 3986 2.1). */
void html_add_encoded(struct buf *out, const char *piece);
