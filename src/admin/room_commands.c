/* SPDX-License-Identifier: MIT */
/*
 * room_commands: making, showing, setting and ending rooms, and the import of a
 * list of groups.
 *
 * Thread: conference loop.
 */
#include "admin/order.h"

#include "admin/roll.h"
#include "admin/importer.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/muc_meeting.h"
#include "muc/view.h"
#include "store/record.h"
#include "xmpp/datetime.h"

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static void end_with(const struct order *order, enum desk_result result)
{
	const char *room = order_text(order, "room");

	if (result == DESK_DONE)
		order_end(order);
	else
		order_fail(
			order, desk_result_word(result),
			str_format("%s: %s", room, desk_result_text(result)));
}

/* ---- list and show ---- */

static void add_word(struct buf *out, bool is_true, const char *word)
{
	if (!is_true)
		return;
	if (out->len)
		buf_add_char(out, ' ');
	buf_add_str(out, word);
}

/* Owned. */
static char *traits_new(const struct room_view *v)
{
	struct buf out = { 0 };

	if (v->is_gone) {
		add_word(&out, true, "retired");
	} else {
		add_word(&out, !v->is_persistent, "temporary");
		add_word(&out, !v->is_public, "hidden");
		add_word(&out, v->is_members_only, "members-only");
		add_word(&out, v->is_moderated, "moderated");
		add_word(&out, v->is_calm, "calm");
		add_word(&out, v->has_password, "password");
		add_word(&out, !v->is_logged, "off-the-record");
	}
	add_word(&out, v->of_house, "house");
	return buf_steal_str(&out);
}

/** A walk over the rooms. */
struct list_walk {
	const struct order *order;
	bool wants_all;
};

static void row_room(void *owner, const struct room_view *v)
{
	const struct list_walk *walk = owner;
	char *traits;

	if (v->is_gone && !walk->wants_all)
		return;
	traits = traits_new(v);
	order_row(walk->order,
		  (const struct command_value[]){
			  { .name = "room", .text = v->jid },
			  { .name = "users", .number = (int64_t)v->occupants },
			  { .name = "traits", .text = traits },
			  { .name = "name", .text = v->name },
		  },
		  4);
	mem_free(&traits);
}

static void run_list(const struct order *order)
{
	struct list_walk walk = { order, order_has_flag(order, "all") };

	view_rooms(order->admin->muc, row_room, &walk);
	order_end(order);
}

static void row_fact(const struct order *order, const char *name,
		     const char *value, const char *text)
{
	const struct command_value values[] = {
		{ .name = "name", .text = name },
		{ .name = "value", .text = value },
		{ .name = "text", .text = text },
	};

	order_row(order, values, array_len(values));
}

static void show_facts(void *owner, const struct room_view *v)
{
	const struct order *order = owner;
	char *traits = traits_new(v);
	char *users = str_format("%zu", v->occupants);
	char stamp[DATETIME_SIZE];

	datetime_print(v->created, stamp);
	row_fact(order, "room", v->jid, "Address");
	row_fact(order, "traits", traits, "");
	row_fact(order, "created", stamp,
		 v->is_gone ? "When it was retired" : "When it was made");
	row_fact(order, "creator", or_empty(v->creator), "Who made it");
	if (v->is_gone) {
		row_fact(order, "successor", or_empty(v->venue),
			 "Where to go instead");
		row_fact(order, "reason", or_empty(v->farewell), "Why");
	} else {
		row_fact(order, "users", users, "Who are in the room");
		row_fact(order, "subject", or_empty(v->subject), "Subject");
	}
	mem_free(&users);
	mem_free(&traits);
}

static void show_field(void *owner, const struct desk_field *f)
{
	row_fact(owner, f->name, f->value, f->label);
}

/* What the list said of it. */
static void show_group(const struct order *order, const char *room)
{
	const struct record *record;
	const struct record_group *g;

	record = roll_find_room(order->admin->roll, room);
	if (!record)
		return;
	g = &record->as_group;
	row_fact(order, "group", g->acronym, "Group that the room is for");
	row_fact(order, "group_number", g->key, "Its number in the list");
	row_fact(order, "group_type", or_empty(g->type), "");
	row_fact(order, "group_state", or_empty(g->state), "");
	row_fact(order, "group_area", or_empty(g->area), "");
	row_fact(order, "list_email", or_empty(g->list_email), "Mailing list");
	row_fact(order, "charter", or_empty(g->charter), "Charter");
}

static void run_show(const struct order *order)
{
	const char *room = order_text(order, "room");

	if (!view_room(order->admin->muc, room, show_facts, (void *)order)) {
		end_with(order, DESK_NO_ROOM);
		return;
	}
	(void)desk_fields(order->admin->muc, room, show_field, (void *)order);
	show_group(order, room);
	order_end(order);
}

/* ---- making and changing ---- */

static void run_create(const struct order *order)
{
	const char *room = order_text(order, "room");
	struct desk_actor actor = order_actor(order, NULL);
	const struct desk_wish wish = {
		.name = order_text(order, "name"),
		.description = order_text(order, "description"),
		.lang = order_text(order, "lang"),
		.is_members_only = order_has_flag(order, "members-only"),
		.is_hidden = order_has_flag(order, "hidden"),
	};

	end_with(order, desk_create(order->admin->muc, &actor, room, &wish));
}

static void run_set(const struct order *order)
{
	const char *room = order_text(order, "room");
	struct desk_actor actor = order_actor(order, room);

	end_with(order, desk_set(order->admin->muc, &actor, room,
				 order_text(order, "field"),
				 order_text(order, "value")));
}

/* ---- ending ---- */

static bool is_ours(const struct admin *admin, const char *domain)
{
	for (size_t i = 0; i < admin->domain_count; i++)
		if (str_equal(admin->domains[i], domain))
			return true;
	return false;
}

