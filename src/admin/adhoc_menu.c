/* SPDX-License-Identifier: MIT */
#include "admin/adhoc_menu.h"

#include "base/mem.h"
#include "base/str.h"
#include "muc/errand.h"
#include "xml/elem.h"
#include "xmpp/disco.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

/* Calls fn for each node, until it says true. */
static bool each_node(bool at_room,
		      bool (*fn)(void *to, const struct adhoc_node *node),
		      void *to)
{
	static const struct adhoc_node *(*const own[])(size_t i) = {
		adhoc_room_get,
		adhoc_hats_get,
		adhoc_alias_get,
	};
	unsigned place = at_room ? ADHOC_AT_ROOM : ADHOC_AT_SERVICE;
	const struct adhoc_node *node;
	const struct command *c;
	struct adhoc_node made;
	bool is_found = false;
	char *text;

	for (size_t k = 0; k < array_len(own); k++)
		for (size_t i = 0; (node = own[k](i)); i++)
			if ((node->places & place) && fn(to, node))
				return true;
	for (size_t i = 0; !is_found && (c = command_get(i)); i++) {
		if (!adhoc_form_make(c, at_room, &made, &text))
			continue;
		is_found = (made.places & place) && fn(to, &made);
		mem_free(&text);
	}
	return is_found;
}

/* A search by name. */
struct search {
	const char *node;
	struct adhoc_found *found_out;
};

static bool is_it(void *to, const struct adhoc_node *node)
{
	struct search *s = to;

	if (!str_equal(node->node, s->node))
		return false;
	s->found_out->node = *node;
	s->found_out->text = str_dup(node->node);
	s->found_out->node.node = s->found_out->text;
	return true;
}

bool adhoc_menu_find(bool at_room, const char *node,
		     struct adhoc_found *found_out)
{
	struct search search = { node, found_out };

	return each_node(at_room, is_it, &search);
}

bool adhoc_menu_may_run(const struct errand *e, enum command_right right)
{
	if (e->affiliation == AFFILIATION_OUTCAST && !e->is_operator)
		return false;
	switch (right) {
	case COMMAND_ANYONE:
		return true;
	case COMMAND_CHAIR:
		return e->is_operator || e->affiliation >= AFFILIATION_ADMIN;
	case COMMAND_OPERATOR:
		break;
	}
	return e->is_operator;
}

/* A list that is being made. */
struct listing {
	const struct errand *errand;
	struct elem *query;
};

/* With the word by which the guides name it; owned. */
static char *print_name(const struct adhoc_node *node)
{
	const char *word = adhoc_form_word(node);

	return word ? str_format("%s: %s", word, node->name)
		    : str_dup(node->name);
}

static bool list_one(void *to, const struct adhoc_node *node)
{
	const struct listing *l = to;
	char *name;

	if (!adhoc_menu_may_run(l->errand, node->right))
		return false;
	name = print_name(node);
	disco_add_item(l->query, l->errand->stanza->to, node->node, name);
	mem_free(&name);
	return false;
}

static struct elem *list_new(const struct errand *e)
{
	struct elem *result = stanza_result_new(e->stanza);
	struct listing listing = { e, disco_add_items(result, NS_COMMANDS) };

	(void)each_node(e->room != NULL, list_one, &listing);
	return result;
}

static struct elem *info_new(const struct errand *e, const char *node,
			     const char *type, const char *name)
{
	struct elem *result = stanza_result_new(e->stanza);
	struct elem *query = disco_add_info(result, node);

	disco_add_identity(query, "automation", type, name);
	disco_add_feature(query, NS_COMMANDS);
	disco_add_feature(query, NS_DATA_FORM);
	return result;
}

static struct elem *no_items_new(const struct errand *e, const char *node)
{
	struct elem *result = stanza_result_new(e->stanza);

	disco_add_items(result, node);
	return result;
}

struct elem *adhoc_menu_answer_new(const struct errand *e)
{
	const struct elem *query = stanza_payload(e->stanza);
	bool is_info = elem_is(query, NULL, NS_DISCO_INFO);
	const char *node = elem_attr(query, "node");
	struct adhoc_found found;
	struct elem *result;
	char *name;

	if (str_equal(node, NS_COMMANDS))
		return is_info ? info_new(e, node, "command-list", "Commands")
			       : list_new(e);
	if (!adhoc_menu_find(e->room != NULL, node, &found))
		return NULL;
	name = print_name(&found.node);
	result = is_info ? info_new(e, node, "command-node", name)
			 : no_items_new(e, node);
	mem_free(&name);
	mem_free(&found.text);
	return result;
}
