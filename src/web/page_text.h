/* SPDX-License-Identifier: MIT */
/*
 * page_text: a page as the operator writes it, a small part of Markdown, to
 * HTML. What it knows is in texts/README.md; all else is text. Whatever stands
 * there, it makes no markup of its own: it goes through html.
 *
 * Thread: web thread.
 */
#pragma once

#include "base/base.h"

struct html;

/** What stands for "{name}" in a text. */
struct page_word {
	const char *name;
	const char *value; /* NULL: write() does a block of its own */
	void (*write)(void *owner, struct html *h);
};

struct page_text {
	const char *source; /* UTF-8, borrowed */
	size_t len;
	const struct page_word *words; /* borrowed */
	size_t word_count;
	void *owner; /* of the words' write() */
};

/** Its first line, "# Title", without the "# "; owned. "" when there is none. */
char *page_text_title(const struct page_text *t);
/** All of it, the title as <h1>. */
void page_text_write(const struct page_text *t, struct html *h);
