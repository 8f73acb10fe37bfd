/* SPDX-License-Identifier: MIT */
#include "muc/admin_list.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/room.h"
#include "xml/elem.h"
#include "xmpp/ns.h"
#include "xmpp/rsm.h"
#include "xmpp/stanza.h"

/* Of one answer, in bytes: below the 256 KiB that is the least which common
 * servers take. */
#define PAGE_BYTES 200000
#define ITEM_BYTES 90 /* an entry without its texts */

static struct elem *add_item(struct elem *query, enum affiliation a,
			     const char *jid)
{
	struct elem *item = elem_add(query, "item", NULL);

	elem_set_attr(item, "affiliation", affiliation_text(a));
	elem_set_attr(item, "jid", jid);
	return item;
}

/* ---- a page at a time (XEP-0059) ---- */

/** Which list: of a role or of an affiliation. */
struct list_name {
	bool of_role;
	enum role role;
	enum affiliation affiliation;
};

/* What is in the list: keys of nicks or of entries; all borrowed. */
struct selection {
	const char **keys; /* owned array */
	size_t count;
};

static void select_role(const struct room *r, enum role role,
			struct selection *s)
{
	const struct occupant *o;

	s->keys = mem_zero(roster_occupant_count(&r->roster) + 1,
			   sizeof(*s->keys));
	list_each(o, &r->roster.occupants, node)
		if (o->role == role)
			s->keys[s->count++] = o->key;
}

static void select_affiliation(const struct room *r, enum affiliation a,
			       struct selection *s)
{
	const struct affiliation_list *list = &r->affiliations;
	struct map_cursor cursor;

	s->keys = mem_zero(affiliation_list_count(list) + 1, sizeof(*s->keys));
	if (!list->entries)
		return;
	map_begin(list->entries, &cursor);
	while (map_next(&cursor)) {
		const struct affiliation_entry *entry = cursor.value;

		if (entry->affiliation == a)
			s->keys[s->count++] = cursor.key;
	}
}

/* Index of a key; count when it is not there (any more). */
static size_t find_key(const struct selection *s, const char *key)
{
	size_t i = 0;

	while (i < s->count && !str_equal(s->keys[i], key))
		i++;
	return i;
}

struct span {
	size_t first;
	size_t end;
};

/* False: a key that the page shall stand beside is not in the list. */
static bool find_span(const struct selection *s, const struct rsm_request *q,
		      struct span *out)
{
	size_t max = q->max >= 0 ? (size_t)q->max : s->count;

	*out = (struct span){ 0, s->count };
	if (q->index > 0)
		out->first = (size_t)q->index < s->count ? (size_t)q->index
							 : s->count;
	if (q->after && *q->after)
		out->first = find_key(s, q->after) + 1;
	if (q->before && *q->before)
		out->end = find_key(s, q->before);
	if (out->first > s->count ||
	    (q->before && *q->before && out->end == s->count))
		return false;
	if (out->end < out->first)
		out->end = out->first;
	if (out->end - out->first > max) {
		if (q->before)
			out->first = out->end - max;
		else
			out->end = out->first + max;
	}
	return true;
}

static size_t length(const char *text)
{
	return text ? strlen(text) : 0;
}

/* Returns about how long it is; so does the next. */
static size_t add_occupant(struct elem *query, const struct room *r,
			   const char *key)
{
	const struct occupant *o = roster_find_key(&r->roster, key);
	struct elem *item;

	item = add_item(query, o->affiliation, jid_text(o->shown->jid));
	elem_set_attr(item, "nick", occupant_nick(o));
	elem_set_attr(item, "role", role_text(o->role));
	return ITEM_BYTES + strlen(jid_text(o->shown->jid)) +
	       strlen(occupant_nick(o));
}

static size_t add_entry(struct elem *query, const struct room *r,
			const char *key)
{
	const struct affiliation_entry *entry;
	struct elem *item;

	entry = affiliation_list_find(&r->affiliations, key);
	item = add_item(query, entry->affiliation, key);
	elem_set_attr(item, "nick", entry->nick);
	if (entry->reason)
		elem_add_with_text(item, "reason", NULL, entry->reason);
	return ITEM_BYTES + strlen(key) + length(entry->nick) +
	       length(entry->reason);
}

/* As many as a stanza takes; a list that is cut says so. */
static void add_page(struct elem *query, const struct room *r,
		     const struct list_name *list, const struct selection *s,
		     struct span span, bool is_asked)
{
	size_t i, bytes = 0;

	for (i = span.first; i < span.end && bytes < PAGE_BYTES; i++)
		bytes += (list->of_role ? add_occupant : add_entry)(query, r,
								    s->keys[i]);
	if (is_asked || i - span.first < s->count)
		rsm_add(query, i > span.first ? s->keys[span.first] : NULL,
			i > span.first ? s->keys[i - 1] : NULL,
			i > span.first ? (int64_t)span.first : -1,
			(int64_t)s->count);
}

static void send_page(struct act *a, const struct list_name *list,
		      const struct rsm_request *request)
{
	struct selection s = { 0 };
	struct elem *result, *query;
	struct span span;

	if (list->of_role)
		select_role(a->room, list->role, &s);
	else
		select_affiliation(a->room, list->affiliation, &s);
	if (find_span(&s, request, &span)) {
		result = stanza_result_new(a->stanza);
		query = elem_add(result, "query", NS_MUC_ADMIN);
		add_page(query, a->room, list, &s, span, request->is_present);
		act_answer(a, result);
	} else {
		act_refuse(a, COND_ITEM_NOT_FOUND, COND_TYPE_CANCEL, NULL);
	}
	mem_free(&s.keys);
}

/* muc#roomconfig_getmemberlist narrows what a non-anonymous room opens; it
 * never opens the lists of one that hides addresses. */
static bool may_read(const struct act *a, const struct list_name *list)
{
	const struct room_config *c = &a->room->config;
	struct standing reader = act_standing(a);
	bool is_open = c->shows_jids &&
		       (!a->session || c->list_readers & (1u << reader.role));

	if (list->of_role)
		return privilege_may_read_roles(reader, list->role);
	return privilege_may_read_list(reader.affiliation, list->affiliation,
				       is_open);
}

static bool read_name(const struct elem *item, struct list_name *out)
{
	const char *role = elem_attr(item, "role");
	const char *affiliation = elem_attr(item, "affiliation");

	*out = (struct list_name){ .of_role = role != NULL };
	if (!role == !affiliation)
		return false;
	if (role)
		return role_parse(role, &out->role) && out->role != ROLE_NONE;
	return affiliation_parse(affiliation, &out->affiliation) &&
	       out->affiliation != AFFILIATION_NONE;
}

void admin_list_get(struct act *a)
{
	const struct elem *query = stanza_payload(a->stanza);
	const struct elem *item = elem_child(query, "item", NS_MUC_ADMIN);
	struct rsm_request request;
	struct list_name list;

	if (!item || !read_name(item, &list))
		act_refuse(a, COND_BAD_REQUEST, COND_TYPE_MODIFY, NULL);
	else if (!may_read(a, &list))
		act_refuse(a, COND_FORBIDDEN, COND_TYPE_AUTH, NULL);
	else if (rsm_read(query, &request))
		act_refuse(a, COND_BAD_REQUEST, COND_TYPE_MODIFY, NULL);
	else
		send_page(a, &list, &request);
}
