/* SPDX-License-Identifier: MIT */
#include "muc/iq_owner.h"

#include "base/str.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/ghost.h"
#include "muc/leave.h"
#include "muc/persist.h"
#include "muc/presence.h"
#include "muc/room.h"
#include "xml/elem.h"
#include "xmpp/form.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

static bool is_owner(const struct act *a)
{
	enum affiliation affiliation;

	affiliation = room_affiliation(a->room, a->stanza->from,
				       a->by_certificate);
	if (privilege_is_given(PRIVILEGE_CONFIGURE, ROLE_NONE, affiliation))
		return true;
	act_refuse(a, COND_FORBIDDEN, COND_TYPE_AUTH, NULL);
	return false;
}

void iq_owner_get(struct act *a)
{
	struct elem *result;

	if (!is_owner(a))
		return;
	/* #createroom-general, 4: no option is offered */
	result = stanza_result_new(a->stanza);
	elem_add(result, "query", NS_MUC_OWNER);
	act_answer(a, result);
}

/* The form names nothing to be changed. */
static bool is_empty(const struct elem *form)
{
	const struct elem *field;

	for (field = elem_child(form, "field", NS_DATA_FORM); field;
	     field = elem_next(field, "field", NS_DATA_FORM))
		if (!str_equal(elem_attr(field, "var"), "FORM_TYPE"))
			return false;
	return true;
}

static void cancel(struct act *a)
{
	/* #createroom-general, 6: a room never configured ends */
	act_answer_in_order(a, stanza_result_new(a->stanza));
	if (a->room->config.is_locked)
		leave_remove_domain(a->room, NULL, NULL);
}

/* #createroom-instant */
static void unlock(struct act *a)
{
	if (a->room->config.is_locked) {
		if (!act_may_save(a))
			return;
		a->room->config.is_locked = false;
		persist_room(a->room);
	}
	act_answer_in_order(a, stanza_result_new(a->stanza));
}

void iq_owner_set(struct act *a)
{
	const struct elem *query = stanza_payload(a->stanza);
	const struct elem *form = elem_child(query, "x", NS_DATA_FORM);
	const char *type = form ? elem_attr(form, "type") : NULL;

	if (!is_owner(a))
		return;
	if (str_equal(type, "cancel")) {
		cancel(a);
	} else if (str_equal(type, "submit") && is_empty(form)) {
		unlock(a);
	} else {
		act_refuse(a, COND_FEATURE_NOT_IMPLEMENTED, COND_TYPE_CANCEL,
			   NULL);
	}
}
