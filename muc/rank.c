/* SPDX-License-Identifier: MIT */
#include "muc/rank.h"

#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/hat.h"
#include "muc/notice.h"
#include "muc/persist.h"
#include "muc/presence.h"
#include "muc/room.h"

void rank_init_affiliation(struct rank_change *c, const struct jid *jid,
			   enum affiliation a, const char *nick,
			   const char *reason)
{
	*c = (struct rank_change){ .affiliation = a };
	c->jid = jid_to_bare(jid);
	c->nick = str_dup(nick);
	c->reason = str_dup(reason);
	leave_party_init(&c->gone);
}

void rank_init_role(struct rank_change *c, struct occupant *o, enum role role,
		    const char *reason)
{
	*c = (struct rank_change){ .occupant = o, .role = role };
	c->reason = str_dup(reason);
	leave_party_init(&c->gone);
}

void rank_fini(struct rank_change *c)
{
	require(leave_party_is_empty(&c->gone));
	jid_free(&c->jid);
	mem_free(&c->nick);
	mem_free(&c->details);
	mem_free(&c->reason);
	mem_free(&c->touched);
}

/* ---- applying ---- */

/* XEP-0045 #ban: a ban takes the reserved nick away, too; so does the end of a
 * membership, unless the nick is named. */
static const char *nick_to_reserve(const struct rank_change *c,
				   const struct affiliation_entry *before)
{
	if (c->affiliation == AFFILIATION_OUTCAST)
		return NULL;
	if (c->nick)
		return *c->nick ? c->nick : NULL;
	return before && c->affiliation > AFFILIATION_NONE ? before->nick
							   : NULL;
}

/* Who is less than a hat makes of its wearer takes it off; who is banned all of
 * them. */
static void lose_hats(struct room *r, const char *key, enum affiliation a)
{
	const struct hat_wearer *wearer;
	struct hat hat;
	size_t i = 0;

	while ((wearer = hat_list_find(&r->hats, key)) && i < wearer->count) {
		bool is_known = hat_find(NULL, wearer->worn[i].uri, &hat);
		char *uri;

		if (a != AFFILIATION_OUTCAST && (!is_known || hat.rank <= a)) {
			i++;
			continue;
		}
		uri = str_dup(wearer->worn[i].uri);
		hat_list_take(&r->hats, key, uri);
		persist_hat(r, key, uri, NULL, NULL);
		mem_free(&uri);
	}
}

static void list_affiliation(struct room *r, struct rank_change *c)
{
	const char *key = jid_text(c->jid);
	const struct affiliation_entry *entry;

	entry = affiliation_list_find(&r->affiliations, key);
	c->before = entry ? entry->affiliation : AFFILIATION_NONE;
	affiliation_list_set(&r->affiliations, key, c->affiliation,
			     nick_to_reserve(c, entry), c->reason);
	if (c->details)
		affiliation_list_describe(&r->affiliations, key,
					  *c->details ? c->details : NULL);
	persist_affiliation(r, key);
	lose_hats(r, key, c->affiliation);
}

static void remove(struct room *r, struct rank_change *c, struct occupant *o,
		   unsigned code)
{
	c->code = code;
	c->is_done = true;
	leave_take_out(r, o, &c->gone);
}

/* They stay; their new standing is kept with each session. */
static void touch(struct room *r, struct rank_change *c, struct occupant *o,
		  enum role role)
{
	bool has_risen = role == ROLE_MODERATOR && o->role != role;
	const struct session *s;

	roster_set_role(&r->roster, o, role);
	list_each(s, &o->sessions, node)
		persist_session(r, s, true);
	c->is_done = true;
	c->touched = mem_realloc(c->touched, (c->touched_count + 1) *
						     sizeof(*c->touched));
	c->touched[c->touched_count++] =
		(struct rank_touched){ o, has_risen };
}

