/* SPDX-License-Identifier: MIT */
#include "muc/invite.h"

#include "base/mem.h"
#include "base/rand.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/rank.h"
#include "muc/room.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

/* In one message. */
#define INVITES_MAX 20

struct elem *invite_find(const struct stanza *s, const char *name)
{
	const struct elem *x = elem_child(s->elem, "x", NS_MUC_USER);

	if (s->type != STANZA_NORMAL || jid_resource(s->to) || !x)
		return NULL;
	return elem_child(x, name, NS_MUC_USER);
}

bool invite_is_asked(const struct stanza *s)
{
	return invite_find(s, "invite") != NULL;
}

/* ---- sending ---- */

/* The reason, the thread of a chat that continues (#continue). */
void invite_copy_words(struct elem *to, const struct elem *from)
{
	static const char *const names[] = { "reason", "continue" };

	for (size_t i = 0; from && i < array_len(names); i++) {
		const struct elem *e = elem_child(from, names[i], NS_MUC_USER);

		if (e)
			elem_add_copy(to, e);
	}
}

static void send_one(struct room *r, const struct jid *by,
		     const struct jid *invitee, const struct elem *asked,
		     const char *id)
{
	char new_id[RAND_ID_SIZE];
	struct elem *e, *x, *invite;

	rand_id(new_id);
	e = stanza_elem_new(STANZA_MESSAGE, NULL, r->jid, id ? id : new_id);
	x = elem_add(e, "x", NS_MUC_USER);
	invite = elem_add(x, "invite", NULL);
	elem_set_attr(invite, "from", jid_bare(by));
	invite_copy_words(invite, asked);
	if (r->config.password)
		elem_add_with_text(x, "password", NULL, r->config.password);
	invitations_add(&r->invitations, elem_attr(e, "id"), by, invitee,
			site_now(r->site));
	room_send_elem(r, e, invitee);
}

/* ---- may they? ---- */

static bool refuse(const struct act *a, enum cond_name name,
		   enum cond_type type, const char *text)
{
	act_refuse(a, name, type, text);
	return false;
}

static bool has_waited(const struct act *a)
{
	const struct room *r = a->room;
	const struct occupant *o = a->session->occupant;
	int64_t there = site_now(r->site) - a->session->joined;

	return there >= r->site->invite_after || o->role == ROLE_MODERATOR ||
	       o->affiliation >= AFFILIATION_MEMBER;
}

static bool may_invite(const struct act *a)
{
	const struct room *r = a->room;

	if (!a->session)
		return refuse(a, COND_NOT_ACCEPTABLE, COND_TYPE_CANCEL,
			      "You are not in the room.");
	if (!room_may(r, a->session->occupant, PRIVILEGE_INVITE))
		return refuse(a, COND_FORBIDDEN, COND_TYPE_AUTH, NULL);
	if (!has_waited(a))
		return refuse(a, COND_POLICY_VIOLATION, COND_TYPE_WAIT,
			      "You have only just come; invite later.");
	return true;
}

/* Who is asked for, in order; owned JIDs. */
struct guests {
	struct jid *jids[INVITES_MAX];
	const struct elem *invites[INVITES_MAX];
	size_t count;
};

static void free_guests(struct guests *g)
{
	for (size_t i = 0; i < g->count; i++)
		jid_free(&g->jids[i]);
}

static bool read_guest(const struct act *a, const struct elem *invite,
		       struct guests *g)
{
	const char *text = elem_attr(invite, "to");
	struct jid *jid = text ? jid_parse(text) : NULL;

	if (g->count == INVITES_MAX || !jid || !jid_local(jid)) {
		jid_free(&jid);
		return refuse(a, COND_JID_MALFORMED, COND_TYPE_MODIFY, NULL);
	}
	g->invites[g->count] = invite;
	g->jids[g->count++] = jid;
	if (room_affiliation(a->room, jid, true) == AFFILIATION_OUTCAST)
		return refuse(a, COND_FORBIDDEN, COND_TYPE_AUTH, NULL);
	return true;
}

static bool read_guests(const struct act *a, struct guests *g)
{
	const struct elem *e;

	for (e = invite_find(a->stanza, "invite"); e;
	     e = elem_next(e, "invite", NS_MUC_USER))
		if (!read_guest(a, e, g))
			return false;
	return true;
}

/* Unasked messages in the name of a room are worth much to a spammer. */
static bool is_within_quota(const struct act *a, size_t count)
{
	struct room *r = a->room;
	size_t sent = invitations_count_of(&r->invitations, a->stanza->from,
					   site_now(r->site));

	if (sent + count <= r->site->user_invites &&
	    room_may_write_out(r, count))
		return true;
	return refuse(a, COND_POLICY_VIOLATION, COND_TYPE_WAIT,
		      "Too many invitations; try again later.");
}

/* #invite-mediated: into a members-only room as a member. */
static void add_members(struct act *a, const struct guests *g)
{
	struct room *r = a->room;
	struct rank_change change;

	for (size_t i = 0; i < g->count; i++) {
		if (room_affiliation(r, g->jids[i], true) != AFFILIATION_NONE)
			continue;
		rank_init_affiliation(&change, g->jids[i], AFFILIATION_MEMBER,
				      NULL, NULL);
		rank_apply(r, &change, 1);
		rank_tell(r, &change, 1, occupant_nick(a->session->occupant));
		rank_fini(&change);
	}
}

void invite_send(struct act *a)
{
	struct guests guests = { .count = 0 };
	bool adds = a->room->config.is_members_only;

	if (may_invite(a) && read_guests(a, &guests) &&
	    (!adds || act_may_save(a)) && is_within_quota(a, guests.count)) {
		if (adds)
			add_members(a, &guests);
		for (size_t i = 0; i < guests.count; i++)
			send_one(a->room, a->stanza->from, guests.jids[i],
				 guests.invites[i], stanza_id(a->stanza));
	}
	free_guests(&guests);
}

void invite_new_members(struct room *r, const struct jid *by,
			const struct rank_change *changes, size_t count)
{
	for (size_t i = 0; r->config.is_members_only && i < count; i++) {
		const struct rank_change *c = &changes[i];

		if (c->jid && c->before == AFFILIATION_NONE && !c->is_done &&
		    c->affiliation == AFFILIATION_MEMBER &&
		    room_may_write_out(r, 1))
			send_one(r, by, c->jid, NULL, NULL);
	}
}
