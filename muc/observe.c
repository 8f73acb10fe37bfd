/* SPDX-License-Identifier: MIT */
#include "muc/observe.h"

#include "base/mem.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/room.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

static const struct muc_observer *observer_of(const struct room *r)
{
	return r->site->env.observer;
}

static void free_hats(struct observed_person *who)
{
	char *hats = (char *)who->hats;

	mem_free(&hats);
	who->hats = NULL;
}

bool observe_knows_note_well(const struct room *r, const char *jid)
{
	const struct affiliation_entry *entry =
		affiliation_list_find(&r->affiliations, jid);

	return entry && affiliation_entry_tells(entry, NOTE_WELL_KEY);
}

struct observed_person observe_person(const struct room *r,
				      const struct occupant *o,
				      const struct jid *real,
				      bool by_certificate)
{
	return (struct observed_person){
		.nick = occupant_nick(o),
		.jid = jid_bare(real),
		.occupant_id = o->id,
		.hats = hat_list_print(&r->hats, jid_bare(real)),
		.affiliation = o->affiliation,
		.role = o->role,
		.is_operator = site_is_operator(r->site, real, by_certificate),
	};
}

void observe_message(const struct act *a, const struct elem *message,
		     const char *id, int64_t at)
{
	const struct muc_observer *to = observer_of(a->room);
	struct observed_person who;
	struct observed_line line;

	if (!to)
		return;
	who = observe_person(a->room, a->session->occupant, a->session->jid,
			     a->by_certificate);
	line = (struct observed_line){
		.room = jid_text(a->room->jid),
		.id = id,
		.body = elem_child_text(message, "body", NS_SERVER),
		.message = message,
		.by = &who,
		.at = at,
	};
	if (id)
		to->on_line(to->owner, &line);
	else
		to->on_passing(to->owner, &line);
	free_hats(&who);
}

void observe_move(struct room *r, const struct occupant *o,
		  const struct jid *real, enum record_move move,
		  const char *other)
{
	const struct muc_observer *to = observer_of(r);
	const char *room = jid_text(r->jid);
	int64_t now = site_now(r->site);
	struct observed_person who;

	if (!to)
		return;
	who = observe_person(r, o, real, false);
	if (move == RECORD_CAME) {
		to->on_came(to->owner, room, &who, now);
	} else if (move == RECORD_RENAMED) {
		const char *old_nick = who.nick;

		who.nick = other;
		to->on_renamed(to->owner, room, &who, old_nick);
	} else {
		to->on_went(to->owner, room, &who, now);
	}
	free_hats(&who);
}

void observe_voice(const struct act *a)
{
	const struct muc_observer *to = observer_of(a->room);
	struct observed_person who;

	if (!to)
		return;
	who = observe_person(a->room, a->session->occupant, a->session->jid,
			     a->by_certificate);
	to->on_voice_wanted(to->owner, jid_text(a->room->jid), &who);
	free_hats(&who);
}

void observe_retracted(const struct room *r, const char *id)
{
	const struct muc_observer *to = observer_of(r);

	if (to)
		to->on_retracted(to->owner, jid_text(r->jid), id);
}

void observe_gone(const struct room *r)
{
	const struct muc_observer *to = observer_of(r);

	if (to)
		to->on_room_gone(to->owner, jid_text(r->jid));
}

bool observe_is_in_session(const struct room *r)
{
	const struct muc_observer *to = observer_of(r);

	return to && to->is_in_session(to->owner, jid_text(r->jid));
}
