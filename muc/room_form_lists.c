/* SPDX-License-Identifier: MIT */
#include "muc/room_form.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/rank.h"
#include "muc/room.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/form.h"
#include "xmpp/ns.h"

/** What the form makes of both lists. */
struct wish {
	const struct room *room;
	const struct elem *owners; /* field, or NULL: not submitted */
	const struct elem *admins;
	struct map *wanted; /* owned; bare JID -> const enum affiliation */
};

static const enum affiliation owner = AFFILIATION_OWNER;
static const enum affiliation admin = AFFILIATION_ADMIN;

void room_form_lists_fini(struct room_form_lists *l)
{
	for (size_t i = 0; i < l->count; i++)
		rank_fini(&l->changes[i]);
	mem_free(&l->changes);
}

/* The bare JID that a line names, owned, or NULL. */
static struct jid *read_name(const char *text)
{
	struct jid *jid = jid_parse(text);

	if (jid && !(jid_local(jid) && jid_is_bare(jid)))
		jid_free(&jid);
	return jid;
}

/* Who is named in both lists, or stays an owner, is one. */
static bool is_wanted(const struct wish *w, const struct jid *jid,
		      const enum affiliation *a)
{
	if (map_get(w->wanted, jid_text(jid)))
		return false;
	return a == &owner || w->owners ||
	       affiliation_list_get(&w->room->affiliations, jid) != owner;
}

/* Blank lines count as nothing: clients send one for an empty list. */
static bool read_list(struct wish *w, const struct elem *field,
		      const enum affiliation *a)
{
	const struct elem *value;
	struct jid *jid;

	for (value = field ? elem_child(field, "value", NS_DATA_FORM) : NULL;
	     value; value = elem_next(value, "value", NS_DATA_FORM)) {
		if (!*elem_text(value))
			continue;
		jid = read_name(elem_text(value));
		if (!jid)
			return false;
		if (is_wanted(w, jid, a))
			map_add(w->wanted, jid_text(jid), (void *)a);
		jid_free(&jid);
	}
	return map_count(w->wanted) <= w->room->site->max_affiliations;
}

static void add_change(struct room_form_lists *out, const char *key,
		       enum affiliation a)
{
	struct jid *jid = jid_parse(key);

	require(jid);
	rank_init_affiliation(&out->changes[out->count++], jid, a, NULL, NULL);
	jid_free(&jid);
}

static void add_new(const struct wish *w, struct room_form_lists *out)
{
	const struct affiliation_entry *entry;
	struct map_cursor cursor;

	map_begin(w->wanted, &cursor);
	while (map_next(&cursor)) {
		const enum affiliation *a = cursor.value;

		entry = affiliation_list_find(&w->room->affiliations,
					      cursor.key);
		if (!entry || entry->affiliation != *a)
			add_change(out, cursor.key, *a);
	}
}

/* Who has it and is not named loses it; true when an owner stays. */
static bool add_dropped(const struct wish *w, struct room_form_lists *out)
{
	struct map_cursor cursor;
	bool is_left = false;

	if (!w->room->affiliations.entries)
		return false;
	map_begin(w->room->affiliations.entries, &cursor);
	while (map_next(&cursor)) {
		const struct affiliation_entry *entry = cursor.value;
		const enum affiliation *a = map_get(w->wanted, cursor.key);
		bool is_asked =
			(entry->affiliation == owner && w->owners) ||
			(entry->affiliation == admin && w->admins);

		if (is_asked && !a)
			add_change(out, cursor.key, AFFILIATION_NONE);
		else if (entry->affiliation == owner && (!a || *a == owner))
			is_left = true;
	}
	return is_left;
}

static bool makes_owner(const struct room_form_lists *l)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->changes[i].affiliation == AFFILIATION_OWNER)
			return true;
	return false;
}

static bool may_change(const struct room *r, enum room_hand hand)
{
	const struct room_field *f;

	for (size_t i = 0; (f = room_field_get(i)); i++)
		if (f->kind == FIELD_LIST &&
		    hand < room_field_hand(f, &r->config))
			return false;
	return true;
}

const char *room_form_read_lists(const struct room *r, enum room_hand hand,
				 const struct elem *form,
				 struct room_form_lists *out)
{
	struct wish w = {
		.room = r,
		.owners = form_field(form, ROOM_FIELD_OWNERS),
		.admins = form_field(form, ROOM_FIELD_ADMINS),
		.wanted = map_new(),
	};
	const char *fault = NULL;
	bool is_left;

	*out = (struct room_form_lists){ 0 };
	if (!read_list(&w, w.owners, &owner))
		fault = "Owners";
	else if (!read_list(&w, w.admins, &admin))
		fault = "Admins";
	if (!fault && (w.owners || w.admins)) {
		/* changes hold list heads: they stay where they are */
		out->changes = mem_zero(map_count(w.wanted) +
					affiliation_list_count(
						&r->affiliations) + 1,
					sizeof(*out->changes));
		is_left = add_dropped(&w, out);
		add_new(&w, out);
		out->has_no_owner = out->count && !r->config.of_house &&
				    !is_left && !makes_owner(out);
	}
	if (out->count && !may_change(r, hand))
		fault = "Owners and admins";
	map_free(&w.wanted, NULL);
	return fault;
}
