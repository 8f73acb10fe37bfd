/* SPDX-License-Identifier: MIT */
#include "muc/welcome.h"

#include "base/rand.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/avatar.h"
#include "muc/eventing.h"
#include "muc/nickname.h"
#include "muc/observe.h"
#include "muc/presence.h"
#include "muc/room.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/envelope.h"
#include "xmpp/mark.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

static void send_self(const struct act *a, const struct nickname *nick)
{
	const struct room *r = a->room;
	struct presence_note note = { 0 };
	size_t n = 0;

	if (r->config.shows_jids)
		note.codes[n++] = 100;
	if (r->config.is_logged)
		note.codes[n++] = 170;
	if (a->is_new_room)
		note.codes[n++] = 201;
	if (!str_equal(nick->text, jid_resource(a->stanza->to)))
		note.codes[n++] = 210;
	presence_show_self(a->room, a->session->occupant, a->session,
			   stanza_id(a->stanza), &note);
}

static void send_history(const struct act *a)
{
	struct room *r = a->room;
	const struct jid *to = a->session->jid;
	const struct elem *x = elem_child(a->stanza->elem, "x", NS_MUC);
	struct history_wish wish = history_read_wish(x, site_now(r->site));
	size_t count;

	if (wish.max_stanzas < 0 || wish.max_stanzas > r->config.max_history)
		wish.max_stanzas = r->config.max_history;
	count = history_choose(&r->history, &wish, r->jid,
			       strlen(jid_text(to)));
	for (size_t i = 0; i < count; i++)
		room_send(r, history_get(&r->history, count, i, r->jid), to);
}

/* Its setter, if that very person is there under that nick; else the room
 * speaks (XEP-0045 #enter-subject allows both). */
static const struct occupant *find_setter(const struct room *r)
{
	const struct subject *s = &r->subject;
	const struct occupant *o;

	if (!*s->by)
		return NULL;
	o = room_find_nick(r, s->nick);
	return o && str_equal(o->id, s->by) ? o : NULL;
}

static void send_subject(const struct act *a)
{
	struct room *r = a->room;
	const struct occupant *setter = find_setter(r);
	char id[RAND_ID_SIZE];
	struct elem *e;

	rand_id(id);
	e = stanza_elem_new(STANZA_MESSAGE, "groupchat",
			    setter ? setter->jid : r->jid, id);
	elem_add_with_text(e, "subject", NULL, r->subject.text);
	if (setter)
		mark_add_occupant_id(e, setter->id);
	if (r->subject.text)
		mark_add_delay(e, r->jid, r->subject.at);
	room_send_elem(r, e, a->session->jid);
}

/* At every join while a meeting goes on, else at most once a day. */
static bool is_to_be_told(const struct room *r, const char *who, int64_t now)
{
	return r->site->note_well && r->config.is_logged &&
	       (observe_is_in_session(r) ||
		note_well_is_due(&r->note_well, who, now));
}

/* The first line of what is said now, to them alone, and no part of the record:
 * it has no stanza-id. */
static bool send_note_well(const struct act *a)
{
	struct room *r = a->room;
	const char *who = jid_bare(a->session->jid);
	int64_t now = site_now(r->site);
	char id[RAND_ID_SIZE];
	struct elem *e;

	if (!is_to_be_told(r, who, now))
		return false;
	note_well_put(&r->note_well, who, now);
	rand_id(id);
	e = stanza_elem_new(STANZA_MESSAGE, "groupchat", r->jid, id);
	elem_set_attr(e, "xml:lang", "en");
	elem_add_with_text(e, "body", NULL, r->site->note_well);
	room_send_elem(r, e, a->session->jid);
	return true;
}

void welcome_session(const struct act *a, const struct nickname *nick)
{
	presence_show_roster(a->room, a->session);
	avatar_show(a->room, a->session);
	send_self(a, nick);
	send_history(a);
	send_subject(a);
	eventing_welcome(a->room, a->session, send_note_well(a));
}
