/* SPDX-License-Identifier: MIT */
/*
 * same: are two element trees the same - names, namespaces, attributes in
 * order, text?
 */
#pragma once

#include "base/str.h"
#include "xml/elem.h"

static inline bool same_attrs(const struct elem *a, const struct elem *b)
{
	const struct elem_attr *x = NULL, *y = NULL;

	do {
		x = elem_next_attr(a, x);
		y = elem_next_attr(b, y);
		if (!x || !y)
			return !x && !y;
	} while (str_equal(elem_attr_name(x), elem_attr_name(y)) &&
		 str_equal(elem_attr_get_ns(x), elem_attr_get_ns(y)) &&
		 str_equal(elem_attr_value(x), elem_attr_value(y)));
	return false;
}

static inline bool same_text(const struct elem_node *a,
			     const struct elem_node *b)
{
	size_t a_len = 0, b_len = 0;
	const char *x = elem_node_text(a, &a_len);
	const char *y = elem_node_text(b, &b_len);

	return x && y && a_len == b_len && !memcmp(x, y, a_len);
}

static inline bool same_tree(const struct elem *a, const struct elem *b)
{
	const struct elem_node *x = NULL, *y = NULL;
	const struct elem *child;

	if (!elem_is(a, elem_name(b), elem_ns(b)) || !same_attrs(a, b))
		return false;
	for (;;) {
		x = elem_next_node(a, x);
		y = elem_next_node(b, y);
		if (!x || !y)
			return !x && !y;
		child = elem_node_elem(x);
		if (child ? !elem_node_elem(y) ||
				    !same_tree(child, elem_node_elem(y))
			  : !same_text(x, y))
			return false;
	}
}