/* People are sent there, and find nothing. */
static void note_successor(const struct order *order, const char *successor)
{
	const struct command_value note = {
		.name = "note",
		.text = "there is no room of the successor's name here yet",
	};
	struct jid *jid = successor ? jid_parse(successor) : NULL;

	if (jid && is_ours(order->admin, jid_domain(jid)) &&
	    !muc_meeting_is_room(order->admin->muc, successor))
		order_row(order, &note, 1);
	jid_free(&jid);
}

static void run_retire(const struct order *order)
{
	const char *room = order_text(order, "room");
	const char *successor = order_text(order, "successor");
	struct desk_actor actor = order_actor(order, room);
	enum desk_result result =
		desk_retire(order->admin->muc, &actor, room, successor);

	if (result == DESK_DONE) {
		roll_note_retired(order->admin->roll, room, successor);
		note_successor(order, successor);
	}
	end_with(order, result);
}

static void run_delete(const struct order *order)
{
	const char *room = order_text(order, "room");
	struct desk_actor actor = order_actor(order, room);
	enum desk_result result = desk_delete(order->admin->muc, &actor, room);

	if (result == DESK_DONE)
		roll_note_deleted(order->admin->roll, room);
	end_with(order, result);
}

/* ---- import ---- */

static void run_import(const struct order *order)
{
	const struct importer_wish wish = {
		.by = command_caller_text(order->caller),
		.domain = order_text(order, "domain"),
		.types = order_text(order, "type"),
		.states = order_text(order, "state"),
		.areas = order_text(order, "area"),
		.successors = order_text(order, "successor"),
		.applies = order_has_flag(order, "apply"),
		.retires_missing = order_has_flag(order, "retire-missing"),
		.retires_many = order_has_flag(order, "force"),
		.shows_all = order_has_flag(order, "all"),
	};

	if (wish.domain && !is_ours(order->admin, wish.domain)) {
		order_fail(order, "bad-argument",
			   str_format("%s is no conference domain of ours",
				      wish.domain));
		return;
	}
	importer_run(order->admin->importer, order_text(order, "list"), &wish,
		     order->reply);
}

#define NEEDED (COMMAND_REQUIRED | COMMAND_OPERAND)
#define ROOM                                               \
	{                                                  \
		"room", COMMAND_ROOM, NEEDED, "Room", NULL \
	}
#define REASON                                            \
	{                                                 \
		"reason", COMMAND_TEXT, 0, "Reason", NULL \
	}

const struct command room_commands[] = {
	{ "rooms",
	  "the same as \"rooms list\"",
	  COMMAND_OPERATOR,
	  run_list,
	  { { "all", COMMAND_FLAG, 0, "Also those that are retired", NULL } } },
	{ "rooms create",
	  "make a room of the house: it stays, is listed and "
	  "on the record",
	  COMMAND_OPERATOR,
	  run_create,
	  { { "room", COMMAND_NEW_ROOM, NEEDED, "Name", NULL },
	    { "name", COMMAND_TEXT, 0, "Name for people", NULL },
	    { "description", COMMAND_TEXT, 0, "Description", NULL },
	    { "lang", COMMAND_WORD, 0, "Language spoken there", NULL },
	    { "members-only", COMMAND_FLAG, 0, "For members only", NULL },
	    { "hidden", COMMAND_FLAG, 0, "Not listed", NULL },
	    REASON } },
	{ "rooms delete",
	  "end a room, or take a retired one's sign away; the "
	  "name is free again",
	  COMMAND_OPERATOR,
	  run_delete,
	  { ROOM, REASON } },
	{ "rooms import",
	  "make rooms as a list of groups has them: without "
	  "--apply, only tell what would be done",
	  COMMAND_OPERATOR,
	  run_import,
	  { { "list", COMMAND_FILE, NEEDED, "The list", NULL },
	    { "apply", COMMAND_FLAG, 0, "Do it", NULL },
	    { "type", COMMAND_TEXT, 0, "Only groups of these types", NULL },
	    { "state", COMMAND_TEXT, 0, "Only groups in these states", NULL },
	    { "area", COMMAND_TEXT, 0, "Only groups of these areas", NULL },
	    { "successor", COMMAND_TEXT, 0,
	      "Where those of a retired room go: OLD=NEW, by blanks", NULL },
	    { "retire-missing", COMMAND_FLAG, 0,
	      "Retire rooms whose groups are not in the list", NULL },
	    { "force", COMMAND_FLAG, 0, "Even when these are more than half",
	      NULL },
	    { "all", COMMAND_FLAG, 0, "Also list what stays as it is", NULL },
	    { "domain", COMMAND_DOMAIN, 0, "At which domain of ours",
	      NULL } } },
	{ "rooms list",
	  "list the rooms",
	  COMMAND_OPERATOR,
	  run_list,
	  { { "all", COMMAND_FLAG, 0, "Also those that are retired", NULL } } },
	{ "rooms retire",
	  "end a room for good: who comes is told that it is "
	  "gone, and where to go",
	  COMMAND_OPERATOR,
	  run_retire,
	  { ROOM,
	    { "successor", COMMAND_PLACE, 0, "Where to go instead", NULL },
	    REASON } },
	{ "rooms set",
	  "change a field of a room's configuration",
	  COMMAND_CHAIR,
	  run_set,
	  { ROOM,
	    { "field", COMMAND_WORD, NEEDED, "Field", NULL },
	    { "value", COMMAND_TEXT, NEEDED, "Value", NULL } } },
	{ "rooms show",
	  "show what a room is and how it is configured",
	  COMMAND_CHAIR,
	  run_show,
	  { ROOM } },
	{ 0 },
};
