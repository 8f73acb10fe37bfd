/* SPDX-License-Identifier: MIT */
#include "muc/iq_admin.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/hierarchy.h"
#include "muc/leave.h"
#include "muc/persist.h"
#include "muc/presence.h"
#include "muc/room.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

#define MAX_CHANGES 200

/** One <item/> of a request, understood. */
struct change {
	struct occupant *occupant;    /* role: whose; borrowed */
	enum role role;
	struct jid *jid;              /* affiliation: whose; owned, or NULL */
	enum affiliation affiliation;
	const char *reason;           /* borrowed from the stanza, or NULL */
};

static struct standing actor_of(const struct act *a)
{
	return (struct standing){
		.role = a->session ? a->session->occupant->role : ROLE_NONE,
		.affiliation = room_affiliation(a->room, a->stanza->from,
						a->by_certificate),
	};
}

static void refuse_bad(struct act *a)
{
	act_refuse(a, COND_BAD_REQUEST, COND_TYPE_MODIFY, NULL);
}

/* ---- lists ---- */

static void list_role(struct act *a, struct elem *query, enum role role)
{
	const struct occupant *o;

	list_each(o, &a->room->roster.occupants, node) {
		struct elem *item;

		if (o->role != role)
			continue;
		item = elem_add(query, "item", NULL);
		elem_set_attr(item, "affiliation",
			      affiliation_text(o->affiliation));
		elem_set_attr(item, "jid", jid_text(o->shown->jid));
		elem_set_attr(item, "nick", occupant_nick(o));
		elem_set_attr(item, "role", role_text(role));
	}
}

static void list_affiliation(struct act *a, struct elem *query,
			     enum affiliation affiliation)
{
	const struct affiliation_entry *entry;
	struct map_cursor cursor;
	struct elem *item;

	if (!a->room->affiliations.entries)
		return;
	map_begin(a->room->affiliations.entries, &cursor);
	while (map_next(&cursor)) {
		entry = cursor.value;
		if (entry->affiliation != affiliation)
			continue;
		item = elem_add(query, "item", NULL);
		elem_set_attr(item, "affiliation",
			      affiliation_text(affiliation));
		elem_set_attr(item, "jid", cursor.key);
		elem_set_attr(item, "nick", entry->nick);
		if (entry->reason)
			elem_add_with_text(item, "reason", NULL,
					   entry->reason);
	}
}

void iq_admin_get(struct act *a)
{
	const struct elem *item = elem_child(stanza_payload(a->stanza), "item",
					     NS_MUC_ADMIN);
	const char *by_role = item ? elem_attr(item, "role") : NULL;
	const char *by_affiliation = item ? elem_attr(item, "affiliation")
					  : NULL;
	struct standing actor = actor_of(a);
	enum role role = ROLE_NONE;
	enum affiliation affiliation = AFFILIATION_NONE;
	struct elem *result, *query;

	if (!by_role == !by_affiliation ||
	    (by_role && !role_parse(by_role, &role)) ||
	    (by_affiliation &&
	     !affiliation_parse(by_affiliation, &affiliation))) {
		refuse_bad(a);
		return;
	}
	if (by_role ? !hierarchy_may_list_role(actor, role)
		    : !hierarchy_may_list_affiliation(actor.affiliation,
						      affiliation)) {
		act_refuse(a, COND_FORBIDDEN, COND_TYPE_AUTH, NULL);
		return;
	}
	result = stanza_result_new(a->stanza);
	query = elem_add(result, "query", NS_MUC_ADMIN);
	if (by_role)
		list_role(a, query, role);
	else
		list_affiliation(a, query, affiliation);
	act_answer(a, result);
}

/* ---- understanding a request; false = refused ---- */

static bool read_role(struct act *a, const struct elem *item,
		      struct change *c)
{
	const char *nick = elem_attr(item, "nick");

