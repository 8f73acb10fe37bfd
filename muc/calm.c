/* SPDX-License-Identifier: MIT */
#include "muc/calm.h"

#include <inttypes.h>

#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/audit.h"
#include "muc/house.h"
#include "muc/persist.h"
#include "muc/rank.h"
#include "muc/reconfigure.h"
#include "muc/room.h"
#include "muc/say.h"
#include "muc/site.h"

void calm_settings_init(struct calm_settings *s)
{
	*s = (struct calm_settings){
		.time = 30 * 60000,
		.slow_mode = 30000,
		.newcomer = 10 * 60000,
		.joins = 10,
	};
}

void calm_init(struct calm *c, const struct calm_settings *s, int64_t now)
{
	throttle_init(&c->joins, (double)s->joins / 60, (double)s->joins, now);
}

/* ---- what it does ---- */

int64_t calm_slow_mode(const struct room *r)
{
	int64_t calm = (r->site->calm.slow_mode + 999) / 1000;

	return room_is_calm(r) && calm > r->config.slow_mode
		       ? calm
		       : r->config.slow_mode;
}

bool calm_is_newcomer(const struct room *r, const struct session *s)
{
	return room_is_calm(r) && s->joined >= r->config.calm_from;
}

static bool has_link(const char *body)
{
	static const char *const signs[] = { "://", "www.", "xmpp:",
					     "mailto:" };

	for (size_t i = 0; body && i < array_len(signs); i++)
		if (strcasestr(body, signs[i]))
			return true;
	return false;
}

bool calm_lets_pass(const struct act *a, const char *body)
{
	const struct room *r = a->room;
	const struct occupant *o = a->session->occupant;

	if (!room_is_calm(r) || o->affiliation != AFFILIATION_NONE ||
	    o->role == ROLE_MODERATOR || !has_link(body) ||
	    site_now(r->site) - a->session->joined >= r->site->calm.newcomer)
		return true;
	act_refuse(a, COND_POLICY_VIOLATION, COND_TYPE_WAIT,
		   "Links of newcomers are held back for now; say it without "
		   "the link, or try again later.");
	return false;
}

bool calm_lets_in(const struct act *a)
{
	struct room *r = a->room;

	if (!room_is_calm(r) ||
	    throttle_take(&r->calm.joins, 1, site_now(r->site)))
		return true;
	act_refuse(a, COND_RESOURCE_CONSTRAINT, COND_TYPE_WAIT,
		   "Few are let in at the moment; try again soon.");
	return false;
}

/* ---- beginning and ending ---- */

static void begin(struct room *r, int64_t ms)
{
	int64_t now = site_now(r->site);
	char *text;

	if (!room_is_calm(r))
		r->config.calm_from = now;
	r->config.calm_until = now + ms;
	r->looked_at = 0; /* block lists count for more */
	persist_room(r);
	reconfigure_say_changed(r);
	text = str_format("This room is calm for %" PRId64 " minutes: one "
			  "message in %" PRId64 " seconds; newcomers may ask "
			  "for voice.",
			  (ms + 59999) / 60000, calm_slow_mode(r));
	say_line(r, text);
	mem_free(&text);
}

/* Who was silent only because the room was calm gets what is usual. */
static void give_voice(struct room *r)
{
	struct occupant *o;
	struct rank_change change;

	list_each(o, &r->roster.occupants, node) {
		if (o->role != ROLE_VISITOR ||
		    room_role(r, o->shown, o->affiliation) != ROLE_PARTICIPANT)
			continue;
		rank_init_role(&change, o, ROLE_PARTICIPANT, NULL);
		rank_apply(r, &change, 1);
		rank_tell(r, &change, 1, NULL);
		rank_fini(&change);
	}
}

static void end(struct room *r)
{
	r->config.calm_until = 0;
	r->config.calm_from = 0;
	persist_room(r);
	reconfigure_say_changed(r);
	say_line(r, "This room is as usual again.");
	give_voice(r);
}

static struct room *find(struct muc *m, const char *jid)
{
	struct room *r = map_get(m->rooms, jid);

	return r && !r->config.is_destroyed ? r : NULL;
}

enum calm_answer muc_calm(struct muc *m, const char *room, int64_t ms,
			  const char *by, const char *reason)
{
	struct room *r = find(m, room);

	if (!r)
		return CALM_NO_ROOM;
	if (!room_may_save(r))
		return CALM_BEHIND;
	audit_save(r->site, room, by, "calm", NULL, reason);
	begin(r, ms ? ms : r->site->calm.time);
	house_finish(m, r);
	return CALM_DONE;
}

enum calm_answer muc_calm_end(struct muc *m, const char *room, const char *by)
{
	struct room *r = find(m, room);

	if (!r)
		return CALM_NO_ROOM;
	if (!room_is_calm(r))
		return CALM_NO_CHANGE;
	if (!room_may_save(r))
		return CALM_BEHIND;
	audit_save(r->site, room, by, "calm-end", NULL, NULL);
	end(r);
	house_finish(m, r);
	return CALM_DONE;
}

/* While the store is behind it stays as it is. */
void calm_tick(struct room *r, int64_t now)
{
	if (!room_is_calm(r) || now < r->config.calm_until ||
	    !room_may_save(r))
		return;
	log_info(LOG_MUC, "%s: calm no more", jid_text(r->jid));
	audit_save(r->site, jid_text(r->jid), "clock", "calm-end", NULL, NULL);
	end(r);
}
