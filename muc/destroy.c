/* SPDX-License-Identifier: MIT */
#include "muc/destroy.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/audit.h"
#include "muc/leave.h"
#include "muc/persist.h"
#include "muc/presence.h"
#include "muc/room.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

#define REASON_MAX 1000
#define PASSWORD_MAX 200

/* Who may end it: rooms of the house are the operators'. Else refused. */
static bool may_destroy(const struct act *a)
{
	if (!a->room->config.of_house ||
	    site_is_operator(a->room->site, a->stanza->from,
			     a->by_certificate))
		return true;
	act_refuse(a, COND_NOT_ALLOWED, COND_TYPE_CANCEL,
		   "This room belongs to the service.");
	return false;
}

static bool is_short(const char *text, size_t max)
{
	return !text || strlen(text) <= max;
}

/* Another place, if one is named, with nothing too long beside it. The place is
 * written as we compare it. */
static bool is_sound(const struct act *a, struct elem *wish)
{
	const char *venue = elem_attr(wish, "jid");
	struct jid *jid = venue ? jid_parse(venue) : NULL;
	bool is_good = !venue ||
		       (jid && jid_local(jid) && jid_is_bare(jid) &&
			!jid_equal_bare(jid, a->room->jid));

	if (is_good && jid)
		elem_set_attr(wish, "jid", jid_text(jid));
	jid_free(&jid);
	return is_good &&
	       is_short(elem_child_text(wish, "reason", NULL), REASON_MAX) &&
	       is_short(elem_child_text(wish, "password", NULL), PASSWORD_MAX);
}

/* To each alone that they are out; of the others nobody is told. */
static void send_out(struct room *r, const struct elem *wish)
{
	const struct presence_note note = { .destroy = wish };
	struct occupant *o;
	struct session *s;

	list_each(o, &r->roster.occupants, node) {
		persist_presence(r, o, o->shown->jid, RECORD_REMOVED, NULL,
				 elem_child_text(wish, "reason", NULL));
		o->affiliation = AFFILIATION_NONE;
		list_each(s, &o->sessions, node)
			presence_show_gone_self(r, o, s, ROLE_NONE, &note,
						NULL);
	}
}

void destroy_room(struct room *r, const char *venue, const char *reason)
{
	struct elem *wish = elem_new("destroy", NS_MUC_OWNER);

	elem_set_attr(wish, "jid", venue);
	if (reason)
		elem_add_with_text(wish, "reason", NULL, reason);
	send_out(r, wish);
	elem_free(&wish);
	r->config.is_destroyed = true;
	str_set(&r->config.venue, venue);
	str_set(&r->config.farewell, reason);
	r->is_over = true;
}

void destroy_run(struct act *a, struct elem *wish)
{
	struct room *r = a->room;

	if (!may_destroy(a))
		return;
	if (!is_sound(a, wish)) {
		act_refuse(a, COND_BAD_REQUEST, COND_TYPE_MODIFY, NULL);
		return;
	}
	if (!act_may_save(a))
		return;
	log_info(LOG_MUC, "%s: destroyed by %s", jid_text(r->jid),
		 jid_bare(a->stanza->from));
	audit_act(a, "destroy", elem_attr(wish, "jid"),
		  elem_child_text(wish, "reason", NULL), NULL);
	send_out(r, wish);
	act_answer_in_order(a, stanza_result_new(a->stanza));
	r->config.is_destroyed = true;
	str_set(&r->config.venue, elem_attr(wish, "jid"));
	str_set(&r->config.farewell, elem_child_text(wish, "reason", NULL));
	r->is_over = true;
}

bool destroy_make_tombstone(const struct room *r, struct room_config *out)
{
	const struct room_config *c = &r->config;

	/* a temporary room that leads nowhere is simply not there any more */
	if (!c->is_destroyed || (!c->is_persistent && !c->venue))
		return false;
	room_config_init(out);
	out->is_destroyed = out->is_persistent = true;
	out->is_public = false;
	out->of_house = c->of_house;
	out->creator = str_dup(c->creator);
	out->venue = str_dup(c->venue);
	out->farewell = str_dup(c->farewell);
	return true;
}

void destroy_refuse(const struct room *tombstone, const struct stanza *s)
{
	const struct room_config *c = &tombstone->config;
	char *uri = c->venue ? str_format("xmpp:%s?join", c->venue) : NULL;
	struct cond gone = cond_make(COND_GONE, c->farewell
							? c->farewell
							: "This room is gone.");

	gone.content = uri;
	if (s->type != STANZA_UNAVAILABLE)
		site_refuse(tombstone->site, s, &gone, tombstone->jid);
	mem_free(&uri);
}
