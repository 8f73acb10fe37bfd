/* SPDX-License-Identifier: MIT */
#include "muc/pm.h"

#include "jid/jid.h"
#include "muc/act.h"
#include "muc/message.h"
#include "muc/police.h"
#include "muc/room.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/mark.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

static const char *type_text(enum stanza_type type)
{
	switch (type) {
	case STANZA_CHAT:
		return "chat";
	case STANZA_HEADLINE:
		return "headline";
	default:
		return NULL;
	}
}

static struct elem *build(const struct act *a)
{
	struct elem *e;

	mark_strip(a->stanza->elem, a->room->jid);
	e = message_make(a, type_text(a->stanza->type));
	elem_add(e, "x", NS_MUC_USER);
	return e;
}

/* To all clients of the nick, as the text recommends (#enter-conflict). */
static void send_to_occupant(struct act *a, const struct occupant *to)
{
	struct room *r = a->room;
	struct elem *e = build(a);
	struct frozen *f = frozen_new(e);
	const struct session *s;

	list_each(s, &to->sessions, node) {
		relay_add_message(&r->relay, frozen_id(f), a->session->jid,
				  to->jid, s->jid, site_now(r->site));
		room_send(r, f, s->jid);
	}
	frozen_unref(&f);
	elem_free(&e);
}

void pm_send(struct act *a)
{
	const struct occupant *to;

	if (!a->session) {
		act_refuse(a, COND_NOT_ACCEPTABLE, COND_TYPE_CANCEL,
			   "You are not in the room.");
		return;
	}
	if (a->stanza->type == STANZA_GROUPCHAT) {
		act_refuse(a, COND_BAD_REQUEST, COND_TYPE_MODIFY,
			   "A private message is not of type groupchat.");
		return;
	}
	to = room_find_nick(a->room, jid_resource(a->stanza->to));
	if (!to)
		act_refuse(a, COND_ITEM_NOT_FOUND, COND_TYPE_CANCEL,
			   "Nobody of that nickname is in the room.");
	else if (!room_may(a->room, a->session->occupant, PRIVILEGE_SEND_PM))
		act_refuse(a, COND_FORBIDDEN, COND_TYPE_AUTH,
			   "You may not write privately in this room.");
	else if (police_private(a))
		send_to_occupant(a, to);
}

/* That it did not come through; takes item. by: who found out, or NULL. */
static void tell_sender(struct room *r, struct relay_item *item,
			struct cond cond, const struct jid *by)
{
	struct elem *e;

	/* peers' texts may tell a real JID */
	cond.text = cond.content = NULL;
	if (roster_find_session(&r->roster, item->sender)) {
		e = stanza_elem_new(STANZA_MESSAGE, "error", item->asked,
				    item->id);
		cond_add(e, &cond, by ? jid_text(by) : NULL, NULL);
		room_send_elem(r, e, item->sender);
	}
	relay_item_free(&item);
}

bool pm_forward_error(struct act *a)
{
	struct relay_item *item;
	struct cond cond;

	item = relay_take_message(&a->room->relay, stanza_id(a->stanza),
				  a->stanza->from);
	if (!item)
		return false;
	cond_read(a->stanza->elem, &cond);
	tell_sender(a->room, item, cond, NULL);
	return true;
}

void pm_undelivered(struct room *r, const char *id, const struct jid *to,
		    enum cond_name why)
{
	struct relay_item *item = relay_take_message(&r->relay, id, to);

	if (item)
		tell_sender(r, item, cond_make(why, NULL), r->jid);
}