/* ... and is remembered when it is not the usual one. */
static void give_role(struct room *r, struct rank_change *c,
		      struct occupant *o, enum role role)
{
	c->has_voice |= voices_set(&r->voices, o->shown->jid, role,
				   room_usual_role(r, o->shown,
						   o->affiliation));
	touch(r, c, o, role);
}

/* #roles-change: what an affiliation gives is gained at once; who was an admin
 * is a moderator no more. */
static enum role role_after(const struct room *r, const struct occupant *o,
			    enum affiliation a)
{
	enum role usual = room_usual_role(r, o->shown, a);

	if (o->affiliation >= AFFILIATION_ADMIN && a < AFFILIATION_ADMIN)
		return usual;
	return a > o->affiliation && usual > o->role ? usual : o->role;
}

static void apply_affiliation(struct room *r, struct rank_change *c,
			      struct occupant *o)
{
	const struct jid *real = o->shown->jid;
	enum affiliation a;
	enum role role;

	/* who was an owner by proof of being an operator stays one */
	a = room_affiliation(r, real, o->affiliation == AFFILIATION_OWNER);
	if (a == o->affiliation)
		return;
	role = role_after(r, o, a);
	o->affiliation = a;
	if (a == AFFILIATION_OUTCAST)
		remove(r, c, o, 301);
	else if (r->config.is_members_only &&
		 !privilege_is_given(PRIVILEGE_BE_INSIDE, ROLE_NONE, a))
		remove(r, c, o, 321);
	else
		give_role(r, c, o, role);
}

static bool is_meant(const struct rank_change *c, const struct occupant *o)
{
	const struct jid *real = o->shown->jid;

	if (jid_local(c->jid))
		return jid_equal_bare(c->jid, real);
	return str_equal(jid_domain(c->jid), jid_domain(real));
}

static void apply_to_present(struct room *r, struct rank_change *c)
{
	struct occupant *o, *next;

	list_each_safe(o, next, &r->roster.occupants, node)
		if (is_meant(c, o))
			apply_affiliation(r, c, o);
}

static void apply_role(struct room *r, struct rank_change *c)
{
	if (c->role == ROLE_NONE)
		remove(r, c, c->occupant, 307);
	else if (c->role != c->occupant->role)
		give_role(r, c, c->occupant, c->role);
}

void rank_apply(struct room *r, struct rank_change *changes, size_t count)
{
	bool has_voice = false;

	/* the lists first: what somebody is follows from all of them */
	for (size_t i = 0; i < count; i++)
		if (changes[i].jid)
			list_affiliation(r, &changes[i]);
	for (size_t i = 0; i < count; i++) {
		if (changes[i].jid)
			apply_to_present(r, &changes[i]);
		else
			apply_role(r, &changes[i]);
		has_voice |= changes[i].has_voice;
	}
	if (has_voice)
		persist_room(r);
}

/* ---- telling ---- */

static void tell_touched(struct room *r, const struct rank_touched *t,
			 const struct presence_note *note)
{
	const struct session *s;

	presence_show_change(r, t->occupant, note);
	/* a new moderator sees from now on who the others are */
	if (!t->has_risen || r->config.shows_jids)
		return;
	list_each(s, &t->occupant->sessions, node)
		presence_show_roster(r, s);
}

static void tell_one(struct room *r, struct rank_change *c, const char *actor)
{
	struct presence_note note = {
		.codes = { c->code },
		.reason = c->reason,
		.actor = actor,
	};

	leave_see_off(r, &c->gone, &note);
	note.codes[0] = 0;
	for (size_t i = 0; i < c->touched_count; i++)
		tell_touched(r, &c->touched[i], &note);
	if (c->jid && !c->is_done && c->before != c->affiliation)
		notice_affiliation(r, c->jid, c->before, c->affiliation,
				   c->reason);
}

void rank_tell(struct room *r, struct rank_change *changes, size_t count,
	       const char *actor)
{
	for (size_t i = 0; i < count; i++)
		tell_one(r, &changes[i], actor);
}
