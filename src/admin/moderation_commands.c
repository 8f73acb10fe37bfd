/* SPDX-License-Identifier: MIT */
/*
 * moderation_commands: a room made calm for a while, and the block lists that
 * the service follows.
 *
 * Thread: conference loop.
 */
#include "admin/order.h"

#include "base/str.h"
#include "muc/calm.h"
#include "muc/rtbl.h"

#define MINUTE	    60000 /* ms */
#define MINUTES_MAX (7 * 24 * 60)

static const char *const answers[][2] = {
	[CALM_DONE] = { "done", "done" },
	[CALM_NO_ROOM] = { "not-found", "there is no such room" },
	[CALM_NO_CHANGE] = { "unchanged", "it is not calm" },
	[CALM_BEHIND] = { "busy", "the store is behind; try again soon" },
};

static void end_with(const struct order *order, enum calm_answer answer)
{
	if (answer == CALM_DONE)
		order_end(order);
	else
		order_fail(order, answers[answer][0],
			   str_format("%s: %s", order_text(order, "room"),
				      answers[answer][1]));
}

static void run_calm(const struct order *order)
{
	struct muc *muc = order->admin->muc;
	const char *room = order_text(order, "room");
	const char *by = command_caller_text(order->caller);
	int64_t minutes = order_number(order, "minutes", 0);

	if (order_has_flag(order, "end"))
		end_with(order, muc_calm_end(muc, room, by));
	else if (minutes < 0 || minutes > MINUTES_MAX)
		order_fail(order, "bad-argument",
			   str_format("minutes: expected from 1 to %d",
				      MINUTES_MAX));
	else
		end_with(order, muc_calm(muc, room, minutes * MINUTE, by,
					 order_text(order, "reason")));
}

static void row_list(void *owner, const struct rtbl_view *view)
{
	const struct command_value values[] = {
		{ .name = "list", .text = view->name },
		{ .name = "action", .text = view->action },
		{ .name = "state", .text = view->state },
		{ .name = "entries", .number = (int64_t)view->entries },
		{ .name = "cut", .text = view->is_cut ? "yes" : "no" },
		{ .name = "trouble",
		  .text = view->trouble ? view->trouble : "" },
	};

	order_row(owner, values, array_len(values));
}

static void run_blocklists(const struct order *order)
{
	muc_blocklists_each(order->admin->muc, row_list, (void *)order);
	order_end(order);
}

const struct command moderation_commands[] = {
	{ "blocklists list",
	  "list the block lists of others that are followed",
	  COMMAND_OPERATOR,
	  run_blocklists,
	  { { 0 } } },
	{ "rooms calm",
	  "make a room calm for a while: slow mode, newcomers ask for voice and "
	  "post no links, few come in at once, block lists count for more",
	  COMMAND_CHAIR,
	  run_calm,
	  { { "room", COMMAND_ROOM, COMMAND_REQUIRED | COMMAND_OPERAND,
	      "Room", NULL },
	    { "minutes", COMMAND_NUMBER, 0, "For how many minutes", NULL },
	    { "end", COMMAND_FLAG, 0, "It is as usual again", NULL },
	    { "reason", COMMAND_TEXT, 0, "Why", NULL } } },
	{ 0 },
};
