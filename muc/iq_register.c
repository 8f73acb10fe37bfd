/* SPDX-License-Identifier: MIT */
#include "muc/iq_register.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/leaders.h"
#include "muc/nickname.h"
#include "muc/persist.h"
#include "muc/rank.h"
#include "muc/room.h"
#include "muc/site.h"
#include "muc/summons.h"
#include "xml/elem.h"
#include "xmpp/disco.h"
#include "xmpp/form.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

#define VAR_NICK "muc#register_roomnick"
#define DETAIL_MAX 200 /* bytes of what people say of themselves */

static const struct affiliation_entry *find_entry(const struct act *a)
{
	return affiliation_list_find(&a->room->affiliations,
				     jid_bare(a->stanza->from));
}

static const char *own_nick(const struct act *a)
{
	const struct affiliation_entry *entry = find_entry(a);

	return entry ? entry->nick : NULL;
}

/* Who may come in may register: not into a members-only room, which its admins
 * fill. Else refused. */
static bool may_register(const struct act *a)
{
	const struct room *r = a->room;
	enum affiliation affiliation;

	affiliation = affiliation_list_get(&r->affiliations, a->stanza->from);
	if (!r->config.is_locked &&
	    room_affiliation(r, a->stanza->from, false) != AFFILIATION_OUTCAST &&
	    privilege_is_given(r->config.is_members_only ? PRIVILEGE_BE_INSIDE
							 : PRIVILEGE_REGISTER,
			       ROLE_NONE, affiliation))
		return true;
	act_refuse(a, COND_NOT_ALLOWED, COND_TYPE_CANCEL, NULL);
	return false;
}

/* #registrar-formtype-register, and whether they know the terms. Nobody has to
 * say any of it; what is said is for the chairs' list of who took part, and the
 * address also tells who leads the group (leaders.h). */
static const struct {
	const char *key; /* in the record */
	const char *var;
	const char *label;
	bool is_box;
} details[] = {
	{ "first", "muc#register_first", "Given name", false },
	{ "last", "muc#register_last", "Family name", false },
	{ "email", "muc#register_email", "Email address", false },
	{ "url", "muc#register_url", "Your web page", false },
	{ NOTE_WELL_KEY, "x-hallway_notewell",
	  "I have read the Note Well of this room", true },
	{ SUMMONS_KEY, "x-hallway_call",
	  "Call me when something begins here", true },
};

static void add_form(const struct room *r, struct elem *query)
{
	static const char what[] =
		"Choose the nickname that will be yours here.";
	struct elem *form, *field;

	elem_add_with_text(query, "instructions", NULL, what);
	form = form_add_titled(query, NS_MUC_REGISTER, "Registration", what);
	field = form_add_field(form, VAR_NICK, "text-single",
			       "Desired nickname", NULL);
	elem_add(field, "required", NULL);
	for (size_t i = 0; i < array_len(details); i++)
		if (r->site->note_well || strcmp(details[i].key, NOTE_WELL_KEY))
			form_add_field(form, details[i].var,
				       details[i].is_box ? "boolean"
							 : "text-single",
				       details[i].label,
				       details[i].is_box ? "0" : NULL);
}

void iq_register_get(struct act *a)
{
	struct elem *result, *query;

	if (!may_register(a))
		return;
	result = stanza_result_new(a->stanza);
	query = elem_add(result, "query", NS_REGISTER);
	if (own_nick(a)) {
		elem_add(query, "registered", NULL);
		elem_add_with_text(query, "username", NULL, own_nick(a));
	} else {
		add_form(a->room, query);
	}
	act_answer(a, result);
}

static void run(struct act *a, enum affiliation affiliation, const char *nick,
		const char *said)
{
	struct rank_change change;

	rank_init_affiliation(&change, a->stanza->from, affiliation, nick,
			      NULL);
	change.details = str_dup(said);
	rank_apply(a->room, &change, 1);
	act_answer_in_order(a, stanza_result_new(a->stanza));
	rank_tell(a->room, &change, 1, NULL);
	rank_fini(&change);
	a->session = roster_find_session(&a->room->roster, a->stanza->from);
}

/* ---- registering ---- */

static bool is_free(const struct act *a, const char *nick_key)
{
	const struct room *r = a->room;
	const struct occupant *o = roster_find_key(&r->roster, nick_key);

	return affiliation_list_leaves(&r->affiliations, nick_key,
				       a->stanza->from) &&
	       (!o || jid_equal_bare(o->shown->jid, a->stanza->from));
}

/* Half of the lists is for those whom others put there. */
static bool has_place(const struct act *a)
{
	return find_entry(a) || affiliation_list_count(&a->room->affiliations) <
					a->room->site->max_affiliations / 2;
}

