/* SPDX-License-Identifier: MIT */
#include "muc/creation.h"

#include "base/map.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/destroy.h"
#include "muc/house.h"
#include "muc/nickname.h"
#include "muc/persist.h"
#include "muc/presence.h"
#include "muc/room.h"
#include "xml/elem.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

static bool may_create(const struct muc *m, const struct stanza *s,
		       enum muc_proof proof)
{
	if (site_is_operator(&m->site, s->from, proof == MUC_BY_CERTIFICATE))
		return true;
	if (m->create == MUC_CREATE_DOMAINS)
		return map_get(m->create_domains, jid_domain(s->from));
	return m->create == MUC_CREATE_ANYONE;
}

/* XEP-0045 #createroom: locked until its maker has configured it. Nothing stays
 * when the maker is refused. */
static void create_room(struct muc *m, struct stanza *s, enum muc_proof proof)
{
	int64_t now = site_now(&m->site);
	struct room *r = house_add_room(m, s->to, now);
	struct act act = {
		.room = r,
		.stanza = s,
		.by_certificate = proof == MUC_BY_CERTIFICATE,
		.is_new_room = true,
		.now = now,
	};

	r->history.state = HISTORY_AWAKE;
	house_deliver_to_room(&act);
	if (roster_session_count(&r->roster)) {
		house_list_room(m, r);
		room_flush(r);
	} else {
		house_end_room(m, r, NULL);
	}
}

/* Tombstones count, so that nobody leaves them everywhere. */
static bool has_too_many(const struct muc *m, const struct jid *creator)
{
	struct map_cursor cursor;
	size_t count = 0;

	map_begin(m->rooms, &cursor);
	while (map_next(&cursor)) {
		const struct room *r = cursor.value;

		count += str_equal(r->config.creator, jid_bare(creator));
	}
	return count >= m->max_per_creator;
}

static void join_new(struct muc *m, struct stanza *s, enum muc_proof proof)
{
	struct jid *room = jid_to_bare(s->to);
	struct cond not_allowed = cond_make(
		COND_NOT_ALLOWED,
		"There is no such room, and you may not make one.");
	struct cond forbidden = cond_make(
		COND_FORBIDDEN, "You, or all users of your server, are banned.");
	struct cond full = cond_make(COND_RESOURCE_CONSTRAINT,
				     "There are too many rooms.");
	struct cond enough =
		cond_make(COND_RESOURCE_CONSTRAINT, "You made too many rooms.");

	if (!site_is_operator(&m->site, s->from, proof == MUC_BY_CERTIFICATE) &&
	    bans_find(&m->site.bans, s->from))
		site_refuse(&m->site, s, &forbidden, room);
	else if (!may_create(m, s, proof))
		site_refuse(&m->site, s, &not_allowed, room);
	else if (map_count(m->rooms) >= m->max_rooms)
		site_refuse(&m->site, s, &full, room);
	else if (!site_is_operator(&m->site, s->from,
				   proof == MUC_BY_CERTIFICATE) &&
		 has_too_many(m, s->from))
		site_refuse(&m->site, s, &enough, room);
	else
		create_room(m, s, proof);
	jid_free(&room);
}

static void refuse_unknown(struct muc *m, const struct stanza *s)
{
	struct cond cond = cond_make(COND_ITEM_NOT_FOUND,
				     "There is no such room.");
	struct jid *room = jid_to_bare(s->to);

	site_refuse(&m->site, s, &cond, room);
	jid_free(&room);
}

void creation_try(struct muc *m, struct stanza *s, enum muc_proof proof)
{
	struct cond no_nick = cond_make(COND_JID_MALFORMED, NICKNAME_MISSING);

	if (s->kind != STANZA_PRESENCE)
		refuse_unknown(m, s);
	else if (s->type != STANZA_AVAILABLE)
		return;
	else if (!jid_resource(s->to))
		site_refuse(&m->site, s, &no_nick, s->to);
	else if (elem_child(s->elem, "x", NS_MUC))
		join_new(m, s, proof);
	else
		site_answer(&m->site, presence_new_kick(s->to), s->from,
			    jid_domain(s->to));
}

/* Who made the room, and operators, may make it anew where it was. */
static bool lifts_tombstone(const struct muc *m, const struct room *r,
			    const struct stanza *s, enum muc_proof proof)
{
	bool by_certificate = proof == MUC_BY_CERTIFICATE;

	if (s->kind != STANZA_PRESENCE || s->type != STANZA_AVAILABLE ||
	    !elem_child(s->elem, "x", NS_MUC) || !may_create(m, s, proof))
		return false;
	return site_is_operator(&m->site, s->from, by_certificate) ||
	       (!r->config.of_house &&
		str_equal(r->config.creator, jid_bare(s->from)));
}

void creation_replace(struct muc *m, struct room *tombstone, struct stanza *s,
		      enum muc_proof proof)
{
	if (!lifts_tombstone(m, tombstone, s, proof)) {
		destroy_refuse(tombstone, s);
		return;
	}
	persist_room_gone(tombstone);
	house_end_room(m, tombstone, NULL);
	creation_try(m, s, proof);
}
