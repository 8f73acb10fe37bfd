/* SPDX-License-Identifier: MIT */
#include "muc/iq_owner.h"

#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/audit.h"
#include "muc/destroy.h"
#include "muc/leave.h"
#include "muc/persist.h"
#include "muc/rank.h"
#include "muc/reconfigure.h"
#include "muc/room.h"
#include "muc/room_field.h"
#include "muc/room_form.h"
#include "muc/site.h"
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

static enum room_hand get_hand(const struct act *a)
{
	return site_is_operator(a->room->site, a->stanza->from,
				a->by_certificate)
		       ? HAND_OPERATOR
		       : HAND_OWNER;
}

void iq_owner_get(struct act *a)
{
	struct elem *result, *query;

	if (!is_owner(a))
		return;
	result = stanza_result_new(a->stanza);
	query = elem_add(result, "query", NS_MUC_OWNER);
	room_form_add(a->room, get_hand(a), query);
	act_answer(a, result);
}

static void cancel(struct act *a)
{
	/* #createroom-general, 6: a room never configured ends */
	act_answer_in_order(a, stanza_result_new(a->stanza));
	if (a->room->config.is_locked)
		leave_remove_domain(a->room, NULL, NULL);
}

static void refuse_field(const struct act *a, const char *label)
{
	char *text = str_format("This cannot be set so: %s", label);

	act_refuse(a, COND_NOT_ACCEPTABLE, COND_TYPE_MODIFY, text);
	mem_free(&text);
}

/* Which fields, by name; what is in them may be a secret. */
static void audit(const struct act *a, const struct room_config *before,
		  const struct room_config *now)
{
	char *names = room_field_name_changes(before, now);

	if (*names)
		audit_act(a, "configure", NULL, NULL, names);
	mem_free(&names);
}

/* The answer comes first: who submitted may be among those who have to go. */
static void apply(struct act *a, struct room_config *config,
		  struct room_form_lists *lists)
{
	struct room *r = a->room;
	struct room_config before;

	room_config_copy(&before, &r->config);
	config->is_locked = false;
	if (!room_config_is_same(config, &before)) {
		log_info(LOG_MUC, "%s: configured by %s", jid_text(r->jid),
			 jid_bare(a->stanza->from));
		audit(a, &before, config);
		reconfigure_take(r, config);
	}
	audit_ranks(a, lists->changes, lists->count);
	rank_apply(r, lists->changes, lists->count);
	act_answer_in_order(a, stanza_result_new(a->stanza));
	reconfigure_tell(r, &before);
	rank_tell(r, lists->changes, lists->count, NULL);
	room_config_fini(&before);
}

static void submit(struct act *a, const struct elem *form)
{
	enum room_hand hand = get_hand(a);
	struct room_form_lists lists = { 0 };
	struct room_config config;
	const char *fault;

	room_config_copy(&config, &a->room->config);
	fault = room_form_read(a->room, hand, form, &config);
	if (!fault)
		fault = room_form_read_lists(a->room, hand, form, &lists);
	if (fault)
		refuse_field(a, fault);
	else if (lists.has_no_owner)
		act_refuse(a, COND_CONFLICT, COND_TYPE_CANCEL,
			   "Nobody would own the room.");
	else if (act_may_save(a))
		apply(a, &config, &lists);
	room_form_lists_fini(&lists);
	room_config_fini(&config);
}

/* A form of another type is not for the room. */
static bool is_config_form(const struct elem *form)
{
	const char *type = form_value(form, "FORM_TYPE");

	return !type || str_equal(type, NS_MUC_ROOMCONFIG);
}

void iq_owner_set(struct act *a)
{
	const struct elem *query = stanza_payload(a->stanza);
	const struct elem *form = elem_child(query, "x", NS_DATA_FORM);
	struct elem *wish = elem_child(query, "destroy", NS_MUC_OWNER);
	const char *type = form ? elem_attr(form, "type") : NULL;

	if (!is_owner(a))
		return;
	if (wish && !form)
		destroy_run(a, wish);
	else if (!wish && str_equal(type, "cancel"))
		cancel(a);
	else if (!wish && str_equal(type, "submit") && is_config_form(form))
		submit(a, form);
	else
		act_refuse(a, COND_BAD_REQUEST, COND_TYPE_MODIFY, NULL);
}
