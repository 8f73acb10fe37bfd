/* SPDX-License-Identifier: MIT */
/*
 * written: the text of an element as write_elem() writes it, kept for a while
 * and to be written again without being read: what came back may have been
 * damaged, and must not spoil a stream. Less than XML is let through: what is
 * not may still be sound, and is for parser_read().
 *
 * Pure.
 */
#pragma once

#include "base/base.h"

struct buf;

/** Borrows the text. */
struct written {
	const char *text;
	size_t len;
	size_t name_end; /* behind the root's name in its start tag */
	size_t end_tag;  /* where the root's end tag begins */
};

/** False: not such a text, or one whose root declares a namespace or has no
 *  content. */
HW_MUST_USE bool written_read(struct written *w, const char *text, size_t len);
/** Append it, its root and all that is in the default namespace with it now
 *  being in ns. What more holds comes behind the root's other children, and has
 *  been written with ns in scope. */
void written_add(struct buf *out, const struct written *w, const char *ns,
		 const struct buf *more);
