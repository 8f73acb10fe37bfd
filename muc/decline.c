/* SPDX-License-Identifier: MIT */
#include "muc/decline.h"

#include "jid/jid.h"
#include "muc/act.h"
#include "muc/invite.h"
#include "muc/room.h"
#include "xml/elem.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

bool decline_is_one(const struct stanza *s)
{
	return invite_find(s, "decline") != NULL;
}

/* To the client that invited if it is still there, else to the account. */
static void send_back(struct room *r, struct elem *owned,
		      const struct invitation *i)
{
	struct jid *bare = jid_to_bare(i->inviter);

	room_send_elem(r, owned,
		       roster_find_session(&r->roster, i->inviter) ? i->inviter
								   : bare);
	jid_free(&bare);
}

void decline_run(struct act *a)
{
	const struct elem *asked = invite_find(a->stanza, "decline");
	const char *text = elem_attr(asked, "to");
	struct jid *to = text ? jid_parse(text) : NULL;
	struct invitation *i = NULL;
	struct elem *e, *decline;

	if (to)
		i = invitations_find(&a->room->invitations, to,
				     a->stanza->from);
	jid_free(&to);
	if (!i) {
		act_refuse(a, COND_ITEM_NOT_FOUND, COND_TYPE_CANCEL, NULL);
		return;
	}
	e = stanza_elem_new(STANZA_MESSAGE, NULL, a->room->jid,
			    stanza_id(a->stanza));
	decline = elem_add(elem_add(e, "x", NS_MUC_USER), "decline", NULL);
	elem_set_attr(decline, "from", jid_bare(a->stanza->from));
	invite_copy_words(decline, asked);
	send_back(a->room, e, i);
	i->is_answered = true;
}

void decline_undelivered(struct room *r, const char *id, const struct jid *to,
			 enum cond_name why)
{
	struct invitation *i = invitations_find_id(&r->invitations, id, to);
	struct cond cond = cond_make(why, NULL);
	struct elem *e;

	if (!i)
		return;
	e = stanza_elem_new(STANZA_MESSAGE, "error", r->jid, i->id);
	cond_add(e, &cond, jid_text(r->jid), NULL);
	send_back(r, e, i);
	i->is_answered = true;
}

void decline_bounced(struct act *a)
{
	struct cond cond;

	/* no text of peers: the condition says it */
	cond_read(a->stanza->elem, &cond);
	decline_undelivered(a->room, stanza_id(a->stanza), a->stanza->from,
			    cond.name);
}
