/* SPDX-License-Identifier: MIT */
#include "muc/room_disco.h"

#include <inttypes.h>

#include "base/mem.h"
#include "base/str.h"
#include "muc/act.h"
#include "muc/entity.h"
#include "muc/iq_register.h"
#include "muc/room.h"
#include "muc/room_field.h"
#include "xml/elem.h"
#include "xmpp/disco.h"
#include "xmpp/form.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

static void add_features(struct elem *query, const struct room_config *c)
{
	static const char *const always[] = {
		NS_DISCO_INFO, NS_DISCO_ITEMS, NS_MUC, NS_MUC_STABLE_ID,
		NS_MUC_SELF_PING, NS_MODERATED, NS_RETRACT,
		NS_RETRACT_TOMBSTONE, NS_MUC_REGISTER, NS_MUC_REQUEST, NS_REGISTER,
		 NS_OCCUPANT_ID, NS_STANZA_ID,
	};

	for (size_t i = 0; i < array_len(always); i++)
		disco_add_feature(query, always[i]);
	entity_add_features(query);
	disco_add_feature(query, c->is_persistent ? "muc_persistent"
						  : "muc_temporary");
	disco_add_feature(query, c->is_public ? "muc_public" : "muc_hidden");
	disco_add_feature(query, c->is_members_only ? "muc_membersonly"
						    : "muc_open");
	disco_add_feature(query, c->is_moderated ? "muc_moderated"
						 : "muc_unmoderated");
	disco_add_feature(query, c->shows_jids ? "muc_nonanonymous"
					       : "muc_semianonymous");
	disco_add_feature(query, c->password ? "muc_passwordprotected"
					     : "muc_unsecured");
}

static void add_number(struct elem *form, const char *var, size_t n)
{
	char *text = str_format("%zu", n);

	form_add_field(form, var, NULL, NULL, text);
	mem_free(&text);
}

static size_t most_history(const struct room *r)
{
	size_t most = (size_t)r->config.max_history;

	return most < r->history.max ? most : r->history.max;
}

static void add_roominfo(struct elem *query, const struct room *r)
{
	struct elem *form = form_add(query, "result", NS_MUC_ROOMINFO);
	const char *subjectmod = r->config.may_change_subject ? "1" : "0";

	if (r->config.description)
		form_add_field(form, "muc#roominfo_description", NULL, NULL,
			       r->config.description);
	if (r->config.lang)
		form_add_field(form, "muc#roominfo_lang", NULL, NULL,
			       r->config.lang);
	add_number(form, "muc#roominfo_occupants",
		   roster_occupant_count(&r->roster));
	if (r->subject.text)
		form_add_field(form, "muc#roominfo_subject", NULL, NULL,
			       r->subject.text);
	form_add_field(form, "muc#roominfo_subjectmod", NULL, NULL,
		       subjectmod);
	form_add_field(form, "muc#roomconfig_changesubject", NULL, NULL,
		       subjectmod);
	form_add_field(form, "muc#roomconfig_allowinvites", NULL, NULL,
		       r->config.may_invite ? "1" : "0");
	form_add_field(form, "muc#roomconfig_allowpm", NULL, NULL,
		       room_field_pm_word(&r->config));
	add_number(form, "muc#maxhistoryfetch", most_history(r));
	add_number(form, "muc#roominfo_slow_mode_duration",
		   (size_t)r->config.slow_mode);
}

/* The node of a question; refused (and false) unless there is none. */
static bool is_main_node(const struct act *a)
{
	const char *node = elem_attr(stanza_payload(a->stanza), "node");

	if (!node)
		return true;
	if (str_equal(node, NS_MUC_TRAFFIC))
		/* XEP-0045 #impl-service-traffic: no such list here */
		act_refuse(a, COND_FEATURE_NOT_IMPLEMENTED, COND_TYPE_CANCEL,
			   NULL);
	else
		act_refuse(a, COND_ITEM_NOT_FOUND, COND_TYPE_CANCEL, NULL);
	return false;
}

static bool is_own_nick(const struct act *a)
{
	return str_equal(elem_attr(stanza_payload(a->stanza), "node"),
			 "x-roomuser-item");
}

void room_disco_info(struct act *a)
{
	const struct room *r = a->room;
	struct elem *result, *query;

	if (is_own_nick(a)) {
		iq_register_disco(a);
		return;
	}
	if (!is_main_node(a))
		return;
	result = stanza_result_new(a->stanza);
	query = disco_add_info(result, NULL);
	disco_add_identity(query, "conference", "text", room_name(r));
	add_features(query, &r->config);
	add_roominfo(query, r);
	act_answer(a, result);
}

void room_disco_items(struct act *a)
{
	struct elem *result;

	if (!is_main_node(a))
		return;
	result = stanza_result_new(a->stanza);
	disco_add_items(result, NULL);
	act_answer(a, result);
}
