/* SPDX-License-Identifier: MIT */
#include "muc/muc_meeting.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/house.h"
#include "muc/log_url.h"
#include "muc/observe.h"
#include "muc/persist.h"
#include "muc/room.h"
#include "muc/say.h"
#include "xml/elem.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

#define READ_COST 5 /* pages that catching up is worth */

/* One in which something can be said; NULL: none. */
static struct room *find(const struct muc *m, const char *room)
{
	struct room *r = map_get(m->rooms, room);

	return r && !r->config.is_destroyed ? r : NULL;
}

bool muc_meeting_say(struct muc *m, const char *room, const char *text,
		     const char *replaces, char id_out[RAND_ID_SIZE])
{
	struct room *r = find(m, room);

	if (!r || !room_may_save(r))
		return false;
	say_correction(r, text, replaces, id_out);
	return true;
}

bool muc_meeting_tell(struct muc *m, const char *room, const char *nick,
		      const char *text)
{
	struct room *r = find(m, room);
	const struct occupant *o = r ? room_find_nick(r, nick) : NULL;

	if (!o)
		return false;
	say_to(r, o, text);
	return true;
}

bool muc_meeting_set_subject(struct muc *m, const char *room,
			     const char *subject)
{
	struct room *r = find(m, room);

	if (!r || !room_may_save(r))
		return false;
	say_subject(r, subject);
	return true;
}

const char *muc_meeting_subject(const struct muc *m, const char *room)
{
	const struct room *r = find(m, room);

	return r ? r->subject.text : NULL;
}

void muc_meeting_people(const struct muc *m, const char *room,
			void (*fn)(void *owner,
				   const struct observed_person *who),
			void *owner)
{
	const struct room *r = find(m, room);
	const struct occupant *o;

	if (!r)
		return;
	list_each(o, &r->roster.occupants, node) {
		struct observed_person who = observe_person(r, o, o->shown->jid, false);
		char *hats = (char *)who.hats;

		fn(owner, &who);
		mem_free(&hats);
	}
}

bool muc_meeting_find(const struct muc *m, const char *room, const char *nick,
		      struct observed_person *who_out)
{
	const struct room *r = find(m, room);
	const struct occupant *o = r ? room_find_nick(r, nick) : NULL;
	char *hats;

	if (!o)
		return false;
	*who_out = observe_person(r, o, o->shown->jid, false);
	hats = (char *)who_out->hats;
	mem_free(&hats);
	who_out->hats = NULL;
	return true;
}

static const struct occupant *find_person(const struct room *r,
					  const struct jid *jid)
{
	const struct occupant *o;

	list_each(o, &r->roster.occupants, node)
		if (jid_equal_bare(o->shown->jid, jid))
			return o;
	return NULL;
}

bool muc_meeting_knows(struct muc *m, const char *room, const struct jid *jid,
		       struct muc_known *who_out)
{
	struct room *r = find(m, room);
	const struct affiliation_entry *e =
		r ? affiliation_list_find(&r->affiliations, jid_bare(jid))
		  : NULL;
	const struct occupant *o = r ? find_person(r, jid) : NULL;

	if (!e || !affiliation_list_knows(&r->affiliations, jid) ||
	    !site_may_read(&m->site, jid, READ_COST))
		return false;
	*who_out = (struct muc_known){
		.nick = o ? occupant_nick(o) : e->nick,
		.left = e->left,
	};
	occupant_id_make(r->site->secret, r->jid, jid, who_out->id);
	return true;
}

bool muc_meeting_knows_note_well(const struct muc *m, const char *room,
				 const char *jid)
{
	const struct room *r = find(m, room);

	return r && observe_knows_note_well(r, jid);
}

bool muc_meeting_is_room(const struct muc *m, const char *room)
{
	return find(m, room) != NULL;
}

bool muc_meeting_is_public(const struct muc *m, const char *room)
{
	const struct room *r = find(m, room);

	return r && room_config_is_on_record(&r->config);
}

char *muc_meeting_log_url(const struct muc *m, const char *room)
{
	const struct room *r = find(m, room);

	return r ? log_url_make(&m->site.log_url, r->jid) : NULL;
}

void muc_meeting_keep(struct muc *m, const char *room, struct record *owned)
{
	m->site.env.save(m->site.env.owner, room, owned, true);
}

bool muc_meeting_may_keep(const struct muc *m)
{
	return m->site.env.may_save(m->site.env.owner);
}

int64_t muc_meeting_now(const struct muc *m)
{
	return site_now(&m->site);
}

void muc_meeting_flush(struct muc *m, const char *room)
{
	struct room *r = map_get(m->rooms, room);

	if (r)
		house_finish(m, r);
}
