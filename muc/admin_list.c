/* SPDX-License-Identifier: MIT */
#include "muc/admin_list.h"

#include "base/map.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/room.h"
#include "xml/elem.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

static struct elem *add_item(struct elem *query, enum affiliation a,
			     const char *jid)
{
	struct elem *item = elem_add(query, "item", NULL);

	elem_set_attr(item, "affiliation", affiliation_text(a));
	elem_set_attr(item, "jid", jid);
	return item;
}

static void add_role_list(struct elem *query, const struct room *r,
			  enum role role)
{
	const struct occupant *o;
	struct elem *item;

	list_each(o, &r->roster.occupants, node) {
		if (o->role != role)
			continue;
		item = add_item(query, o->affiliation,
				jid_text(o->shown->jid));
		elem_set_attr(item, "nick", occupant_nick(o));
		elem_set_attr(item, "role", role_text(role));
	}
}

static void add_affiliation_list(struct elem *query, const struct room *r,
				 enum affiliation a)
{
	struct map_cursor cursor;
	struct elem *item;

	if (!r->affiliations.entries)
		return;
	map_begin(r->affiliations.entries, &cursor);
	while (map_next(&cursor)) {
		const struct affiliation_entry *entry = cursor.value;

		if (entry->affiliation != a)
			continue;
		item = add_item(query, a, cursor.key);
		elem_set_attr(item, "nick", entry->nick);
		if (entry->reason)
			elem_add_with_text(item, "reason", NULL,
					   entry->reason);
	}
}

static void answer_roles(struct act *a, struct standing reader, enum role role)
{
	struct elem *result;

	if (!privilege_may_read_roles(reader, role)) {
		act_refuse(a, COND_FORBIDDEN, COND_TYPE_AUTH, NULL);
		return;
	}
	result = stanza_result_new(a->stanza);
	add_role_list(elem_add(result, "query", NS_MUC_ADMIN), a->room, role);
	act_answer(a, result);
}

static void answer_affiliations(struct act *a, struct standing reader,
				enum affiliation affiliation)
{
	struct elem *result;

	if (!privilege_may_read_list(reader.affiliation, affiliation,
				     a->room->config.shows_jids)) {
		act_refuse(a, COND_FORBIDDEN, COND_TYPE_AUTH, NULL);
		return;
	}
	result = stanza_result_new(a->stanza);
	add_affiliation_list(elem_add(result, "query", NS_MUC_ADMIN), a->room,
			     affiliation);
	act_answer(a, result);
}

void admin_list_get(struct act *a)
{
	const struct elem *query = stanza_payload(a->stanza);
	const struct elem *item = elem_child(query, "item", NS_MUC_ADMIN);
	const char *role_name = item ? elem_attr(item, "role") : NULL;
	const char *name = item ? elem_attr(item, "affiliation") : NULL;
	struct standing reader = act_standing(a);
	enum affiliation affiliation;
	enum role role;

	if (role_name && !name && role_parse(role_name, &role) &&
	    role != ROLE_NONE)
		answer_roles(a, reader, role);
	else if (name && !role_name && affiliation_parse(name, &affiliation) &&
		 affiliation != AFFILIATION_NONE)
		answer_affiliations(a, reader, affiliation);
	else
		act_refuse(a, COND_BAD_REQUEST, COND_TYPE_MODIFY, NULL);
}
