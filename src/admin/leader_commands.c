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

static void run_confirm(const struct order *order)
{
	end_with(order,
		 muc_leaders_confirm(
			 order->admin->muc, order_text(order, "room"),
			 order_text(order, "jid"), order_text(order, "address"),
			 command_caller_text(order->caller)));
}

static void run_deny(const struct order *order)
{
	end_with(order,
		 muc_leaders_deny(order->admin->muc, order_text(order, "room"),
				  order_text(order, "jid"),
				  order_text(order, "address"),
				  command_caller_text(order->caller)));
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
	  { ROOM, PERSON, ADDRESS } },
	{ "leaders deny",
	  "say that it is not, or no more",
	  COMMAND_CHAIR,
	  run_deny,
	  { ROOM, PERSON, ADDRESS } },
	{ "leaders list",
	  "list who leads the group, and who they are here",
	  COMMAND_CHAIR,
	  run_list,
	  { ROOM } },
	{ 0 },
};
