/* SPDX-License-Identifier: MIT */
#include "muc/admin_plan.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/nickname.h"
#include "muc/rank.h"
#include "muc/room.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

#define REASON_MAX 1000 /* bytes; kept with the list */

static bool refuse(const struct admin_plan *p, enum cond_name name, const char *text)
{
	struct cond cond = cond_make(name, text);

	act_refuse(p->act, name, cond.type, text);
	return false;
}

static bool is_granted(const struct admin_plan *p, enum verdict verdict)
{
	if (verdict == VERDICT_YES)
		return true;
	return refuse(p, verdict == VERDICT_NOT_ALLOWED ? COND_NOT_ALLOWED
							: COND_FORBIDDEN,
		      NULL);
}

/* Once in a request; two words about one would depend on their order. */
static bool is_new(const struct admin_plan *p, const char *key)
{
	static char there;

	if (map_get(p->seen, key))
		return refuse(p, COND_BAD_REQUEST, "Twice the same.");
	map_add(p->seen, key, &there);
	return true;
}

/* ---- an item about a role ---- */

static bool read_role(struct admin_plan *p, const struct elem *item,
		      const char *reason, struct rank_change *c)
{
	const char *nick = elem_attr(item, "nick");
	struct occupant *o;
	enum role role;

	if (!privilege_is_given(PRIVILEGE_KICK, p->actor.role,
				p->actor.affiliation) &&
	    !privilege_is_given(PRIVILEGE_MAKE_MODERATOR, p->actor.role,
				p->actor.affiliation))
		return refuse(p, COND_FORBIDDEN, NULL);
	if (!nick || !role_parse(elem_attr(item, "role"), &role))
		return refuse(p, COND_BAD_REQUEST, NULL);
	o = room_find_nick(p->act->room, nick);
	if (!o)
		return refuse(p, COND_ITEM_NOT_FOUND, NULL);
	if (!is_new(p, o->key) ||
	    !is_granted(p, privilege_judge_role(p->actor,
						(struct standing){
							o->role,
							o->affiliation },
						role)))
		return false;
	rank_init_role(c, o, role, reason);
	return true;
}

/* ---- an item about an affiliation ---- */

static bool may_change(const struct admin_plan *p, const struct jid *jid,
		       enum affiliation wanted)
{
	const struct room *r = p->act->room;
	bool is_self = jid_equal_bare(jid, p->act->stanza->from);
	enum affiliation now = affiliation_list_get(&r->affiliations, jid);

	if (is_self && wanted == AFFILIATION_OUTCAST)
		return refuse(p, COND_CONFLICT, "You would ban yourself.");
	if (is_self && wanted <= now)
		return true;
	/* operators own every room, whatever its lists say */
	if (wanted < AFFILIATION_OWNER && site_is_operator(r->site, jid, true))
		return refuse(p, COND_NOT_ALLOWED, NULL);
	return is_granted(p, privilege_judge_affiliation(p->actor.affiliation,
							 now, wanted));
}

/* #grantmember: a nick that comes with it is reserved. */
static bool may_reserve(const struct admin_plan *p, const struct jid *jid,
			const char *nick)
{
	const struct room *r = p->act->room;
	const struct occupant *o;
	struct nickname n;
	bool is_free;

	if (!nick || !*nick)
		return true;
	if (!nickname_make(&n, nick))
		return refuse(p, COND_BAD_REQUEST, "This is no nickname.");
	o = roster_find_key(&r->roster, n.key);
	is_free = affiliation_list_leaves(&r->affiliations, n.key, jid) &&
		  (!o || jid_equal_bare(o->shown->jid, jid)) &&
		  !map_get(p->seen, n.key);
	nickname_fini(&n);
	return is_free || refuse(p, COND_CONFLICT, "The nickname is taken.");
}

static bool read_address(struct admin_plan *p, const struct elem *item,
			 enum affiliation affiliation, const struct jid *jid,
			 struct rank_change *c)
{
	const struct affiliation_list *list = &p->act->room->affiliations;
	const char *nick = elem_attr(item, "nick");

