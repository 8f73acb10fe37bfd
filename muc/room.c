/* SPDX-License-Identifier: MIT */
#include "muc/room.h"

#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/guest.h"
#include "muc/nickname.h"
#include "muc/rtbl.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/envelope.h"
#include "xmpp/stanza.h"

struct room *room_new(struct site *site, const struct jid *jid,
		      int64_t created)
{
	struct room *r = mem_new(struct room);

	r->site = site;
	r->jid = jid_to_bare(jid);
	r->created = created;
	room_config_init(&r->config);
	r->config.max_history = (int64_t)site->history;
	subject_init(&r->subject);
	affiliation_list_init(&r->affiliations);
	hat_list_init(&r->hats);
	note_well_init(&r->note_well);
	roster_init(&r->roster);
	voices_init(&r->voices);
	history_init(&r->history, site->history);
	relay_init(&r->relay);
	room_limits_init(&r->limits, &site->limits, site_now(site));
	calm_init(&r->calm, &site->calm, site_now(site));
	invitations_init(&r->invitations);
	lookups_init(&r->lookups);
	throttle_init(&r->letters, (double)site->room_invites / 3600,
		      (double)site->room_invites, site_now(site));
	list_init(&r->out);
	list_init(&r->waiting);
	return r;
}

static void drop_out(struct room *r)
{
	struct envelope *e, *tmp;

	list_each_safe(e, tmp, &r->out, node) {
		list_remove(&e->node);
		envelope_free(&e);
	}
}

static void leave_homes(struct room *r)
{
	const struct occupant *o;
	const struct session *s;

	list_each(o, &r->roster.occupants, node) {
		list_each(s, &o->sessions, node)
			homes_leave(&r->site->homes, jid_domain(r->jid),
				    jid_domain(s->jid));
	}
}

void room_free(struct room **r)
{
	struct room *room = *r;

	if (!room)
		return;
	require(list_is_empty(&room->waiting));
	drop_out(room);
	audience_free(&room->alone);
	lookups_fini(&room->lookups);
	room_limits_fini(&room->limits);
	invitations_fini(&room->invitations);
	relay_fini(&room->relay);
	history_fini(&room->history);
	mem_free(&room->taken_back);
	voices_fini(&room->voices);
	leave_homes(room);
	roster_fini(&room->roster);
	note_well_fini(&room->note_well);
	hat_list_fini(&room->hats);
	affiliation_list_fini(&room->affiliations);
	subject_fini(&room->subject);
	room_config_fini(&room->config);
	jid_free(&room->jid);
	mem_free(r);
}

const char *room_name(const struct room *r)
{
	return r->config.name ? r->config.name : jid_local(r->jid);
}

void room_add_session(struct room *r, struct occupant *o,
		      struct session *owned)
{
	owned->home = homes_enter(&r->site->homes, jid_domain(r->jid),
				  jid_domain(owned->jid), site_now(r->site));
	roster_add_session(&r->roster, o, owned);
}

struct occupant *room_take_session(struct room *r, struct session *s)
{
	homes_leave(&r->site->homes, jid_domain(r->jid), jid_domain(s->jid));
	affiliation_list_note_left(&r->affiliations, jid_bare(s->jid),
				   site_now(r->site));
	return roster_take_session(&r->roster, s);
}

struct occupant *room_find_nick(const struct room *r, const char *nick)
{
	struct occupant *o;
	struct nickname n;

	if (!nickname_make(&n, nick))
		return NULL;
	o = roster_find_key(&r->roster, n.key);
	nickname_fini(&n);
	return o;
}

enum affiliation room_affiliation(const struct room *r, const struct jid *real,
				  bool by_certificate)
{
	if (site_is_operator(r->site, real, by_certificate))
		return AFFILIATION_OWNER;
	if (bans_find(&r->site->bans, real))
		return AFFILIATION_OUTCAST;
	return affiliation_list_get(&r->affiliations, real);
}

