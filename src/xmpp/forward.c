/* SPDX-License-Identifier: MIT */
#include "xmpp/forward.h"

#include "xml/elem.h"
#include "xmpp/mark.h"
#include "xmpp/ns.h"

/* Text and attributes of the stream's elements are plain. */
static void add_for_client(struct elem *parent, const struct elem *e)
{
	struct elem *copy = elem_add(parent, elem_name(e), NS_CLIENT);
	const struct elem_attr *attr;
	const struct elem_node *node;

	for (attr = elem_next_attr(e, NULL); attr;
	     attr = elem_next_attr(e, attr))
		elem_append_attr(copy, elem_attr_name(attr),
				 elem_attr_get_ns(attr),
				 elem_attr_value(attr));
	for (node = elem_next_node(e, NULL); node;
	     node = elem_next_node(e, node)) {
		const struct elem *child = elem_node_elem(node);
		size_t len;
		const char *text = child ? NULL : elem_node_text(node, &len);

		if (text)
			elem_add_text_n(copy, text, len);
		else if (elem_is(child, NULL, NS_SERVER))
			add_for_client(copy, child);
		else
			elem_add_copy(copy, child);
	}
}

struct elem *forward_add(struct elem *parent, const struct elem *message,
			 const struct jid *by, int64_t at)
{
	struct elem *forwarded = elem_add(parent, "forwarded", NS_FORWARD);

	mark_add_delay(forwarded, by, at);
	if (message)
		add_for_client(forwarded, message);
	return forwarded;
}