	if (!jid)
		return refuse(p, COND_JID_MALFORMED, NULL);
	if (!jid_local(jid) && affiliation > AFFILIATION_NONE)
		return refuse(p, COND_BAD_REQUEST,
			      "A whole domain can only be banned.");
	if (!affiliation_list_find(list, jid_bare(jid)) &&
	    affiliation_list_count(list) + p->count >=
		    p->act->room->site->max_affiliations)
		return refuse(p, COND_RESOURCE_CONSTRAINT,
			      "The room's lists are full.");
	if (!is_new(p, jid_bare(jid)) || !may_change(p, jid, affiliation) ||
	    !may_reserve(p, jid, nick))
		return false;
	rank_init_affiliation(c, jid, affiliation,
			      affiliation > AFFILIATION_NONE ? nick : NULL,
			      elem_child_text(item, "reason", NS_MUC_ADMIN));
	return true;
}

static bool read_affiliation(struct admin_plan *p, const struct elem *item,
			     struct rank_change *c)
{
	const char *text = elem_attr(item, "jid");
	enum affiliation affiliation;
	struct jid *jid;
	bool is_read;

	if (!privilege_is_given(PRIVILEGE_BAN, p->actor.role,
				p->actor.affiliation))
		return refuse(p, COND_FORBIDDEN, NULL);
	if (!text ||
	    !affiliation_parse(elem_attr(item, "affiliation"), &affiliation))
		return refuse(p, COND_BAD_REQUEST, NULL);
	jid = jid_parse(text);
	is_read = read_address(p, item, affiliation, jid, c);
	jid_free(&jid);
	return is_read;
}

/* ---- all items ---- */

static bool read_item(struct admin_plan *p, const struct elem *item,
		      struct rank_change *c)
{
	const char *reason = elem_child_text(item, "reason", NS_MUC_ADMIN);
	bool has_role = elem_attr(item, "role") != NULL;

	if (has_role == (elem_attr(item, "affiliation") != NULL))
		return refuse(p, COND_BAD_REQUEST, NULL);
	/* one list at a time */
	if (p->count && has_role != (p->changes[0].occupant != NULL))
		return refuse(p, COND_BAD_REQUEST, NULL);
	if (reason && strlen(reason) > REASON_MAX)
		return refuse(p, COND_NOT_ACCEPTABLE, "The reason is long.");
	return has_role ? read_role(p, item, reason, c)
			: read_affiliation(p, item, c);
}

static size_t count_items(const struct elem *query)
{
	const struct elem *item;
	size_t count = 0;

	for (item = elem_child(query, "item", NS_MUC_ADMIN); item;
	     item = elem_next(item, "item", NS_MUC_ADMIN))
		count++;
	return count;
}

static bool read_items(struct admin_plan *p)
{
	const struct elem *query = stanza_payload(p->act->stanza);
	const struct elem *item;

	/* a change that was made does not move any more */
	p->changes = mem_zero(count_items(query) + 1, sizeof(*p->changes));
	for (item = elem_child(query, "item", NS_MUC_ADMIN); item;
	     item = elem_next(item, "item", NS_MUC_ADMIN)) {
		if (!read_item(p, item, &p->changes[p->count]))
			return false;
		p->count++;
	}
	return p->count || refuse(p, COND_BAD_REQUEST, NULL);
}

/* #revokeowner: a room that has owners keeps one. An operator, who owns it by the
 * configuration alone, may do without. */
static bool leaves_owner(const struct admin_plan *p)
{
	const struct room *r = p->act->room;
	const struct affiliation_list *list = &r->affiliations;
	size_t owners = affiliation_list_count_of(list, AFFILIATION_OWNER);

	if (!owners || site_is_operator(r->site, p->act->stanza->from,
					p->act->by_certificate))
		return true;
	for (size_t i = 0; i < p->count; i++) {
		const struct rank_change *c = &p->changes[i];

		if (!c->jid)
			continue;
		owners -= affiliation_list_get(list, c->jid) ==
			  AFFILIATION_OWNER;
		owners += c->affiliation == AFFILIATION_OWNER;
	}
	return owners || refuse(p, COND_CONFLICT, "A room has an owner.");
}

void admin_plan_init(struct admin_plan *p, const struct act *a)
{
	*p = (struct admin_plan){ .act = a, .actor = act_standing(a) };
	p->seen = map_new();
}

void admin_plan_fini(struct admin_plan *p)
{
	for (size_t i = 0; i < p->count; i++)
		rank_fini(&p->changes[i]);
	mem_free(&p->changes);
	map_free(&p->seen, NULL);
}

bool admin_plan_read(struct admin_plan *p)
{
	return read_items(p) && leaves_owner(p);
}
