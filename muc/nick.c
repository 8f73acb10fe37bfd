/* SPDX-License-Identifier: MIT */
#include "muc/nick.h"

#include "base/str.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/nickname.h"
#include "muc/persist.h"
#include "muc/police.h"
#include "muc/presence.h"
#include "muc/reserve.h"
#include "muc/room.h"
#include "muc/site.h"
#include "xmpp/stanza.h"

bool nick_is_own(const struct act *a)
{
	const struct occupant *o = a->session->occupant;
	struct nickname nick;
	bool is_own;

	if (!nickname_make(&nick, jid_resource(a->stanza->to)))
		return false;
	is_own = str_equal(nick.text, occupant_nick(o));
	nickname_fini(&nick);
	return is_own;
}

/* 303: the old name goes, and says what the new one is. */
static void say_old_gone(struct room *r, const struct occupant *o,
			 const char *new_nick)
{
	const struct presence_note note = {
		.codes = { 303 },
		.new_nick = new_nick,
	};
	const struct session *s;

	presence_show_gone(r, o, o->shown->jid, o->role, &note, NULL);
	list_each(s, &o->sessions, node)
		presence_show_gone_self(r, o, s, o->role, &note, NULL);
}

static void say_new(struct act *a, struct occupant *o,
		    const struct nickname *nick, bool is_news)
{
	struct presence_note note = { 0 };

	if (!str_equal(nick->text, jid_resource(a->stanza->to)))
		note.codes[0] = 210;
	if (is_news)
		presence_show(a->room, o, a->session);
	presence_show_self(a->room, o, a->session, stanza_id(a->stanza),
			   &note);
}

/* All sessions of the occupant bear the new name. */
static void rename_all(struct act *a, struct occupant *o,
		       const struct nickname *nick, const struct jid *at)
{
	const struct session *s;

	persist_presence(a->room, o, a->session->jid, RECORD_RENAMED,
			 nick->text, NULL);
	say_old_gone(a->room, o, nick->text);
	roster_rename(&a->room->roster, o, nick->key, at);
	list_each(s, &o->sessions, node)
		persist_session(a->room, s, true);
	say_new(a, o, nick, true);
}

/* What the log has of a session's move to another nick, which may be new. */
static void log_move(struct room *r, const struct jid *real,
		     const struct occupant *from, const struct occupant *to,
		     bool is_last, bool is_new)
{
	if (is_last && is_new)
		persist_presence(r, from, real, RECORD_RENAMED,
				 occupant_nick(to), NULL);
	else if (is_last)
		persist_presence(r, from, real, RECORD_WENT, NULL, NULL);
	else if (is_new)
		persist_presence(r, to, real, RECORD_CAME, NULL, NULL);
}

/* One session goes from one occupant to another of the same person. */
static void move_one(struct act *a, const struct nickname *nick,
		     const struct jid *at)
{
	struct room *r = a->room;
	struct occupant *from = a->session->occupant, *gone;
	struct occupant *to = roster_find_key(&r->roster, nick->key);
	const struct session *shown = from->shown;
	const struct session *to_shown = to ? to->shown : NULL;
	bool is_new = !to;
	const struct presence_note note = {
		.codes = { 303 },
		.new_nick = nick->text,
	};

	if (occupant_session_count(from) == 1)
		say_old_gone(r, from, nick->text);
	else
		presence_show_gone_self(r, from, a->session, from->role, &note,
					NULL);
	if (!to) {
		to = roster_add_occupant(&r->roster, nick->key, at);
		to->role = from->role;
		to->affiliation = from->affiliation;
		str_copy(to->id, sizeof(to->id), from->id);
	}
	gone = roster_move_session(&r->roster, a->session, to);
	log_move(r, a->session->jid, from, to, gone != NULL, is_new);
	persist_session(r, a->session, true);
	if (!gone && from->shown != shown)
		presence_show(r, from, NULL);
	else if (!gone) /* another occupant now, of that name */
		presence_show_one(r, from, a->session);
	say_new(a, to, nick, to->shown != to_shown);
	roster_free_occupant(&gone);
}

static bool is_allowed(const struct act *a, const struct occupant *other,
		       const struct nickname *nick)
{
	if (!other || str_equal(occupant_bare(other),
				jid_bare(a->stanza->from)))
		return reserve_lets(a, nick->key) && police_nick(a, nick) &&
		       police_nick_change(a) && act_may_save(a);
	act_refuse(a, COND_CONFLICT, COND_TYPE_CANCEL, NICKNAME_TAKEN);
	return false;
}

bool nick_change(struct act *a)
{
	struct roster *roster = &a->room->roster;
	struct occupant *o = a->session->occupant, *other;
	struct nickname nick;
	struct jid *at;
	bool is_done;

	if (!nickname_make(&nick, jid_resource(a->stanza->to))) {
		act_refuse(a, COND_JID_MALFORMED, COND_TYPE_MODIFY,
			   NICKNAME_BAD);
		return false;
	}
	other = roster_find_key(roster, nick.key);
	is_done = is_allowed(a, other, &nick);
	if (is_done) {
		presence_take(a->room, a->session, a->stanza);
		at = jid_with_resource(a->room->jid, nick.text);
		require(at);
		if (other == o ||
		    (!other && occupant_session_count(o) == 1))
			rename_all(a, o, &nick, at);
		else
			move_one(a, &nick, at);
		jid_free(&at);
	}
	nickname_fini(&nick);
	return is_done;
}
