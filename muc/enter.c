/* SPDX-License-Identifier: MIT */
#include "muc/enter.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/guest.h"
#include "muc/nickname.h"
#include "muc/persist.h"
#include "muc/police.h"
#include "muc/presence.h"
#include "muc/reserve.h"
#include "muc/room.h"
#include "muc/rtbl.h"
#include "muc/site.h"
#include "muc/welcome.h"
#include "xml/elem.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

/* Sessions under one nick; a bound, not a feature. */
#define MAX_SESSIONS 20

static bool has_password(const struct act *a)
{
	const struct elem *x = elem_child(a->stanza->elem, "x", NS_MUC);
	const char *given = x ? elem_child_text(x, "password", NS_MUC) : NULL;

	return !a->room->config.password ||
	       str_equal(given, a->room->config.password);
}

/* May this person be in the room at all? Else refused. */
static bool is_let_in(const struct act *a, enum affiliation affiliation)
{
	const struct room *r = a->room;

	if (r->config.is_locked && affiliation != AFFILIATION_OWNER)
		act_refuse(a, COND_ITEM_NOT_FOUND, COND_TYPE_CANCEL, NULL);
	else if (affiliation == AFFILIATION_OUTCAST)
		act_refuse(a, COND_FORBIDDEN, COND_TYPE_AUTH,
			   "You, or all users of your server, are banned.");
	else if (r->config.is_members_only && affiliation < AFFILIATION_MEMBER)
		act_refuse(a, COND_REGISTRATION_REQUIRED, COND_TYPE_AUTH,
			   "This room is for its members only.");
	else if (!has_password(a))
		act_refuse(a, COND_NOT_AUTHORIZED, COND_TYPE_AUTH,
			   "The room has a password, and this is not it.");
	else
		return affiliation != AFFILIATION_NONE || rtbl_lets_in(a);
	return false;
}

/* Is there place under this nick? o: who has it, or NULL. Else refused. */
static bool has_place(const struct act *a, enum affiliation affiliation,
		      const struct occupant *o)
{
	if (o && !str_equal(occupant_bare(o), jid_bare(a->stanza->from)))
		act_refuse(a, COND_CONFLICT, COND_TYPE_CANCEL,
			   NICKNAME_TAKEN);
	else if (o && occupant_session_count(o) >= MAX_SESSIONS)
		act_refuse(a, COND_RESOURCE_CONSTRAINT, COND_TYPE_WAIT,
			   "Too many of your clients are in the room.");
	else if (room_is_full(a->room) &&
		 !privilege_is_given(PRIVILEGE_EXCEED_MAX_USERS, ROLE_NONE,
				     affiliation))
		act_refuse(a, COND_SERVICE_UNAVAILABLE, COND_TYPE_WAIT,
			   "The room is full; try again later.");
	else
		return true;
	return false;
}

/* XEP-0045 #createroom-general: who makes a room owns it. */
static void make_owner(struct act *a)
{
	const char *key = jid_bare(a->stanza->from);

	a->room->config.is_locked = true;
	str_set(&a->room->config.creator, key);
	affiliation_list_set(&a->room->affiliations, key, AFFILIATION_OWNER,
			     NULL, NULL);
	persist_room(a->room);
	persist_affiliation(a->room, key);
	log_info(LOG_MUC, "%s: made by %s", jid_text(a->room->jid), key);
}

static struct occupant *add_occupant(struct act *a, const struct nickname *nick)
{
	struct room *r = a->room;
	struct jid *at = jid_with_resource(r->jid, nick->text);
	struct occupant *o;

	/* a nickname is a stricter resource */
	require(at);
	o = roster_add_occupant(&r->roster, nick->key, at);
	jid_free(&at);
	o->affiliation = AFFILIATION_NONE;
	occupant_id_make(r->site->secret, r->jid, a->stanza->from, o->id);
	return o;
}

/* Proofs and lists may have changed since the nick came in. True when the
 * others have to be told. */
static bool refresh_rank(struct room *r, struct occupant *o,
			 enum affiliation affiliation)
{
	enum role role = affiliation_role(affiliation, r->config.is_moderated);

	if (affiliation <= o->affiliation)
		return false;
	o->affiliation = affiliation;
	if (role > o->role)
		roster_set_role(&r->roster, o, role);
	occupant_forget_presence(o);
	return true;
}

static void come_in(struct act *a, const struct nickname *nick,
		    enum affiliation affiliation, struct elem *owned_payload)
{
	struct room *r = a->room;
	struct occupant *o = roster_find_key(&r->roster, nick->key);
	const struct session *shown = o ? o->shown : NULL;
	char *presence = presence_write(owned_payload);
	bool has_come = !o, is_news = !o;

	a->session = session_new(a->stanza->from, presence,
				 presence_priority(owned_payload),
				 site_now(r->site));
	a->session->account = account_read(a->stanza);
	presence_memo_give(&r->site->memo, presence, owned_payload);
	mem_free(&presence);
	if (!o) {
		o = add_occupant(a, nick);
		o->affiliation = affiliation;
		o->role = room_role(r, a->session, affiliation);
	} else if (refresh_rank(r, o, affiliation)) {
		is_news = true;
	}
	room_add_session(r, o, a->session);
	persist_session(r, a->session, true);
	if (has_come)
		persist_presence(r, o, a->session->jid, RECORD_CAME, NULL,
				 NULL);
	guest_ask(r, a->session);
	watch_entered(&r->site->watch, r, a->stanza->from);
	if (is_news || o->shown != shown)
		presence_show(r, o, a->session);
	welcome_session(a, nick);
}

void enter_join(struct act *a)
{
	struct room *r = a->room;
	enum affiliation affiliation;
	struct nickname nick;

	if (!jid_resource(a->stanza->from)) {
		act_refuse(a, COND_BAD_REQUEST, COND_TYPE_MODIFY,
			   "A client enters, not an account.");
		return;
	}
	if (!nickname_make(&nick, jid_resource(a->stanza->to))) {
		act_refuse(a, COND_JID_MALFORMED, COND_TYPE_MODIFY,
			   NICKNAME_BAD);
		return;
	}
	affiliation = a->is_new_room ? AFFILIATION_OWNER
				     : room_affiliation(r, a->stanza->from,
							a->by_certificate);
	if (is_let_in(a, affiliation) &&
	    has_place(a, affiliation, roster_find_key(&r->roster, nick.key)) &&
	    reserve_lets(a, nick.key) && police_nick(a, &nick) &&
	    police_join(a) &&
	    act_may_save(a)) {
		if (a->is_new_room)
			make_owner(a);
		come_in(a, &nick, affiliation, presence_read(r, a->stanza));
	}
	nickname_fini(&nick);
}

void enter_update(struct act *a)
{
	struct occupant *o = a->session->occupant;

	if (presence_take(a->room, a->session, a->stanza)) {
		if (police_presence(a))
			presence_show(a->room, o, a->session);
		else
			presence_put_off(a->room, o);
	}
	presence_show_self(a->room, o, a->session, stanza_id(a->stanza), NULL);
}

void enter_resync(struct act *a)
{
	struct nickname nick;

	/* a nick that was taken was fit; the nick act ran before */
	if (!police_resync(a) ||
	    !nickname_make(&nick, jid_resource(a->stanza->to)))
		return;
	if (presence_take(a->room, a->session, a->stanza))
		presence_show(a->room, a->session->occupant, a->session);
	welcome_session(a, &nick);
	nickname_fini(&nick);
}