	if (!nick || !role_parse(elem_attr(item, "role"), &c->role)) {
		refuse_bad(a);
		return false;
	}
	c->occupant = room_find_nick(a->room, nick);
	if (!c->occupant)
		act_refuse(a, COND_ITEM_NOT_FOUND, COND_TYPE_CANCEL, NULL);
	return c->occupant;
}

static bool read_affiliation(struct act *a, const struct elem *item,
			     struct change *c)
{
	const char *text = elem_attr(item, "jid");
	struct jid *jid = text ? jid_parse(text) : NULL;

	if (text && !jid) {
		act_refuse(a, COND_JID_MALFORMED, COND_TYPE_MODIFY, NULL);
		return false;
	}
	/* #modifyowner: a full JID stands for its bare one; #ban: a domain
	 * can only be banned, and pardoned */
	c->jid = jid ? jid_to_bare(jid) : NULL;
	jid_free(&jid);
	if (!c->jid ||
	    !affiliation_parse(elem_attr(item, "affiliation"),
			       &c->affiliation) ||
	    (!jid_local(c->jid) && c->affiliation > AFFILIATION_NONE)) {
		refuse_bad(a);
		return false;
	}
	return true;
}

static bool read_change(struct act *a, const struct elem *item,
			struct change *c)
{
	bool has_role = elem_attr(item, "role");
	bool has_affiliation = elem_attr(item, "affiliation");

	c->reason = elem_child_text(item, "reason", NS_MUC_ADMIN);
	if (has_role && !has_affiliation)
		return read_role(a, item, c);
	if (has_affiliation && !has_role)
		return read_affiliation(a, item, c);
	/* #bizrules-iq, 4 */
	refuse_bad(a);
	return false;
}

static bool is_last_owner(const struct room *r, const char *key)
{
	const struct affiliation_entry *entry;
	struct map_cursor cursor;

	entry = affiliation_list_find(&r->affiliations, key);
	if (!entry || entry->affiliation != AFFILIATION_OWNER)
		return false;
	map_begin(r->affiliations.entries, &cursor);
	while (map_next(&cursor)) {
		entry = cursor.value;
		if (entry->affiliation == AFFILIATION_OWNER &&
		    strcmp(cursor.key, key))
			return false;
	}
	return true;
}

static enum verdict judge(const struct act *a, const struct change *c)
{
	struct standing actor = actor_of(a), target;

	if (c->occupant) {
		target.role = c->occupant->role;
		target.affiliation = c->occupant->affiliation;
		return hierarchy_check_role(actor, target, c->role);
	}
	/* operators are owners by the configuration alone */
	return hierarchy_check_affiliation(
		actor.affiliation, room_affiliation(a->room, c->jid, true),
		c->affiliation, jid_equal_bare(c->jid, a->stanza->from),
		is_last_owner(a->room, jid_text(c->jid)));
}

static bool check_change(struct act *a, const struct change *c)
{
	switch (judge(a, c)) {
	case VERDICT_YES:
		return true;
	case VERDICT_FORBIDDEN:
		act_refuse(a, COND_FORBIDDEN, COND_TYPE_AUTH, NULL);
		break;
	case VERDICT_NOT_ALLOWED:
		act_refuse(a, COND_NOT_ALLOWED, COND_TYPE_CANCEL, NULL);
		break;
	case VERDICT_CONFLICT:
		act_refuse(a, COND_CONFLICT, COND_TYPE_CANCEL, NULL);
		break;
	}
	return false;
}

/* ---- doing it ---- */

static void save_occupant(struct room *r, const struct occupant *o)
{
	const struct session *s;

	list_each(s, &o->sessions, node)
		persist_session(r, s, true);
}

static void change_role(struct room *r, struct occupant *o, enum role role,
			const struct presence_note *note)
{
	if (role == ROLE_NONE) {
		leave_remove_occupant(r, o, note);
		return;
	}
	if (o->role == role)
		return;
	roster_set_role(&r->roster, o, role);
	save_occupant(r, o);
	presence_show(r, o, NULL);
}

