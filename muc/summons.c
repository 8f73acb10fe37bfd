/* SPDX-License-Identifier: MIT */
#include "muc/summons.h"

#include "base/log.h"
#include "base/map.h"
#include "base/rand.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/house.h"
#include "muc/room.h"
#include "xml/elem.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

bool summons_send(struct room *r, const struct jid *to, const char *reason)
{
	char id[RAND_ID_SIZE];
	struct elem *e, *x;

	if (!room_may_write_out(r, 1))
		return false;
	rand_id(id);
	e = stanza_elem_new(STANZA_MESSAGE, NULL, r->jid, id);
	x = elem_add(e, "x", NS_CONFERENCE);
	elem_set_attr(x, "jid", jid_text(r->jid));
	elem_set_attr(x, "password", r->config.password);
	elem_set_attr(x, "reason", reason);
	room_send_elem(r, e, to);
	return true;
}

/* A line of what they registered with? */
static bool wants_it(const struct affiliation_entry *entry)
{
	return entry->nick && entry->affiliation != AFFILIATION_OUTCAST &&
	       affiliation_entry_tells(entry, SUMMONS_KEY);
}

static bool is_here(const struct room *r, const char *bare)
{
	const struct occupant *o;

	list_each(o, &r->roster.occupants, node)
		if (str_equal(occupant_bare(o), bare))
			return true;
	return false;
}

/* Those of a members-only room who are no members could not come. */
static bool is_meant(const struct room *r, const char *key,
		     const struct affiliation_entry *entry)
{
	return wants_it(entry) && !is_here(r, key) &&
	       (!r->config.is_members_only ||
		entry->affiliation >= AFFILIATION_MEMBER);
}

bool muc_summon(struct muc *m, const char *room, const char *reason,
		size_t *count_out)
{
	struct room *r = map_get(m->rooms, room);
	struct map_cursor cursor;
	struct jid *jid;

	*count_out = 0;
	if (!r || r->config.is_destroyed)
		return false;
	if (!r->affiliations.entries)
		return true;
	map_begin(r->affiliations.entries, &cursor);
	while (map_next(&cursor)) {
		if (!is_meant(r, cursor.key, cursor.value))
			continue;
		jid = jid_parse(cursor.key);
		if (jid && jid_local(jid) && summons_send(r, jid, reason))
			++*count_out;
		jid_free(&jid);
	}
	log_info(LOG_MUC, "%s: %zu people were called", jid_text(r->jid),
		 *count_out);
	house_finish(m, r);
	return true;
}
