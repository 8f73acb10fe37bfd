/* SPDX-License-Identifier: MIT */
#include "muc/guest.h"

#include "base/log.h"
#include "base/map.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/house.h"
#include "muc/rank.h"
#include "muc/room.h"
#include "muc/site.h"
#include "xmpp/stanza.h"

bool guest_is_one(const struct room *r, const struct session *s)
{
	return r->site->guests_are_visitors &&
	       s->account == ACCOUNT_ANONYMOUS &&
	       homes_is_vouching(&r->site->homes, jid_domain(r->jid),
				 jid_domain(s->jid));
}

void guest_ask(struct room *r, const struct session *s)
{
	if (r->site->guests_are_visitors && s->account == ACCOUNT_ANONYMOUS)
		homes_ask_voucher(&r->site->homes, r->site, jid_domain(r->jid),
				  jid_domain(s->jid));
}

static void mute(struct room *r, struct occupant *o)
{
	struct rank_change change;

	log_debug(LOG_MUC, "%s: %s is an anonymous account, now a visitor",
		  jid_text(r->jid), occupant_bare(o));
	rank_init_role(&change, o, ROLE_VISITOR, NULL);
	rank_apply(r, &change, 1);
	rank_tell(r, &change, 1, NULL);
	rank_fini(&change);
}

/* Who came before it was known. */
static bool mute_guests(struct room *r, const char *remote)
{
	struct occupant *o;
	bool is_any = false;

	list_each(o, &r->roster.occupants, node) {
		const struct session *s = o->shown;

		if (o->role != ROLE_PARTICIPANT ||
		    !str_equal(jid_domain(s->jid), remote) ||
		    room_role(r, s, o->affiliation) != ROLE_VISITOR)
			continue;
		mute(r, o);
		is_any = true;
	}
	return is_any;
}

bool guest_learn(struct muc *m, const struct stanza *s)
{
	const char *local = jid_domain(s->to), *remote = jid_domain(s->from);
	struct map_cursor cursor;

	if (!homes_take_voucher(&m->site.homes, s))
		return false;
	if (!homes_is_vouching(&m->site.homes, local, remote))
		return true;
	map_begin(m->rooms, &cursor);
	while (map_next(&cursor)) {
		struct room *r = cursor.value;

		if (str_equal(jid_domain(r->jid), local) &&
		    mute_guests(r, remote))
			house_finish(m, r);
	}
	return true;
}
