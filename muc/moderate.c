/* SPDX-License-Identifier: MIT */
#include "muc/moderate.h"

#include <string.h>

#include "base/log.h"
#include "base/rand.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/audit.h"
#include "muc/room.h"
#include "muc/site.h"
#include "muc/takeback.h"
#include "muc/tombstone.h"
#include "xml/elem.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

#define REASON_MAX 1000 /* bytes */

/* XEP-0425 #usecase-success: the room says it, and of whom. */
static struct elem *build(const struct act *a, const struct retraction *r)
{
	struct elem *e, *retract;

	e = stanza_elem_new(STANZA_MESSAGE, "groupchat", a->room->jid,
			    r->message_id);
	retract = elem_add(e, "retract", NS_RETRACT);
	elem_set_attr(retract, "id", r->id);
	tombstone_add_moderated(retract, r);
	return e;
}

static void run(struct act *a, const struct elem *asked,
		const struct elem *line, const struct elem *edits)
{
	const struct occupant *o = a->session->occupant;
	char message_id[RAND_ID_SIZE];
	struct retraction retraction = {
		.id = elem_attr(asked, "id"),
		.message_id = message_id,
		.by = o->jid,
		.occupant_id = o->id,
		.reason = elem_child_text(asked, "reason", NS_MODERATED),
		.at = site_now(a->room->site),
	};
	struct elem *e;

	rand_id(message_id);
	e = build(a, &retraction);
	audit_act(a, "moderate", retraction.id, retraction.reason,
		  elem_attr(line, "from"));
	takeback_run(a, e, edits, &retraction, false);
	elem_free(&e);
	act_answer_in_order(a, stanza_result_new(a->stanza));
	log_info(LOG_MUC, "%s: %s was taken back by %s",
		 jid_text(a->room->jid), retraction.id,
		 jid_bare(a->stanza->from));
}

static void judge(struct act *a, const struct elem *asked,
		  const struct elem *line)
{
	struct elem *edits = NULL;

	if (tombstone_is_one(line))
		/* somebody was faster; what is wanted is done */
		act_answer_in_order(a, stanza_result_new(a->stanza));
	else if (!takeback_is_possible(line))
		act_refuse(a, COND_NOT_ALLOWED, COND_TYPE_CANCEL, NULL);
	else if (act_may_save(a))
		edits = takeback_gather(a, elem_attr(asked, "id"), line);
	if (edits) {
		run(a, asked, line, edits);
		elem_free(&edits);
	}
}

/* Who and how; else refused. */
static bool is_good(struct act *a, const struct elem *asked)
{
	const char *reason = elem_child_text(asked, "reason", NS_MODERATED);

	if (!a->session)
		act_refuse(a, COND_NOT_ACCEPTABLE, COND_TYPE_CANCEL,
			   "You are not in the room.");
	else if (!room_may(a->room, a->session->occupant, PRIVILEGE_MODERATE))
		act_refuse(a, COND_FORBIDDEN, COND_TYPE_AUTH,
			   "Moderators may take back what others said.");
	else if (!elem_attr(asked, "id"))
		act_refuse(a, COND_BAD_REQUEST, COND_TYPE_MODIFY, NULL);
	else if (!elem_child(asked, "retract", NS_RETRACT))
		act_refuse(a, COND_FEATURE_NOT_IMPLEMENTED, COND_TYPE_CANCEL,
			   NULL);
	else if (reason && strlen(reason) > REASON_MAX)
		act_refuse(a, COND_NOT_ACCEPTABLE, COND_TYPE_MODIFY,
			   "The reason is long.");
	else
		return true;
	return false;
}

void moderate_set(struct act *a)
{
	const struct elem *asked = stanza_payload(a->stanza);
	struct elem *line;

	if (!is_good(a, asked))
		return;
	line = takeback_find(a, elem_attr(asked, "id"));
	if (line)
		judge(a, asked, line);
	elem_free(&line);
}
