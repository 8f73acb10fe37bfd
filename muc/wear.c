/* SPDX-License-Identifier: MIT */
#include "muc/wear.h"

#include "base/map.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/hat.h"
#include "muc/persist.h"
#include "muc/presence.h"
#include "muc/rank.h"
#include "muc/room.h"

/* ---- the rank that comes with it ---- */

/* What the person is to be in the room's lists, now that the hat is on or off.
 * What is higher than the hat makes of them stays; what it had made ends. */
static enum affiliation rank_with(const struct room *r, const char *key,
				  const struct hat *off)
{
	enum affiliation worn = hat_list_rank(&r->hats, key);
	const struct affiliation_entry *entry;
	enum affiliation is;

	entry = affiliation_list_find(&r->affiliations, key);
	is = entry ? entry->affiliation : AFFILIATION_NONE;
	if (worn > is)
		return worn;
	if (!off || off->rank != is || worn >= is || is <= AFFILIATION_NONE)
		return is;
	return entry->nick && r->config.registers_members ? AFFILIATION_MEMBER
							  : AFFILIATION_NONE;
}

/* True: their rank changed, and all in the room were told of it. */
static bool change_rank(struct room *r, const struct jid *jid,
			const struct hat *off)
{
	const char *key = jid_bare(jid);
	const struct affiliation_entry *entry;
	enum affiliation wanted = rank_with(r, key, off);
	struct rank_change change;
	bool is_told;

	entry = affiliation_list_find(&r->affiliations, key);
	if (wanted == (entry ? entry->affiliation : AFFILIATION_NONE))
		return false;
	/* their nick stays theirs */
	rank_init_affiliation(&change, jid, wanted, entry ? entry->nick : NULL,
			      NULL);
	rank_apply(r, &change, 1);
	rank_tell(r, &change, 1, NULL);
	is_told = change.is_done;
	rank_fini(&change);
	return is_told;
}

/* ---- voice ---- */

/* With the hat comes a voice, and goes with it, unless a moderator has said
 * otherwise. */
static void change_voice(struct room *r, struct occupant *o)
{
	enum role role = room_role(r, o->shown, o->affiliation);
	const struct session *s;

	if (o->role >= ROLE_MODERATOR || role >= ROLE_MODERATOR ||
	    role == o->role)
		return;
	roster_set_role(&r->roster, o, role);
	list_each(s, &o->sessions, node)
		persist_session(r, s, true);
}

/* ---- showing ---- */

static void show(struct room *r, const char *key, bool has_changed)
{
	struct occupant *o;

	list_each(o, &r->roster.occupants, node) {
		if (!str_equal(occupant_bare(o), key))
			continue;
		if (has_changed)
			change_voice(r, o);
		occupant_forget_presence(o);
		presence_show(r, o, NULL);
	}
}

static void settle(struct room *r, const struct jid *jid, const struct hat *off)
{
	struct occupant *o;

	/* presences that were frozen show the old hats */
	list_each(o, &r->roster.occupants, node)
		if (jid_equal_bare(o->shown->jid, jid))
			occupant_forget_presence(o);
	if (!change_rank(r, jid, off))
		show(r, jid_bare(jid), true);
}

bool wear_put(struct room *r, const struct jid *jid, const struct hat *hat,
	      const char *by)
{
	const char *key = jid_bare(jid);

	if (hat_list_wears(&r->hats, key, hat->uri))
		return false;
	hat_list_put(&r->hats, key, hat->uri, hat->title,
		     str_equal(by, HAT_LIST_ROSTER));
	persist_hat(r, key, hat->uri, hat->title, by);
	settle(r, jid, NULL);
	return true;
}

bool wear_take(struct room *r, const struct jid *jid, const char *uri,
	       const char *by)
{
	struct hat hat;

	if (!hat_list_take(&r->hats, jid_bare(jid), uri))
		return false;
	if (!hat_find(NULL, uri, &hat))
		hat = (struct hat){ .rank = AFFILIATION_NONE };
	persist_hat(r, jid_bare(jid), uri, NULL, by);
	settle(r, jid, &hat);
	return true;
}

/* ---- all who wear it ---- */

void wear_show(struct room *r, const char *uri)
{
	struct map_cursor cursor;

	if (!r->hats.wearers)
		return;
	map_begin(r->hats.wearers, &cursor);
	while (map_next(&cursor))
		if (hat_list_wears(&r->hats, cursor.key, uri))
			show(r, cursor.key, false);
}

void wear_take_all(struct room *r, const char *uri, const char *by)
{
	struct map_cursor cursor;
	struct jid *jid;

	if (!r->hats.wearers)
		return;
	map_begin(r->hats.wearers, &cursor);
	while (map_next(&cursor)) {
		if (!hat_list_wears(&r->hats, cursor.key, uri))
			continue;
		jid = jid_parse(cursor.key);
		if (jid)
			wear_take(r, jid, uri, by);
		jid_free(&jid);
		if (!r->hats.wearers) /* that was the last */
			return;
	}
}