/* Somebody of no affiliation who has to ask for voice. */
static bool is_newcomer(const struct room *r, const struct session *s)
{
	return guest_is_one(r, s) || calm_is_newcomer(r, s) ||
	       rtbl_is_visitor(r, s->jid);
}

enum role room_usual_role(const struct room *r, const struct session *s,
			  enum affiliation affiliation)
{
	enum role role = ROLE_VISITOR;

	if (affiliation != AFFILIATION_NONE || !is_newcomer(r, s))
		role = affiliation_role(affiliation, r->config.is_moderated);
	if (role == ROLE_VISITOR &&
	    hat_list_gives_voice(&r->hats, jid_bare(s->jid)))
		role = ROLE_PARTICIPANT;
	return role;
}

enum role room_role(const struct room *r, const struct session *s,
		    enum affiliation affiliation)
{
	return voices_get(&r->voices, s->jid,
			  room_usual_role(r, s, affiliation));
}

/* #roles-priv: what a star marks there is the configuration's. */
static bool is_configured_off(const struct room *r, const struct occupant *o,
			      enum privilege p)
{
	if (p == PRIVILEGE_SEND_PM)
		return o->role < r->config.pm_from;
	if (p != PRIVILEGE_INVITE)
		return false;
	/* #invite-mediated: an invitation there adds to the members */
	if (r->config.is_members_only)
		return !privilege_is_given(PRIVILEGE_MAKE_MEMBER, o->role,
					   o->affiliation);
	return !r->config.may_invite && o->role < ROLE_MODERATOR;
}

bool room_may(const struct room *r, const struct occupant *o,
	      enum privilege p)
{
	if (is_configured_off(r, o, p))
		return false;
	if (p == PRIVILEGE_SET_SUBJECT && r->config.may_change_subject &&
	    o->role >= ROLE_PARTICIPANT)
		return true;
	if (p == PRIVILEGE_SEE_JIDS && r->config.shows_jids)
		return true;
	return privilege_is_given(p, o->role, o->affiliation);
}

bool room_may_write_out(struct room *r, size_t count)
{
	return throttle_take(&r->letters, (double)count, site_now(r->site));
}

bool room_is_calm(const struct room *r)
{
	return r->config.calm_until != 0;
}

bool room_is_full(const struct room *r)
{
	size_t max = r->site->max_users;

	if (r->config.max_users > 0 && (size_t)r->config.max_users < max)
		max = (size_t)r->config.max_users;
	return roster_session_count(&r->roster) >= max;
}

/* Who is told one thing is often told more: one audience until the flush. */
static struct audience *get_alone(struct room *r, const struct jid *to)
{
	const struct addressee *who;

	if (r->alone) {
		who = audience_group_get(audience_group_at(r->alone, 0), 0);
		if (str_equal(jid_text(who->jid), jid_text(to)))
			return r->alone;
		audience_free(&r->alone);
	}
	r->alone = audience_new();
	audience_add(r->alone, to, 0);
	return r->alone;
}

void room_send(struct room *r, struct frozen *f, const struct jid *to)
{
	envelope_make_all(&r->out, f, get_alone(r, to), jid_domain(r->jid), 0);
}

void room_send_to(struct room *r, struct frozen *f, enum roster_audience who,
		  uint32_t skip)
{
	envelope_make_all(&r->out, f, roster_get_audience(&r->roster, who),
			  jid_domain(r->jid), skip);
}

void room_send_elem(struct room *r, struct elem *owned, const struct jid *to)
{
	struct frozen *f = frozen_new(owned);

	elem_free(&owned);
	room_send(r, f, to);
	frozen_unref(&f);
}

void room_flush(struct room *r)
{
	audience_free(&r->alone);
	if (!list_is_empty(&r->out))
		r->site->env.send(r->site->env.owner, jid_text(r->jid),
				  &r->out);
	require(list_is_empty(&r->out));
}

void room_save(struct room *r, struct record *owned, bool gates)
{
	r->site->env.save(r->site->env.owner, jid_text(r->jid), owned, gates);
}

bool room_may_save(const struct room *r)
{
	return r->site->env.may_save(r->site->env.owner);
}
