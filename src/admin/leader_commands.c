/* SPDX-License-Identifier: MIT */
/*
 * leader_commands: who of the people here leads the group of a room.
 *
 * Thread: conference loop.
 */
#include "admin/order.h"

#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/leaders.h"
#include "muc/view.h"

static const char *or_empty(const char *text)
{
	return text ? text : "";
}

static void end_with(const struct order *order, enum leaders_result result)
{
	const char *about = result == LEADERS_NO_ROOM
				    ? order_text(order, "room")
				    : order_text(order, "address");

	if (result == LEADERS_DONE)
		order_end(order);
	else
		order_fail(order, leaders_result_word(result),
			   str_format("%s: %s", about,
				      leaders_result_text(result)));
}

static void run_claim(const struct order *order)
{
	if (!order->caller->jid) {
		order_fail(order, "bad-argument",
			   str_dup("whoever is it claims it, from a client; "
				   "\"leaders confirm\" needs no claim"));
		return;
	}
	end_with(order,
		 muc_leaders_claim(order->admin->muc, order_text(order, "room"),
				   jid_bare(order->caller->jid),
				   order_text(order, "address")));
}

/* ---- of one room, or of all that the same person leads ---- */

typedef enum leaders_result (*change_fn)(struct muc *m, const char *room,
					 const char *jid, const char *address,
					 const char *by);

struct room_names {
	char **jids; /* owned */
	size_t count;
};

static void add_room(void *owner, const struct room_view *view)
{
	struct room_names *names = owner;

	if (view->is_gone)
		return;
	names->jids = mem_realloc(names->jids, (names->count + 1) *
						       sizeof(*names->jids));
	names->jids[names->count++] = str_dup(view->jid);
}

static void row_room(const struct order *order, const char *room)
{
	const struct command_value value = { .name = "room", .text = room };

	order_row(order, &value, 1);
}

/** Which hat of the house somebody wears, the first of several. */
struct worn_hat {
	const char *jid;
	char *name; /* owned, or NULL */
};

static void take_hat(void *owner, const struct hat_view *view)
{
	struct worn_hat *worn = owner;

	if (!worn->name && view->name && view->of_roster &&
	    str_equal(view->jid, worn->jid))
		worn->name = str_dup(view->name);
}

/* Who is confirmed has the hat by somebody's hand. */
static void note_hat(const struct order *order, const char *room)
{
	struct worn_hat worn = { .jid = order_text(order, "jid") };

	(void)muc_hats_worn(order->admin->muc, room, take_hat, &worn);
	if (worn.name)
		order_note_hat(order, room, worn.jid, worn.name);
	mem_free(&worn.name);
}

static enum leaders_result change_one(const struct order *order, change_fn fn,
				      const char *room)
{
	enum leaders_result result =
		fn(order->admin->muc, room, order_text(order, "jid"),
		   order_text(order, "address"),
		   command_caller_text(order->caller));

	if (result == LEADERS_DONE && fn == muc_leaders_confirm)
		note_hat(order, room);
	return result;
}

/* Where a list has no such address nothing happens; a row for each where it
 * did. What is wrong in the room that was named is the answer. */
static enum leaders_result change_all(const struct order *order, change_fn fn)
{
	const char *named = order_text(order, "room");
	enum leaders_result result = change_one(order, fn, named);
	struct room_names names = { 0 };

	if (result == LEADERS_DONE)
		row_room(order, named);
	view_rooms(order->admin->muc, add_room, &names);
	for (size_t i = 0; i < names.count; i++) {
		bool goes_on = result == LEADERS_DONE || result == LEADERS_SAME;

		if (goes_on && !str_equal(names.jids[i], named) &&
		    change_one(order, fn, names.jids[i]) == LEADERS_DONE) {
			row_room(order, names.jids[i]);
			result = LEADERS_DONE;
		}
		mem_free(&names.jids[i]);
	}
	mem_free(&names.jids);
	return result;
}

static void change(const struct order *order, change_fn fn)
{
	if (!order_has_flag(order, "everywhere"))
		end_with(order,
			 change_one(order, fn, order_text(order, "room")));
	else if (order_actor(order, NULL).is_operator)
		end_with(order, change_all(order, fn));
	else
		order_fail(order, "forbidden",
			   str_dup("a chair knows the leaders of one group; "
				   "everywhere is for operators"));
}

static void run_confirm(const struct order *order)
{
	change(order, muc_leaders_confirm);
}

static void run_deny(const struct order *order)
{
	change(order, muc_leaders_deny);
}

static void row_leader(void *owner, const struct leader_view *view)
{
	const struct command_value values[] = {
		{ .name = "role", .text = view->role },
		{ .name = "name", .text = view->name },
		{ .name = "address", .text = view->address },
		{ .name = "jid", .text = or_empty(view->jid) },
		{ .name = "confirmed", .text = or_empty(view->confirmed) },
	};

	order_row(owner, values, array_len(values));
}

static void run_list(const struct order *order)
{
	const char *room = order_text(order, "room");

	if (muc_leaders_each(order->admin->muc, room, row_leader,
			     (void *)order))
		order_end(order);
	else
		end_with(order, LEADERS_NO_ROOM);
}

#define NEEDED (COMMAND_REQUIRED | COMMAND_OPERAND)
#define ROOM                                               \
	{                                                  \
		"room", COMMAND_ROOM, NEEDED, "Room", NULL \
	}
#define PERSON                                                                 \
	{                                                                      \
		"jid", COMMAND_JID, NEEDED, "Address of the person here", NULL \
	}
#define ADDRESS                                                       \
	{                                                             \
		"address", COMMAND_WORD, NEEDED,                      \
			"Mail address in the list of the group", NULL \
	}
#define EVERYWHERE                                                             \
	{                                                                      \
		"everywhere", COMMAND_FLAG, 0,                                 \
			"In all rooms whose list has this address, too", NULL  \
	}

const struct command leader_commands[] = {
	{ "leaders claim",
	  "say that you are one of those who lead the group",
	  COMMAND_ANYONE,
	  run_claim,
	  { ROOM, ADDRESS } },
	{ "leaders confirm",
	  "say that it is true: somebody is who leads the group",
	  COMMAND_CHAIR,
	  run_confirm,
	  { ROOM, PERSON, ADDRESS, EVERYWHERE } },
	{ "leaders deny",
	  "say that it is not, or no more",
	  COMMAND_CHAIR,
	  run_deny,
	  { ROOM, PERSON, ADDRESS, EVERYWHERE } },
	{ "leaders list",
	  "list who leads the group, and who they are here",
	  COMMAND_CHAIR,
	  run_list,
	  { ROOM } },
	{ 0 },
};