/* What somebody is in the room's own lists; registering makes a member only
 * where the room is set so. */
static enum affiliation registered_as(const struct act *a)
{
	const struct affiliation_entry *entry = find_entry(a);
	enum affiliation least = a->room->config.registers_members
					 ? AFFILIATION_MEMBER
					 : AFFILIATION_NONE;

	return entry && entry->affiliation > least ? entry->affiliation
						   : least;
}

/* A short line, or nothing. */
static bool is_fit(const char *value)
{
	if (!value || !*value || strlen(value) > DETAIL_MAX)
		return false;
	for (; *value; value++)
		if ((unsigned char)*value < ' ' || *value == 0x7f)
			return false;
	return true;
}

/* "email TAB ann@example.org", a line each; owned, never NULL. */
static char *read_details(const struct elem *form)
{
	struct buf out = { 0 };

	for (size_t i = 0; i < array_len(details); i++) {
		const char *value = form_value(form, details[i].var);

		if (!is_fit(value))
			continue;
		if (details[i].is_box && !str_equal(value, "1") &&
		    !str_equal(value, "true"))
			continue;
		buf_add_format(&out, "%s\t%s\n", details[i].key,
			       details[i].is_box ? "1" : value);
	}
	return buf_steal_str(&out);
}

/* Who registers with the address of one who leads the group says to be them. */
static void note_leader(struct act *a, const struct elem *form)
{
	const char *email = form_value(form, "muc#register_email");

	if (is_fit(email) &&
	    leaders_note(a->room, jid_bare(a->stanza->from), email))
		persist_room(a->room);
}

static void take(struct act *a, const struct elem *form, const char *nick)
{
	char *said = read_details(form);

	note_leader(a, form);
	run(a, registered_as(a), nick, said);
	mem_free(&said);
}

static void submit(struct act *a, const struct elem *form)
{
	struct nickname nick;

	if (!nickname_make(&nick, form_value(form, VAR_NICK))) {
		act_refuse(a, COND_BAD_REQUEST, COND_TYPE_MODIFY,
			   "This is no nickname.");
		return;
	}
	if (!is_free(a, nick.key))
		act_refuse(a, COND_CONFLICT, COND_TYPE_CANCEL,
			   "The nickname is taken.");
	else if (!has_place(a))
		act_refuse(a, COND_RESOURCE_CONSTRAINT, COND_TYPE_WAIT,
			   "The room's lists are full.");
	else if (act_may_save(a))
		take(a, form, nick.text);
	nickname_fini(&nick);
}

/* Does a member cease to be one with the registration? Where membership is
 * nothing but a rank that others gave, it stays. */
static bool ends_membership(const struct act *a,
			    const struct affiliation_entry *entry)
{
	const struct room_config *c = &a->room->config;

	return entry->affiliation == AFFILIATION_MEMBER &&
	       (c->registers_members || c->is_members_only);
}

/* Is there anything to give back? */
static bool is_registered(const struct act *a,
			  const struct affiliation_entry *entry)
{
	return entry && entry->affiliation > AFFILIATION_OUTCAST &&
	       (entry->nick || ends_membership(a, entry));
}

/* XEP-0077 #usecases-cancel */
static void unregister(struct act *a)
{
	const struct affiliation_entry *entry = find_entry(a);

	if (!is_registered(a, entry))
		act_refuse(a, COND_REGISTRATION_REQUIRED, COND_TYPE_AUTH,
			   NULL);
	else if (!act_may_save(a))
		return;
	else if (ends_membership(a, entry))
		run(a, AFFILIATION_NONE, "", "");
	else
		run(a, entry->affiliation, "", "");
}

void iq_register_set(struct act *a)
{
	const struct elem *query = stanza_payload(a->stanza);
	const struct elem *form = form_find(query, NS_MUC_REGISTER);
	const struct elem *any = elem_child(query, "x", NS_DATA_FORM);

	if (elem_child(query, "remove", NS_REGISTER))
		unregister(a);
	else if (any && str_equal(elem_attr(any, "type"), "cancel"))
		act_answer_in_order(a, stanza_result_new(a->stanza));
	else if (!may_register(a))
		return;
	else if (form && str_equal(elem_attr(form, "type"), "submit"))
		submit(a, form);
	else
		act_refuse(a, COND_BAD_REQUEST, COND_TYPE_MODIFY, NULL);
}

void iq_register_disco(struct act *a)
{
	struct elem *result = stanza_result_new(a->stanza);
	struct elem *query = disco_add_info(
		result, elem_attr(stanza_payload(a->stanza), "node"));

	if (own_nick(a))
		disco_add_identity(query, "conference", "text", own_nick(a));
	act_answer(a, result);
}
