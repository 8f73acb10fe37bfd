/* SPDX-License-Identifier: MIT */
#include "muc/message.h"

#include "base/rand.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/audit.h"
#include "muc/mention.h"
#include "muc/observe.h"
#include "muc/persist.h"
#include "muc/police.h"
#include "muc/room.h"
#include "muc/site.h"
#include "muc/takeback.h"
#include "xml/elem.h"
#include "xmpp/mark.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

/* Typing notices, read markers, keystrokes: passed on, never kept. */
static const char *const passing[] = {
	NS_CHAT_STATES, NS_CHAT_MARKERS, NS_HINTS, NS_RTT, NS_RECEIPTS,
	NS_STANZA_ID, NS_DELAY,
};

static bool is_passing(const struct elem *child)
{
	if (elem_is(child, "thread", NS_SERVER))
		return true;
	for (size_t i = 0; i < array_len(passing); i++)
		if (elem_is(child, NULL, passing[i]))
			return true;
	return false;
}

/* Does the message say anything for the record? A body always does: no hint
 * keeps it out of a public record. */
static bool is_worth_keeping(const struct elem *message)
{
	const struct elem *child;

	for (child = elem_child(message, NULL, NULL); child;
	     child = elem_next(child, NULL, NULL))
		if (!is_passing(child))
			return true;
	return false;
}

/* XEP-0045 #subject-mod: a subject beside a body or thread is talk. */
static bool is_subject(const struct elem *message)
{
	return elem_child(message, "subject", NS_SERVER) &&
	       !elem_child(message, "body", NS_SERVER) &&
	       !elem_child(message, "thread", NS_SERVER);
}

/* May a message of an occupant carry it to others? */
static bool is_for_others(const struct room *r, const struct elem *child)
{
	if (elem_is(child, NULL, NS_MUC))
		return false;
	/* XEP-0172: tells who somebody is elsewhere */
	return r->config.shows_jids || !elem_is(child, NULL, NS_NICK);
}

static void copy_payload(const struct room *r, struct elem *to,
			 const struct stanza *from)
{
	const struct elem *child;

	elem_set_attr(to, "xml:lang", stanza_lang(from));
	for (child = elem_child(from->elem, NULL, NULL); child;
	     child = elem_next(child, NULL, NULL)) {
		if (is_for_others(r, child))
			elem_add_copy(to, child);
	}
}

struct elem *message_make(const struct act *a, const char *type)
{
	const struct occupant *o = a->session->occupant;
	const char *id = stanza_id(a->stanza);
	char new_id[RAND_ID_SIZE];
	struct elem *e;

	if (!id)
		rand_id(new_id);
	e = stanza_elem_new(STANZA_MESSAGE, type, o->jid, id ? id : new_id);
	copy_payload(a->room, e, a->stanza);
	mark_add_occupant_id(e, o->id);
	return e;
}

/* What everybody gets of it is what came, changed: talk is not copied. */
static struct elem *turn_into_talk(const struct act *a)
{
	const struct occupant *o = a->session->occupant;
	const char *id = stanza_id(a->stanza), *lang = stanza_lang(a->stanza);
	struct elem *e = a->stanza->elem, *child, *next;
	char new_id[RAND_ID_SIZE];

	if (!id)
		rand_id(new_id);
	elem_strip(e);
	elem_set_attr(e, "from", jid_text(o->jid));
	elem_set_attr(e, "id", id ? id : new_id);
	elem_set_attr(e, "type", "groupchat");
	elem_set_attr(e, "xml:lang", lang);
	for (child = elem_child(e, NULL, NULL); child; child = next) {
		next = elem_next(child, NULL, NULL);
		if (!is_for_others(a->room, child))
			elem_remove(e, child);
	}
	mark_add_occupant_id(e, o->id);
	return e;
}

static void send_to_all(struct room *r, struct frozen *f)
{
	recent_add(&r->recent, frozen_id(f));
	room_send_to(r, f, ROSTER_ALL, 0);
}

/* XEP-0502 #rules: what has a body and corrects nothing. */
static bool is_counted(const struct elem *message)
{
	return elem_child(message, "body", NS_SERVER) &&
	       !elem_child(message, "replace", NS_CORRECT);
}

/* Stamped, kept, and sent behind its record. */
static void say_for_the_record(struct act *a, struct elem *e,
			       bool changes_subject)
{
	struct room *r = a->room;
	int64_t now = a->now;
	char stanza_id[RAND_ID_SIZE];
	struct frozen *f;

	rand_id_at(stanza_id, now);
	mark_add_stanza_id(e, stanza_id, r->jid);
	if (changes_subject && a->session->occupant->role == ROLE_MODERATOR)
		audit_act(a, "subject", stanza_id, NULL, NULL);
	f = frozen_new(e);
	persist_message(r, e, f, stanza_id, a->session, changes_subject, now);
	if (changes_subject) {
		subject_set(&r->subject,
			    elem_child_text(e, "subject", NS_SERVER),
			    occupant_nick(a->session->occupant),
			    a->session->occupant->id, now);
		persist_room(r);
	}
	if (is_counted(e)) {
		room_activity_count(&r->activity, now);
		r->has_news = true;
		r->said = now;
	}
	if (!changes_subject)
		history_add(&r->history, f, stanza_id, now);
	send_to_all(r, f);
	frozen_unref(&f);
	if (!changes_subject)
		mention_forward(r, e, now);
	observe_message(a, e, stanza_id, now);
}

static void say_in_passing(struct act *a, const struct elem *e)
{
	struct frozen *f = frozen_new(e);

	send_to_all(a->room, f);
	frozen_unref(&f);
	observe_message(a, e, NULL, a->now);
}

void message_groupchat(struct act *a)
{
	bool changes_subject, is_kept;
	struct elem *e;

	if (!a->session) {
		act_refuse(a, COND_NOT_ACCEPTABLE, COND_TYPE_CANCEL,
			   "You are not in the room.");
		return;
	}
	mark_strip(a->stanza->elem, a->room->jid);
	changes_subject = is_subject(a->stanza->elem);
	is_kept = changes_subject || is_worth_keeping(a->stanza->elem);
	if (!room_may(a->room, a->session->occupant,
		      changes_subject ? PRIVILEGE_SET_SUBJECT
				      : PRIVILEGE_SPEAK)) {
		act_refuse(a, COND_FORBIDDEN, COND_TYPE_AUTH,
			   changes_subject
				   ? "You may not set the room's subject."
				   : "You have no voice in this room; "
				     "ask for it.");
		return;
	}
	if (!police_message(a, is_kept))
		return;
	if (is_kept && !act_may_save(a))
		return;
	e = turn_into_talk(a);
	if (is_kept && !takeback_allows(a->room, e))
		act_refuse(a, COND_ITEM_NOT_FOUND, COND_TYPE_CANCEL,
			   "What it corrects was taken back.");
	else if (is_kept)
		say_for_the_record(a, e, changes_subject);
	else
		say_in_passing(a, e);
}

void message_other(struct act *a)
{
	if (!a->session)
		act_refuse(a, COND_NOT_ACCEPTABLE, COND_TYPE_CANCEL,
			   "You are not in the room.");
	else
		act_refuse(a, COND_BAD_REQUEST, COND_TYPE_MODIFY,
			   "A message to the room is of type groupchat.");
}
