/* SPDX-License-Identifier: MIT */
/*
 * desk_people: who is in a room and on its lists, by command.
 *
 * Thread: conference loop.
 */
#include "muc/desk.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/house.h"
#include "muc/invite.h"
#include "muc/leave.h"
#include "muc/nickname.h"
#include "muc/privilege.h"
#include "muc/rank.h"
#include "muc/room.h"

/* ---- listing ---- */

static void show_present(const struct room *r, const struct occupant *o,
			 desk_person_fn fn, void *owner)
{
	const struct affiliation_entry *entry;
	struct desk_person person = {
		.jid = occupant_bare(o),
		.affiliation = affiliation_text(o->affiliation),
		.role = role_text(o->role),
		.nick = occupant_nick(o),
	};

	entry = affiliation_list_find(&r->affiliations, person.jid);
	person.reason = entry ? entry->reason : NULL;
	fn(owner, &person);
}

/* Bare JIDs of those present, as keys; owned. */
static struct map *present_new(const struct room *r)
{
	static char there;
	struct map *present = map_new();
	const struct occupant *o;

	list_each(o, &r->roster.occupants, node)
		if (!map_get(present, occupant_bare(o)))
			map_add(present, occupant_bare(o), &there);
	return present;
}

static void show_listed(const struct room *r, desk_person_fn fn, void *owner)
{
	struct map *present = present_new(r);
	struct map_cursor cursor;

	map_begin(r->affiliations.entries, &cursor);
	while (map_next(&cursor)) {
		const struct affiliation_entry *entry = cursor.value;
		const struct desk_person person = {
			.jid = cursor.key,
			.affiliation = affiliation_text(entry->affiliation),
			.nick = entry->nick,
			.reason = entry->reason,
		};

		if (!map_get(present, cursor.key))
			fn(owner, &person);
	}
	map_free(&present, NULL);
}

bool desk_people(const struct muc *m, const char *room, desk_person_fn fn,
		 void *owner)
{
	const struct room *r = map_get(m->rooms, room);
	const struct occupant *o;

	if (!r || r->config.is_destroyed)
		return false;
	list_each(o, &r->roster.occupants, node)
		show_present(r, o, fn, owner);
	if (r->affiliations.entries)
		show_listed(r, fn, owner);
	return true;
}

/* ---- rank ---- */

/* An owner's last right is given up by an operator alone. */
static bool is_last_owner(const struct room *r, const struct desk_actor *actor,
			  enum affiliation now, enum affiliation wanted)
{
	return !actor->is_operator && now == AFFILIATION_OWNER &&
	       wanted != AFFILIATION_OWNER &&
	       affiliation_list_count_of(&r->affiliations, AFFILIATION_OWNER) ==
		       1;
}

static bool may_rank(const struct room *r, const struct desk_actor *actor,
		     const struct jid *jid, enum affiliation wanted)
{
	enum affiliation now = affiliation_list_get(&r->affiliations, jid);

	/* operators own every room, whatever its lists say */
	if (wanted < AFFILIATION_OWNER && site_is_operator(r->site, jid, true))
		return false;
	if (str_equal(actor->by, jid_bare(jid)))
		return wanted != AFFILIATION_OUTCAST && wanted <= now &&
		       !is_last_owner(r, actor, now, wanted);
	return privilege_judge_affiliation(actor->rank, now, wanted) ==
		       VERDICT_YES &&
	       !is_last_owner(r, actor, now, wanted);
}

static enum desk_result judge_nick(const struct room *r, const struct jid *jid,
				   const char *nick)
{
	const struct occupant *o;
	struct nickname n;
	bool is_free;

	if (!nick || !*nick)
		return DESK_DONE;
	if (!nickname_make(&n, nick))
		return DESK_BAD_NICK;
	o = roster_find_key(&r->roster, n.key);
	is_free = affiliation_list_leaves(&r->affiliations, n.key, jid) &&
		  (!o || jid_equal_bare(o->shown->jid, jid));
	nickname_fini(&n);
	return is_free ? DESK_DONE : DESK_TAKEN;
}

