/* SPDX-License-Identifier: MIT */
#include "muc/leave.h"

#include "base/str.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/persist.h"
#include "muc/presence.h"
#include "muc/room.h"
#include "muc/site.h"
#include "xml/elem.h"

void leave_check_empty(struct room *r)
{
	if (roster_session_count(&r->roster))
		return;
	r->emptied = site_now(r->site);
	if (!r->config.is_persistent || r->config.is_locked)
		r->is_over = true;
}

void leave_party_init(struct leave_party *party)
{
	list_init(&party->sessions);
	list_init(&party->occupants);
}

bool leave_party_is_empty(const struct leave_party *party)
{
	return list_is_empty(&party->sessions);
}

static void take_out(struct room *r, struct session *s,
		     struct leave_party *party, bool gates)
{
	struct occupant *gone;

	persist_session_gone(r, s, gates);
	gone = room_take_session(r, s);
	list_add_tail(&party->sessions, &s->node);
	if (gone)
		list_add_tail(&party->occupants, &gone->node);
}

/* Any session of an occupant who is gone: for its real JID. */
static const struct jid *real_jid(const struct leave_party *party,
				  const struct occupant *o)
{
	const struct session *s;

	list_each(s, &party->sessions, node)
		if (s->occupant == o)
			return s->jid;
	return NULL;
}

static enum record_move move_of(const struct presence_note *note)
{
	if (!note)
		return RECORD_WENT;
	switch (note->codes[0]) {
	case 301:
		return RECORD_BANNED;
	case 307:
		return RECORD_KICKED;
	default:
		return RECORD_REMOVED;
	}
}

static void see_off(struct room *r, struct leave_party *party,
		    const struct presence_note *note,
		    const struct elem *payload)
{
	struct session *s, *next_session;
	struct occupant *o, *next;

	list_each(o, &party->occupants, node)
		persist_presence(r, o, real_jid(party, o), move_of(note),
				 NULL, note ? note->reason : NULL);
	list_each(s, &party->sessions, node)
		presence_show_gone_self(r, s->occupant, s, ROLE_NONE, note,
					payload);
	list_each(o, &party->occupants, node)
		presence_show_gone(r, o, real_jid(party, o), ROLE_NONE, note,
				   payload);
	list_each_safe(s, next_session, &party->sessions, node) {
		list_remove(&s->node);
		session_free(&s);
	}
	list_each_safe(o, next, &party->occupants, node) {
		list_remove(&o->node);
		roster_free_occupant(&o);
	}
	leave_check_empty(r);
}

void leave_take_out(struct room *r, struct occupant *o,
		    struct leave_party *party)
{
	struct session *s, *next;

	list_each_safe(s, next, &o->sessions, node)
		take_out(r, s, party, true);
}

void leave_see_off(struct room *r, struct leave_party *party,
		   const struct presence_note *note)
{
	if (!leave_party_is_empty(party))
		see_off(r, party, note, NULL);
}

static void remove_one(struct room *r, struct session *s,
		       const struct presence_note *note,
		       const struct elem *payload)
{
	struct occupant *o = s->occupant;
	const struct session *shown = o->shown;
	struct leave_party party;
	bool is_gone;

	leave_party_init(&party);
	take_out(r, s, &party, false);
	is_gone = !list_is_empty(&party.occupants);
	see_off(r, &party, note, payload);
	if (!is_gone && o->shown != shown)
		presence_show(r, o, NULL);
}

void leave_remove(struct room *r, struct session *s,
		  const struct presence_note *note)
{
	remove_one(r, s, note, NULL);
}

void leave_exit(struct act *a)
{
	struct elem *payload = presence_read(a->room, a->stanza);

	remove_one(a->room, a->session, NULL, payload);
	a->session = NULL;
	elem_free(&payload);
}

/* Who of them was heard since is there: their server is back. */
static bool is_lost(const struct session *s, const char *domain, int64_t at)
{
	return !domain || (str_equal(jid_domain(s->jid), domain) &&
			   s->joined <= at && s->heard <= at);
}

size_t leave_remove_lost(struct room *r, const char *domain, int64_t at,
			 size_t max, const struct presence_note *note)
{
	struct occupant *o, *next;
	struct session *s, *next_session;
	struct leave_party party;
	size_t count = 0;

	leave_party_init(&party);
	list_each_safe(o, next, &r->roster.occupants, node) {
		list_each_safe(s, next_session, &o->sessions, node) {
			if (count >= max || !is_lost(s, domain, at))
				continue;
			take_out(r, s, &party, false);
			count++;
		}
	}
	if (count)
		see_off(r, &party, note, NULL);
	return count;
}

size_t leave_remove_domain(struct room *r, const char *domain,
			   const struct presence_note *note)
{
	return leave_remove_lost(r, domain, INT64_MAX, SIZE_MAX, note);
}
