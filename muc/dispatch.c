/* SPDX-License-Identifier: MIT */
#include "muc/dispatch.h"

#include "base/buf.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/admin_list.h"
#include "muc/avatar.h"
#include "muc/decline.h"
#include "muc/enter.h"
#include "muc/entity.h"
#include "muc/eventing.h"
#include "muc/ghost.h"
#include "muc/invite.h"
#include "muc/iq_admin.h"
#include "muc/iq_owner.h"
#include "muc/iq_register.h"
#include "muc/iq_relay.h"
#include "muc/leave.h"
#include "muc/mam.h"
#include "muc/message.h"
#include "muc/moderate.h"
#include "muc/nick.h"
#include "muc/nickname.h"
#include "muc/pm.h"
#include "muc/presence.h"
#include "muc/probe.h"
#include "muc/retract.h"
#include "muc/room.h"
#include "muc/room_disco.h"
#include "muc/site.h"
#include "muc/voice.h"
#include "xml/elem.h"
#include "xml/write.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

/* What a room adds to a stanza at most: ids, stamps, its own address. */
#define MARGIN 512

/* Requests to the room itself. */
static const struct iq_row {
	const char *name;
	const char *ns;
	enum stanza_type type;
	void (*run)(struct act *a);
	bool is_question; /* it changes nothing, although a set */
} iq_rows[] = {
	{ "query", NS_DISCO_INFO, STANZA_GET, room_disco_info, false },
	{ "query", NS_DISCO_ITEMS, STANZA_GET, room_disco_items, false },
	{ "query", NS_MUC_ADMIN, STANZA_GET, admin_list_get, false },
	{ "query", NS_MUC_ADMIN, STANZA_SET, iq_admin_set, false },
	{ "query", NS_MUC_OWNER, STANZA_GET, iq_owner_get, false },
	{ "query", NS_MUC_OWNER, STANZA_SET, iq_owner_set, false },
	{ "moderate", NS_MODERATED, STANZA_SET, moderate_set, false },
	{ "vCard", NS_VCARD, STANZA_GET, avatar_get, false },
	{ "vCard", NS_VCARD, STANZA_SET, avatar_set, false },
	{ "query", NS_REGISTER, STANZA_GET, iq_register_get, false },
	{ "query", NS_REGISTER, STANZA_SET, iq_register_set, false },
	{ "query", NS_MAM, STANZA_SET, mam_query, true },
	{ "query", NS_MAM, STANZA_GET, mam_form, false },
	{ "metadata", NS_MAM, STANZA_GET, mam_metadata, false },
};

static const struct iq_row *find_iq(const struct stanza *s)
{
	const struct elem *payload = stanza_payload(s);

	for (size_t i = 0; payload && i < array_len(iq_rows); i++)
		if (s->type == iq_rows[i].type &&
		    elem_is(payload, iq_rows[i].name, iq_rows[i].ns))
			return &iq_rows[i];
	return NULL;
}

static void run_room_iq(struct act *a)
{
	const struct iq_row *row;
	struct elem *answer;

	if (!stanza_is_request(a->stanza)) {
		eventing_hear(a);
		return;
	}
	row = find_iq(a->stanza);
	answer = entity_answer(a->room->site, a->stanza);
	if (row)
		row->run(a);
	else if (answer)
		act_answer(a, answer);
	else if (!stanza_payload(a->stanza))
		act_refuse(a, COND_BAD_REQUEST, COND_TYPE_MODIFY, NULL);
	else
		act_refuse(a, COND_SERVICE_UNAVAILABLE, COND_TYPE_CANCEL,
			   NULL);
}

static void run_iq(struct act *a)
{
	if (a->stanza->type == STANZA_UNKNOWN)
		act_refuse(a, COND_BAD_REQUEST, COND_TYPE_MODIFY, NULL);
	else if (!jid_resource(a->stanza->to))
		run_room_iq(a);
	else if (stanza_is_request(a->stanza))
		iq_relay_ask(a);
	else
		iq_relay_answer(a);
}

/* Messages to the room itself that are not just talk. */
static const struct {
	bool (*is_it)(const struct stanza *s);
	void (*run)(struct act *a);
} message_rows[] = {
	{ invite_is_asked, invite_send },
	{ decline_is_one, decline_run },
	{ voice_is_form, voice_run },
	{ retract_is_asked, retract_own },
};

