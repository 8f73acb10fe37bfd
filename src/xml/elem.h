/* SPDX-License-Identifier: MIT */
/*
 * elem: an XML element tree. A tree lives in one arena that its root owns:
 * everything added to the tree is allocated there and freed with the root, so a
 * subtree changes trees only by copy.
 *
 * Thread: the owner's. A tree that nobody changes any more may be read by all.
 */
#pragma once

#include "base/base.h"

struct elem;
struct elem_attr;

/** A new root. name is the local name; ns its namespace, never NULL. */
struct elem *elem_new(const char *name, const char *ns);
void elem_free(struct elem **root);
/** A deep copy of e (root or not) as a new root. */
struct elem *elem_copy(const struct elem *e);

const char *elem_name(const struct elem *e);
const char *elem_ns(const struct elem *e);
/** name may be NULL (any), so may ns. */
bool elem_is(const struct elem *e, const char *name, const char *ns);

/** Attributes without a namespace; "xml:lang" names that one. Borrowed; NULL =
 *  not there. Setting NULL removes. */
const char *elem_attr(const struct elem *e, const char *name);
void elem_set_attr(struct elem *e, const char *name, const char *value);
/** Attributes of foreign namespaces (kept and written back, rarely looked at).
 *  ns NULL is the same as the two above. */
const char *elem_attr_ns(const struct elem *e, const char *name, const char *ns);
void elem_set_attr_ns(struct elem *e, const char *name, const char *ns,
		      const char *value);
/** elem_set_attr_ns() for one that is known not to be there yet. */
void elem_append_attr(struct elem *e, const char *name, const char *ns,
		      const char *value);
/** Walk: pass NULL to begin. */
const struct elem_attr *elem_next_attr(const struct elem *e,
				       const struct elem_attr *attr);
const char *elem_attr_name(const struct elem_attr *attr);
const char *elem_attr_value(const struct elem_attr *attr);
const char *elem_attr_get_ns(const struct elem_attr *attr); /* or NULL */

/** Append a child; ns NULL = the parent's. Returns the child, borrowed. */
struct elem *elem_add(struct elem *parent, const char *name, const char *ns);
/** Append a child with only text (NULL text = none). */
struct elem *elem_add_with_text(struct elem *parent, const char *name,
				const char *ns, const char *text);
/** Append a deep copy of e. */
struct elem *elem_add_copy(struct elem *parent, const struct elem *e);
/** Append character data. */
void elem_add_text(struct elem *e, const char *text);
void elem_add_text_n(struct elem *e, const char *text, size_t len);
/** Unlink child from its parent; its memory stays with the tree. */
void elem_remove(struct elem *parent, struct elem *child);

/** Only its child elements are left of e. Attributes' values that were borrowed stay
 *  valid as long as the tree. */
void elem_strip(struct elem *e);

/** First child element that elem_is(); next such sibling after child. */
struct elem *elem_child(const struct elem *e, const char *name, const char *ns);
struct elem *elem_next(const struct elem *child, const char *name,
		       const char *ns);
struct elem *elem_parent(const struct elem *e); /* NULL for a root */
/** Node walk for the writer: children in order, text included. */
struct elem_node;
const struct elem_node *elem_next_node(const struct elem *e,
				       const struct elem_node *node);
/** Exactly one of these is not NULL. */
const struct elem *elem_node_elem(const struct elem_node *node);
const char *elem_node_text(const struct elem_node *node,
			   size_t *len_out); /* without a NUL */

/** The element's own character data (text nodes joined; those of children not
 *  included). Owned by the tree, "" when there is none. */
const char *elem_text(const struct elem *e);
/** elem_text() of elem_child(), or NULL when there is no such child. */
const char *elem_child_text(const struct elem *e, const char *name,
			    const char *ns);

/** Bytes the arena holds; for limits and tests. */
size_t elem_memory(const struct elem *root);
