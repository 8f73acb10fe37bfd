/* SPDX-License-Identifier: MIT */
#include "muc/probe.h"

#include "jid/jid.h"
#include "muc/act.h"
#include "muc/presence.h"
#include "muc/room.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/stanza.h"

void probe_answer(struct act *a)
{
	struct occupant *o;

	/* outsiders learn nothing of who is there */
	if (!a->session || !jid_resource(a->stanza->to))
		return;
	o = room_find_nick(a->room, jid_resource(a->stanza->to));
	if (!o)
		act_answer_in_order(a, stanza_elem_new(STANZA_PRESENCE,
						       "unavailable",
						       a->stanza->to, NULL));
	else if (o == a->session->occupant)
		presence_show_self(a->room, o, a->session, NULL, NULL);
	else
		presence_show_one(a->room, o, a->session);
}