/* An occupant's affiliation is another now: it brings its role, and with the
 * loss of admin goes the moderator (#affil-change). */
static void change_rank(struct room *r, struct occupant *o,
			enum affiliation affiliation)
{
	bool was_above = o->affiliation > affiliation;
	enum role role = affiliation_role(affiliation, r->config.is_moderated);

	o->affiliation = affiliation;
	occupant_forget_presence(o);
	if (role > o->role || was_above)
		roster_set_role(&r->roster, o, role);
	save_occupant(r, o);
	presence_show(r, o, NULL);
}

static bool is_meant(const struct occupant *o, const struct jid *jid)
{
	const struct jid *real = o->shown->jid;

	return jid_local(jid) ? jid_equal_bare(real, jid)
			      : str_equal(jid_domain(real), jid_domain(jid));
}

static void change_affiliation(struct room *r, const struct change *c,
			       struct presence_note *note)
{
	const char *key = jid_text(c->jid);
	struct occupant *o, *next;

	affiliation_list_set(&r->affiliations, key, c->affiliation, NULL,
			     c->reason);
	persist_affiliation(r, key);
	list_each_safe(o, next, &r->roster.occupants, node) {
		enum affiliation now;

		if (!is_meant(o, c->jid))
			continue;
		now = room_affiliation(r, o->shown->jid,
				       o->affiliation == AFFILIATION_OWNER);
		note->codes[0] = now == AFFILIATION_OUTCAST ? 301 : 321;
		if (now == AFFILIATION_OUTCAST ||
		    (now < AFFILIATION_MEMBER && r->config.is_members_only)) {
			o->affiliation = now;
			leave_remove_occupant(r, o, note);
		} else if (now != o->affiliation) {
			change_rank(r, o, now);
		}
	}
}

static void apply(struct act *a, const struct change *c, const char *actor)
{
	struct presence_note note = {
		.codes = { 307 },
		.reason = c->reason,
		.actor = actor,
	};

	if (c->occupant)
		change_role(a->room, c->occupant, c->role, &note);
	else
		change_affiliation(a->room, c, &note);
}

/* An occupant may be named twice, and be gone by then. */
static bool is_still_there(const struct room *r, const struct change *c)
{
	const struct occupant *o;

	if (!c->occupant)
		return true;
	list_each(o, &r->roster.occupants, node)
		if (o == c->occupant)
			return true;
	return false;
}

static void apply_all(struct act *a, const struct change *changes,
		      size_t count)
{
	char *actor = a->session ? str_dup(occupant_nick(a->session->occupant))
				 : NULL;

	act_answer_in_order(a, stanza_result_new(a->stanza));
	for (size_t i = 0; i < count; i++)
		if (is_still_there(a->room, &changes[i]))
			apply(a, &changes[i], actor);
	a->session = roster_find_session(&a->room->roster, a->stanza->from);
	mem_free(&actor);
}

void iq_admin_set(struct act *a)
{
	struct change changes[MAX_CHANGES] = { 0 };
	const struct elem *item;
	bool is_good = true;
	size_t count = 0;

	for (item = elem_child(stanza_payload(a->stanza), "item", NS_MUC_ADMIN);
	     item && is_good; item = elem_next(item, "item", NS_MUC_ADMIN)) {
		is_good = count < MAX_CHANGES;
		if (!is_good) {
			act_refuse(a, COND_POLICY_VIOLATION, COND_TYPE_MODIFY,
				   "Too many changes at once.");
			break;
		}
		is_good = read_change(a, item, &changes[count]) &&
			  check_change(a, &changes[count]);
		count++;
	}
	if (!count)
		refuse_bad(a);
	else if (is_good && act_may_save(a))
		apply_all(a, changes, count);
	for (size_t i = 0; i < count; i++)
		jid_free(&changes[i].jid);
}