static void run_room_message(struct act *a)
{
	for (size_t i = 0; i < array_len(message_rows); i++) {
		if (message_rows[i].is_it(a->stanza)) {
			message_rows[i].run(a);
			return;
		}
	}
	if (a->stanza->type == STANZA_GROUPCHAT)
		message_groupchat(a);
	else
		message_other(a);
}

static void run_message_error(struct act *a, bool is_private)
{
	if (!is_private)
		decline_bounced(a);
	ghost_error(a, is_private && pm_forward_error(a));
}

static void run_message(struct act *a)
{
	bool is_private = jid_resource(a->stanza->to) != NULL;

	if (a->stanza->type == STANZA_ERROR)
		run_message_error(a, is_private);
	else if (is_private)
		pm_send(a);
	else
		run_room_message(a);
}

/* XEP-0045 #enter-gc: presence of somebody who believes to be in the room. */
static void kick_stranger(struct act *a)
{
	act_answer_in_order(a, presence_new_kick(a->stanza->to));
}

static void run_available(struct act *a)
{
	bool is_join = elem_child(a->stanza->elem, "x", NS_MUC) != NULL;

	if (!jid_resource(a->stanza->to))
		act_refuse(a, COND_JID_MALFORMED, COND_TYPE_MODIFY,
			   NICKNAME_MISSING);
	else if (!a->session && is_join)
		enter_join(a);
	else if (!a->session)
		kick_stranger(a);
	else if (!nick_is_own(a) && (!nick_change(a) || !is_join))
		return;
	else if (is_join)
		enter_resync(a);
	else
		enter_update(a);
}

static void run_presence(struct act *a)
{
	switch (a->stanza->type) {
	case STANZA_AVAILABLE:
		run_available(a);
		break;
	case STANZA_UNAVAILABLE:
		/* of who is not there: nothing (#bizrules-presence, 5) */
		if (a->session)
			leave_exit(a);
		break;
	case STANZA_PROBE:
		probe_answer(a);
		break;
	case STANZA_ERROR:
		ghost_error(a, false);
		break;
	case STANZA_UNKNOWN:
		act_refuse(a, COND_BAD_REQUEST, COND_TYPE_MODIFY, NULL);
		break;
	default: /* a room subscribes to nobody, and nobody to it */
		break;
	}
}

/* Written out, would it be more than a room passes on? A tree holds more memory
 * than its text, so that most need not be written to know. */
static bool is_too_big(const struct act *a)
{
	size_t max = a->room->site->max_stanza;
	struct buf text = { 0 };
	bool is_big;

	if (elem_memory(a->stanza->elem) < max / 8)
		return false;
	write_elem(&text, a->stanza->elem, NS_SERVER);
	is_big = text.len + MARGIN > max;
	buf_fini(&text);
	return is_big;
}

static void refuse_too_big(struct act *a)
{
	if (a->stanza->type == STANZA_RESULT)
		iq_relay_refuse_answer(a);
	else
		act_refuse(a, COND_POLICY_VIOLATION, COND_TYPE_MODIFY,
			   "This is too big for the room.");
}

bool dispatch_is_in_order(const struct stanza *s)
{
	const struct iq_row *row;

	if (s->kind != STANZA_IQ || jid_resource(s->to))
		return true;
	row = find_iq(s);
	return row && row->type == STANZA_SET && !row->is_question;
}

/* XEP-0045 #bizrules-message, #enter-locked: until its maker has configured it,
 * a room is not there for others. */
static bool is_not_there_yet(const struct act *a)
{
	return a->room->config.is_locked && !a->session &&
	       a->stanza->kind != STANZA_PRESENCE &&
	       room_affiliation(a->room, a->stanza->from, a->by_certificate) <
		       AFFILIATION_OWNER;
}

void dispatch_run(struct act *a)
{
	if (is_not_there_yet(a)) {
		act_refuse(a, COND_ITEM_NOT_FOUND, COND_TYPE_CANCEL, NULL);
		return;
	}
	if (a->stanza->type != STANZA_ERROR && is_too_big(a)) {
		refuse_too_big(a);
		return;
	}
	switch (a->stanza->kind) {
	case STANZA_MESSAGE:
		run_message(a);
		break;
	case STANZA_PRESENCE:
		run_presence(a);
		break;
	case STANZA_IQ:
		run_iq(a);
		break;
	}
}
