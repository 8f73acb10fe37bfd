/* SPDX-License-Identifier: MIT */
#include "muc/retract.h"

#include "base/str.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/message.h"
#include "muc/room.h"
#include "muc/site.h"
#include "muc/takeback.h"
#include "muc/tombstone.h"
#include "xml/elem.h"
#include "xmpp/mark.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

bool retract_is_asked(const struct stanza *s)
{
	return s->type == STANZA_GROUPCHAT && !jid_resource(s->to) &&
	       elem_child(s->elem, "retract", NS_RETRACT);
}

/* XEP-0424 #rules: in a semi-anonymous room the occupant-id tells whose it is,
 * here and at every client. */
static bool is_author(const struct act *a, const struct elem *line)
{
	const struct elem *id = elem_child(line, "occupant-id",
					   NS_OCCUPANT_ID);

	return id &&
	       str_equal(elem_attr(id, "id"), a->session->occupant->id);
}

static void run(struct act *a, const char *id, const struct elem *edits)
{
	struct elem *e = message_make(a, "groupchat");
	struct retraction retraction = {
		.id = id,
		.message_id = elem_attr(e, "id"),
		.at = site_now(a->room->site),
	};

	takeback_run(a, e, edits, &retraction, true);
	elem_free(&e);
}

static void judge(struct act *a, const char *id, const struct elem *line)
{
	struct elem *edits = NULL;

	if (tombstone_is_one(line))
		act_refuse(a, COND_ITEM_NOT_FOUND, COND_TYPE_CANCEL, NULL);
	else if (!is_author(a, line) || !takeback_is_possible(line))
		act_refuse(a, COND_FORBIDDEN, COND_TYPE_AUTH, NULL);
	else if (act_may_save(a))
		edits = takeback_gather(a, id, line);
	if (edits) {
		run(a, id, edits);
		elem_free(&edits);
	}
}

/* Is the sender one who could have said it? Else refused. */
static bool may_talk(struct act *a)
{
	if (!a->session)
		act_refuse(a, COND_NOT_ACCEPTABLE, COND_TYPE_CANCEL,
			   "You are not in the room.");
	else if (!room_may(a->room, a->session->occupant, PRIVILEGE_SPEAK))
		act_refuse(a, COND_FORBIDDEN, COND_TYPE_AUTH, NULL);
	else
		return true;
	return false;
}

void retract_own(struct act *a)
{
	const struct elem *asked;
	struct elem *line;
	const char *id;

	mark_strip(a->stanza->elem, a->room->jid);
	asked = elem_child(a->stanza->elem, "retract", NS_RETRACT);
	if (!asked || elem_next(asked, "retract", NS_RETRACT)) {
		/* only a room says that it was moderated; one at a time */
		act_refuse(a, COND_BAD_REQUEST, COND_TYPE_MODIFY, NULL);
		return;
	}
	if (!may_talk(a))
		return;
	id = elem_attr(asked, "id");
	line = takeback_find(a, id);
	if (line)
		judge(a, id, line);
	elem_free(&line);
}
