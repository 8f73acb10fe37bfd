/* SPDX-License-Identifier: MIT */
#include "muc/room_disco.h"

#include "base/mem.h"
#include "base/str.h"
#include "muc/act.h"
#include "muc/caps.h"
#include "muc/entity.h"
#include "muc/iq_register.h"
#include "muc/police.h"
#include "muc/room.h"
#include "muc/room_info.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/disco.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

static void add_features(struct elem *query, const struct room_config *c)
{
	static const char *const always[] = {
		NS_DISCO_INFO, NS_DISCO_ITEMS, NS_MUC, NS_MUC_STABLE_ID,
		NS_MUC_SELF_PING, NS_MODERATED, NS_RETRACT,
		NS_RETRACT_TOMBSTONE, NS_MUC_REGISTER, NS_MUC_REQUEST,
		NS_REGISTER, NS_OCCUPANT_ID, NS_STANZA_ID, NS_VCARD,
		NS_MENTIONS, NS_CAPS, NS_HATS, NS_MENTIONS "#hats", NS_MAM,
		NS_MAM_EXTENDED, NS_FULLTEXT,
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

static struct elem *add_info(struct room *r, struct elem *reply,
			     const char *node)
{
	struct elem *query = disco_add_info(reply, node);

	disco_add_identity(query, "conference", "text", room_name(r));
	add_features(query, &r->config);
	if (r->site->env.on_errand)
		disco_add_feature(query, NS_COMMANDS);
	room_info_add(r, query, node != NULL);
	return query;
}

char *room_disco_make_ver(struct room *r)
{
	struct elem *reply = elem_new("iq", NS_SERVER);
	char *ver = caps_make_ver(add_info(r, reply, CAPS_NODE));

	elem_free(&reply);
	return ver;
}

/* Is the question's node our capabilities'? */
static bool is_caps_node(struct room *r, const char *node)
{
	char *ver;
	bool is;

	if (!str_has_prefix(node, CAPS_NODE "#"))
		return false;
	ver = room_disco_make_ver(r);
	is = caps_is_node(node, ver);
	mem_free(&ver);
	return is;
}

/* XEP-0045 #impl-service-traffic: what passes through the room besides text;
 * XEP-0301 looks for itself here. */
static void answer_traffic(const struct act *a, const char *node)
{
	enum { NOTICES = 2 };
	static const char *const passing[] = {
		NS_CHAT_STATES, NS_CHAT_MARKERS, NS_RTT, NS_CORRECT,
		NS_REACTIONS, NS_REPLY, NS_FALLBACK, NS_RETRACT, NS_REFERENCE,
		NS_MENTIONS, NS_OOB, NS_FILE_SHARING, NS_HINTS, NS_XHTML,
		NS_STYLING, NS_MARKUP, NS_ATTENTION, NS_CAPS,
		NS_VCARD_UPDATE,
	};
	struct elem *result = stanza_result_new(a->stanza);
	struct elem *query = disco_add_info(result, node);

	/* a full room drops the notices, which come first */
	for (size_t i = police_drops_notices(a->room) ? NOTICES : 0;
	     i < array_len(passing); i++)
		disco_add_feature(query, passing[i]);
	act_answer(a, result);
}

static bool is_own_nick(const struct act *a)
{
	return str_equal(elem_attr(stanza_payload(a->stanza), "node"),
			 "x-roomuser-item");
}

void room_disco_info(struct act *a)
{
	const char *node = elem_attr(stanza_payload(a->stanza), "node");
	struct elem *result;

	if (is_own_nick(a)) {
		iq_register_disco(a);
	} else if (str_equal(node, NS_MUC_TRAFFIC)) {
		answer_traffic(a, node);
	} else if (node && !is_caps_node(a->room, node)) {
		act_refuse(a, COND_ITEM_NOT_FOUND, COND_TYPE_CANCEL, NULL);
	} else {
		result = stanza_result_new(a->stanza);
		add_info(a->room, result, node);
		act_answer(a, result);
	}
}

void room_disco_items(struct act *a)
{
	struct elem *result;

	if (elem_attr(stanza_payload(a->stanza), "node")) {
		act_refuse(a, COND_ITEM_NOT_FOUND, COND_TYPE_CANCEL, NULL);
		return;
	}
	result = stanza_result_new(a->stanza);
	disco_add_items(result, NULL);
	act_answer(a, result);
}