static bool is_same(const struct affiliation_entry *entry,
		    enum affiliation wanted, const char *nick)
{
	if (!entry)
		return wanted == AFFILIATION_NONE;
	if (entry->affiliation != wanted)
		return false;
	return !nick || str_equal(entry->nick ? entry->nick : "", nick);
}

static enum desk_result judge_rank(const struct room *r,
				   const struct desk_actor *actor,
				   const struct jid *jid,
				   enum affiliation wanted, const char *nick)
{
	const struct affiliation_list *list = &r->affiliations;
	const struct affiliation_entry *entry;

	if (!jid_local(jid) && wanted > AFFILIATION_NONE)
		return DESK_BAD_JID;
	entry = affiliation_list_find(list, jid_bare(jid));
	if (is_same(entry, wanted, nick))
		return DESK_SAME;
	if (!may_rank(r, actor, jid, wanted))
		return DESK_NOT_ALLOWED;
	if (!entry && affiliation_list_count(list) >= r->site->max_affiliations)
		return DESK_FULL;
	if (!room_may_save(r))
		return DESK_BEHIND;
	return judge_nick(r, jid, nick);
}

/* In the name of who added them; a command of the house: of the room's. */
static void invite_new(struct room *r, const struct desk_actor *actor,
		       const struct rank_change *c)
{
	struct jid *by = jid_parse(actor->by);
	bool is_person = by && jid_local(by);

	invite_new_members(r, is_person ? by : r->jid, c, 1);
	jid_free(&by);
}

static void change(struct muc *m, struct room *r,
		   const struct desk_actor *actor, struct rank_change *c)
{
	rank_apply(r, c, 1);
	rank_tell(r, c, 1, NULL);
	invite_new(r, actor, c);
	rank_fini(c);
	leave_check_empty(r); /* the last one may be out */
	house_finish(m, r);
}

static enum desk_result rank(struct muc *m, const struct desk_actor *actor,
			     struct room *r, const struct jid *jid,
			     enum affiliation wanted, const char *nick)
{
	enum desk_result result = judge_rank(r, actor, jid, wanted, nick);
	struct rank_change c;

	if (result != DESK_DONE)
		return result;
	desk_audit(m, actor, jid_text(r->jid), affiliation_text(wanted),
		   jid_bare(jid), NULL);
	rank_init_affiliation(&c, jid, wanted, nick, actor->reason);
	change(m, r, actor, &c);
	return DESK_DONE;
}

enum desk_result desk_rank(struct muc *m, const struct desk_actor *actor,
			   const char *room, const struct jid *jid,
			   enum affiliation affiliation, const char *nick)
{
	struct room *r = map_get(m->rooms, room);

	if (!r)
		return DESK_NO_ROOM;
	if (r->config.is_destroyed)
		return DESK_IS_GONE;
	return rank(m, actor, r, jid, affiliation, nick);
}

/* ---- kick ---- */

enum desk_result desk_kick(struct muc *m, const struct desk_actor *actor,
			   const char *room, const char *nick)
{
	const struct standing by = { ROLE_MODERATOR, actor->rank };
	struct room *r = map_get(m->rooms, room);
	struct rank_change c;
	struct occupant *o;

	if (!r)
		return DESK_NO_ROOM;
	o = room_find_nick(r, nick);
	if (!o)
		return DESK_NOBODY;
	if (privilege_judge_role(by,
				 (struct standing){ o->role, o->affiliation },
				 ROLE_NONE) != VERDICT_YES)
		return DESK_NOT_ALLOWED;
	if (!room_may_save(r))
		return DESK_BEHIND;
	desk_audit(m, actor, room, "kick", occupant_bare(o), nick);
	rank_init_role(&c, o, ROLE_NONE, actor->reason);
	change(m, r, actor, &c);
	return DESK_DONE;
}
