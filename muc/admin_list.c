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

/* ---- affiliations, a page at a time (XEP-0059) ---- */

/* The entries that have the affiliation; all borrowed. */
struct selection {
	const char **keys; /* owned array */
	size_t count;
};

static struct selection select_all(const struct room *r, enum affiliation a)
{
	const struct affiliation_list *list = &r->affiliations;
	struct selection s = { 0 };
	struct map_cursor cursor;

	s.keys = mem_zero(affiliation_list_count(list) + 1, sizeof(*s.keys));
	if (!list->entries)
		return s;
	map_begin(list->entries, &cursor);
	while (map_next(&cursor)) {
		const struct affiliation_entry *entry = cursor.value;

		if (entry->affiliation == a)
			s.keys[s.count++] = cursor.key;
	}
	return s;
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
	if (out->first > s->count || (q->before && *q->before &&
				      out->end == s->count))
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

/* Returns about how long it is. */
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
	return ITEM_BYTES + strlen(key) +
	       (entry->nick ? strlen(entry->nick) : 0) +
	       (entry->reason ? strlen(entry->reason) : 0);
}

/* As many as a stanza takes; a list that is cut says so. */
static void add_page(struct elem *query, const struct room *r,
		     const struct selection *s, struct span span,
		     bool is_asked)
{
	size_t i, bytes = 0;

	for (i = span.first; i < span.end && bytes < PAGE_BYTES; i++)
		bytes += add_entry(query, r, s->keys[i]);
	if (is_asked || i - span.first < s->count)
		rsm_add(query, i > span.first ? s->keys[span.first] : NULL,
			i > span.first ? s->keys[i - 1] : NULL,
			i > span.first ? (int64_t)span.first : -1,
			(int64_t)s->count);
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

static void send_page(struct act *a, enum affiliation affiliation,
		      const struct rsm_request *request)
{
	struct selection s = select_all(a->room, affiliation);
	struct elem *result, *query;
	struct span span;

	if (find_span(&s, request, &span)) {
		result = stanza_result_new(a->stanza);
		query = elem_add(result, "query", NS_MUC_ADMIN);
		add_page(query, a->room, &s, span, request->is_present);
		act_answer(a, result);
	} else {
		act_refuse(a, COND_ITEM_NOT_FOUND, COND_TYPE_CANCEL, NULL);
	}
	mem_free(&s.keys);
}

/* muc#roomconfig_getmemberlist narrows what a non-anonymous room opens; it
 * never opens the lists of one that hides addresses. */
static bool may_read(const struct act *a, struct standing reader,
		     enum affiliation list)
{
	const struct room_config *c = &a->room->config;
	bool is_open = c->shows_jids &&
		       (!a->session || c->list_readers & (1u << reader.role));

	return privilege_may_read_list(reader.affiliation, list, is_open);
}

static void answer_affiliations(struct act *a, struct standing reader,
				enum affiliation affiliation)
{
	struct rsm_request request;

	if (!may_read(a, reader, affiliation))
		act_refuse(a, COND_FORBIDDEN, COND_TYPE_AUTH, NULL);
	else if (rsm_read(stanza_payload(a->stanza), &request))
		act_refuse(a, COND_BAD_REQUEST, COND_TYPE_MODIFY, NULL);
	else
		send_page(a, affiliation, &request);
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
