/* SPDX-License-Identifier: MIT */
#include "muc/unsaved.h"

#include "base/str.h"
#include "jid/jid.h"
#include "muc/room.h"
#include "store/record.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xmpp/cond.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

struct elem *unsaved_error(const struct record_message *m,
			   const struct jid *room)
{
	const struct cond cond = cond_make_typed(
		COND_RESOURCE_CONSTRAINT, COND_TYPE_WAIT,
		"The record of this room cannot be written; your message was "
		"not kept, and nobody has seen it.");
	struct elem *said =
		parser_read(m->stanza, strlen(m->stanza), NS_SERVER);
	struct elem *e = stanza_elem_new(STANZA_MESSAGE, "error", room,
					 said ? elem_attr(said, "id") : NULL);

	cond_add(e, &cond, jid_text(room), NULL);
	if (said)
		elem_free(&said);
	return e;
}

void unsaved_give_back(struct room *r, const struct record_message *m)
{
	struct jid *to = m->sender ? jid_parse(m->sender) : NULL;

	history_remove(&r->history, m->id);
	if (to)
		room_send_elem(r, unsaved_error(m, r->jid), to);
	jid_free(&to);
	room_flush(r);
}
