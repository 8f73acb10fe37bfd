/* SPDX-License-Identifier: MIT */
#include "xmpp/disco.h"

#include "jid/jid.h"
#include "xml/elem.h"
#include "xmpp/ns.h"

static struct elem *add_query(struct elem *reply, const char *ns,
			      const char *node)
{
	struct elem *query = elem_add(reply, "query", ns);

	elem_set_attr(query, "node", node);
	return query;
}

struct elem *disco_add_info(struct elem *reply, const char *node)
{
	return add_query(reply, NS_DISCO_INFO, node);
}

struct elem *disco_add_items(struct elem *reply, const char *node)
{
	return add_query(reply, NS_DISCO_ITEMS, node);
}

void disco_add_identity(struct elem *query, const char *category,
			const char *type, const char *name)
{
	struct elem *identity = elem_add(query, "identity", NULL);

	elem_set_attr(identity, "category", category);
	elem_set_attr(identity, "type", type);
	elem_set_attr(identity, "name", name);
}

void disco_add_feature(struct elem *query, const char *var)
{
	elem_set_attr(elem_add(query, "feature", NULL), "var", var);
}

void disco_add_item(struct elem *query, const struct jid *jid, const char *node,
		    const char *name)
{
	struct elem *item = elem_add(query, "item", NULL);

	elem_set_attr(item, "jid", jid_text(jid));
	elem_set_attr(item, "node", node);
	elem_set_attr(item, "name", name);
}
