/* SPDX-License-Identifier: MIT */
#include "muc/act.h"

#include "jid/jid.h"
#include "muc/room.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/stanza.h"

void act_refuse(const struct act *a, enum cond_name name, enum cond_type type,
		const char *text)
{
	struct cond cond = cond_make_typed(name, type, text);

	site_refuse(a->room->site, a->stanza, &cond, a->room->jid);
}

struct standing act_standing(const struct act *a)
{
	return (struct standing){
		.role = a->session ? a->session->occupant->role : ROLE_NONE,
		.affiliation = room_affiliation(a->room, a->stanza->from,
						a->by_certificate),
	};
}

bool act_may_save(const struct act *a)
{
	if (room_may_save(a->room))
		return true;
	act_refuse(a, COND_RESOURCE_CONSTRAINT, COND_TYPE_WAIT,
		   "The record of this room is behind; try again soon.");
	return false;
}

void act_answer(const struct act *a, struct elem *owned)
{
	site_answer(a->room->site, owned, a->stanza->from,
		    jid_domain(a->room->jid));
}

void act_answer_in_order(const struct act *a, struct elem *owned)
{
	room_send_elem(a->room, owned, a->stanza->from);
}
