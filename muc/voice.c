/* SPDX-License-Identifier: MIT */
#include "muc/voice.h"

#include "base/mem.h"
#include "base/rand.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/audit.h"
#include "muc/observe.h"
#include "muc/rank.h"
#include "muc/room.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/envelope.h"
#include "xmpp/form.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

#define PAUSE 60000 /* ms between two requests of a client */

#define VAR_ROLE "muc#role"
#define VAR_JID "muc#jid"
#define VAR_NICK "muc#roomnick"
#define VAR_ALLOW "muc#request_allow"

bool voice_is_form(const struct stanza *s)
{
	return s->type == STANZA_NORMAL && !jid_resource(s->to) &&
	       form_find(s->elem, NS_MUC_REQUEST);
}

/* ---- asking ---- */

static struct elem *build_form(const struct act *a)
{
	const struct occupant *o = a->session->occupant;
	char id[RAND_ID_SIZE];
	struct elem *e, *form;

	rand_id(id);
	e = stanza_elem_new(STANZA_MESSAGE, NULL, a->room->jid, id);
	form = form_add_titled(e, NS_MUC_REQUEST, "Voice request",
			       "Somebody here asks to be allowed to speak.");
	form_add_field(form, VAR_ROLE, "list-single", "Requested role",
		       role_text(ROLE_PARTICIPANT));
	form_add_field(form, VAR_JID, "jid-single", "User ID",
		       jid_text(a->stanza->from));
	form_add_field(form, VAR_NICK, "text-single", "Room nickname",
		       occupant_nick(o));
	form_add_field(form, VAR_ALLOW, "boolean",
		       "Grant voice to this person?", "false");
	return e;
}

static void send_to_moderators(struct act *a)
{
	struct elem *e = build_form(a);
	struct frozen *f = frozen_new(e);

	room_send_to(a->room, f, ROSTER_MODERATORS, 0);
	frozen_unref(&f);
	elem_free(&e);
}

static bool has_moderator(struct room *r)
{
	return audience_size(roster_get_audience(&r->roster,
						 ROSTER_MODERATORS)) > 0;
}

static void ask(struct act *a, const struct elem *form)
{
	int64_t now = site_now(a->room->site);
	struct session *s = a->session;

	if (!str_equal(form_value(form, VAR_ROLE),
		       role_text(ROLE_PARTICIPANT))) {
		act_refuse(a, COND_BAD_REQUEST, COND_TYPE_MODIFY, NULL);
	} else if (s->occupant->role != ROLE_VISITOR) {
		act_refuse(a, COND_CONFLICT, COND_TYPE_CANCEL,
			   "You may speak.");
	} else if (s->asked_voice && now - s->asked_voice < PAUSE) {
		act_refuse(a, COND_POLICY_VIOLATION, COND_TYPE_WAIT,
			   "You have asked; please wait.");
	} else if (!has_moderator(a->room)) {
		act_refuse(a, COND_RECIPIENT_UNAVAILABLE, COND_TYPE_WAIT,
			   "No moderator is here.");
	} else {
		s->asked_voice = now;
		send_to_moderators(a);
		observe_voice(a);
	}
}

/* ---- approving ---- */

/* The nick, if the same person still has it. */
static struct occupant *find_asker(const struct act *a, const struct elem *form)
{
	const char *nick = form_value(form, VAR_NICK);
	const char *text = form_value(form, VAR_JID);
	struct occupant *o = nick ? room_find_nick(a->room, nick) : NULL;
	struct jid *jid = text ? jid_parse(text) : NULL;

	if (o && text && !(jid && jid_equal_bare(jid, o->shown->jid)))
		o = NULL;
	jid_free(&jid);
	return o;
}

static void grant(struct act *a, struct occupant *o)
{
	struct rank_change change;

	rank_init_role(&change, o, ROLE_PARTICIPANT, NULL);
	audit_ranks(a, &change, 1);
	rank_apply(a->room, &change, 1);
	rank_tell(a->room, &change, 1, occupant_nick(a->session->occupant));
	rank_fini(&change);
}

static bool is_true(const char *value)
{
	return str_equal(value, "1") || str_equal(value, "true");
}

static void approve(struct act *a, const struct elem *form)
{
	struct occupant *o = find_asker(a, form);

	if (!room_may(a->room, a->session->occupant, PRIVILEGE_VOICE))
		act_refuse(a, COND_FORBIDDEN, COND_TYPE_AUTH, NULL);
	else if (!str_equal(form_value(form, VAR_ROLE),
			    role_text(ROLE_PARTICIPANT)))
		act_refuse(a, COND_BAD_REQUEST, COND_TYPE_MODIFY, NULL);
	else if (!is_true(form_value(form, VAR_ALLOW)))
		return;
	else if (!o)
		act_refuse(a, COND_ITEM_NOT_FOUND, COND_TYPE_CANCEL, NULL);
	else if (o->role == ROLE_VISITOR && act_may_save(a))
		grant(a, o); /* else another moderator was faster */
}

void voice_run(struct act *a)
{
	const struct elem *form = form_find(a->stanza->elem, NS_MUC_REQUEST);

	if (!a->session)
		act_refuse(a, COND_NOT_ACCEPTABLE, COND_TYPE_CANCEL,
			   "You are not in the room.");
	else if (str_equal(elem_attr(form, "type"), "cancel"))
		return;
	else if (!str_equal(elem_attr(form, "type"), "submit"))
		act_refuse(a, COND_BAD_REQUEST, COND_TYPE_MODIFY, NULL);
	else if (form_field(form, VAR_ALLOW))
		approve(a, form);
	else
		ask(a, form);
}
