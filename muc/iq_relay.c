/* SPDX-License-Identifier: MIT */
#include "muc/iq_relay.h"

#include "jid/jid.h"
#include "muc/act.h"
#include "muc/room.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

/* What a server answers for its user goes to the bare JID: avatars (vCard, PEP)
 * are asked for through rooms all the time, and no client answers. */
static bool is_for_server(const struct elem *payload)
{
	return elem_is(payload, "vCard", NS_VCARD) ||
	       elem_is(payload, NULL, NS_PUBSUB);
}

static void pass_on(struct act *a, struct occupant *to,
		    const struct elem *payload)
{
	struct room *r = a->room;
	bool is_get = a->stanza->type == STANZA_GET;
	struct jid *target;
	struct elem *e;

	target = is_get && is_for_server(payload)
			 ? jid_to_bare(to->shown->jid)
			 : jid_copy(to->shown->jid);
	a->session->open_relays++;
	e = stanza_elem_new(STANZA_IQ, is_get ? "get" : "set",
			    a->session->occupant->jid,
			    relay_add_question(&r->relay, stanza_id(a->stanza),
					       a->session->jid, a->stanza->to,
					       target, site_now(r->site)));
	elem_set_attr(e, "xml:lang", stanza_lang(a->stanza));
	elem_add_copy(e, payload);
	room_send_elem(r, e, target);
	jid_free(&target);
}

/* Who is not in the room learns nothing of who is (XEP-0045 #disco-occupant,
 * XEP-0410 #performingselfping). */
static void refuse_outsider(struct act *a, const struct elem *payload)
{
	if (elem_is(payload, NULL, NS_DISCO_INFO) ||
	    elem_is(payload, NULL, NS_DISCO_ITEMS))
		act_refuse(a, COND_BAD_REQUEST, COND_TYPE_MODIFY, NULL);
	else
		act_refuse(a, COND_NOT_ACCEPTABLE, COND_TYPE_CANCEL,
			   "You are not in the room.");
}

void iq_relay_ask(struct act *a)
{
	const struct elem *payload = stanza_payload(a->stanza);
	struct occupant *to;

	if (!payload) {
		act_refuse(a, COND_BAD_REQUEST, COND_TYPE_MODIFY, NULL);
		return;
	}
	if (!a->session) {
		refuse_outsider(a, payload);
		return;
	}
	to = room_find_nick(a->room, jid_resource(a->stanza->to));
	if (!to)
		act_refuse(a, COND_ITEM_NOT_FOUND, COND_TYPE_CANCEL, NULL);
	else if (to == a->session->occupant &&
		 elem_is(payload, "ping", NS_PING))
		act_answer(a, stanza_result_new(a->stanza));
	else if (relay_is_full(&a->room->relay) ||
		 a->session->open_relays >= RELAY_MAX_OF_SESSION)
		act_refuse(a, COND_RESOURCE_CONSTRAINT, COND_TYPE_WAIT,
			   "Too many questions are unanswered.");
	else
		pass_on(a, to, payload);
}

/* An answer's head, or NULL when the asker has gone. */
static struct elem *begin_answer(struct room *r, const struct relay_item *item,
				 const char *type)
{
	struct session *asker = roster_find_session(&r->roster, item->sender);

	if (!asker)
		return NULL;
	if (asker->open_relays)
		asker->open_relays--;
	return stanza_elem_new(STANZA_IQ, type, item->asked, item->id);
}

static void answer_error(struct room *r, const struct relay_item *item,
			 struct cond cond, const struct jid *by)
{
	struct elem *e = begin_answer(r, item, "error");

	if (!e)
		return;
	/* peers' texts may tell a real JID */
	cond.text = cond.content = NULL;
	cond_add(e, &cond, by ? jid_text(by) : NULL, NULL);
	room_send_elem(r, e, item->sender);
}

static void answer_result(struct room *r, const struct relay_item *item,
			  const struct stanza *answer)
{
	struct elem *e = begin_answer(r, item, "result");
	const struct elem *payload = stanza_payload(answer);

	if (!e)
		return;
	elem_set_attr(e, "xml:lang", stanza_lang(answer));
	if (payload)
		elem_add_copy(e, payload);
	room_send_elem(r, e, item->sender);
}

void iq_relay_answer(struct act *a)
{
	struct room *r = a->room;
	struct relay_item *item;
	struct cond cond;

	item = relay_take_question(&r->relay, stanza_id(a->stanza),
				   a->stanza->from);
	if (!item)
		return;
	if (a->stanza->type == STANZA_ERROR) {
		cond_read(a->stanza->elem, &cond);
		answer_error(r, item, cond, NULL);
	} else {
		answer_result(r, item, a->stanza);
	}
	relay_item_free(&item);
}

void iq_relay_refuse_answer(struct act *a)
{
	struct relay_item *item;

	item = relay_take_question(&a->room->relay, stanza_id(a->stanza),
				   a->stanza->from);
	if (!item)
		return;
	answer_error(a->room, item,
		     cond_make(COND_POLICY_VIOLATION, NULL), a->room->jid);
	relay_item_free(&item);
}

void iq_relay_undelivered(struct room *r, const char *mapped_id,
			  const struct jid *target, enum cond_name why)
{
	struct relay_item *item;

	item = relay_take_question(&r->relay, mapped_id, target);
	if (!item)
		return;
	answer_error(r, item, cond_make(why, NULL), r->jid);
	relay_item_free(&item);
}

void iq_relay_tick(struct room *r, int64_t now)
{
	struct relay_item *item;

	while ((item = relay_take_due(&r->relay, now))) {
		if (item->is_question)
			answer_error(r, item,
				     cond_make(COND_REMOTE_SERVER_TIMEOUT,
					       NULL),
				     r->jid);
		relay_item_free(&item);
	}
}
