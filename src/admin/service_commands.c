/* SPDX-License-Identifier: MIT */
/*
 * service_commands: what an operator says to the service as a whole.
 *
 * Thread: conference loop.
 */
#include "admin/order.h"

#include "admin/metrics.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/counter.h"
#include "base/mem.h"
#include "base/str.h"
#include "muc/muc.h"
#include "store/store.h"

/* ---- status ---- */

/* The wall clock may have been set back. */
static void row_uptime(const struct order *order)
{
	int64_t uptime = clock_wall() - order->admin->started;
	const struct command_value values[] = {
		{ .name = "name", .text = "uptime" },
		{ .name = "value", .number = uptime > 0 ? uptime / 1000 : 0 },
		{ .name = "unit", .text = "s" },
	};

	order_row(order, values, array_len(values));
}

static void row_domains(const struct order *order)
{
	const struct admin *admin = order->admin;
	struct buf text = { 0 };

	for (size_t i = 0; i < admin->domain_count; i++) {
		if (i > 0)
			buf_add_char(&text, ' ');
		buf_add_str(&text, admin->domains[i]);
	}
	order_row_text(order, "domains", buf_str(&text));
	buf_fini(&text);
}

/* What never happened is not worth a line, unless all is asked for. */
static void run_status(const struct order *order)
{
	const struct admin *admin = order->admin;
	bool all = order_has_flag(order, "all");

	order_row_text(order, "version", admin->version);
	row_uptime(order);
	row_domains(order);
	order_row_number(order, "rooms", (int64_t)muc_room_count(admin->muc));
	order_row_number(order, "occupants",
			 (int64_t)muc_occupant_count(admin->muc));
	order_row_number(order, "records_waiting",
			 (int64_t)store_waiting(admin->store));
	for (const struct counter *c = counter_next(NULL); c;
	     c = counter_next(c)) {
		if (all || counter_get(c) != 0)
			order_row_number(order, c->name, counter_get(c));
	}
	order_end(order);
}

/* ---- stop, reload ---- */

/* Answered first: the end takes the front along. */
static void run_stop(const struct order *order)
{
	struct admin *admin = order->admin;
	const char *text = order_text(order, "farewell");
	char *farewell = str_dup(text);

	order_audit(order, NULL, "stop", NULL,
		    farewell ? "with a farewell" : NULL);
	order_end(order);
	if (farewell)
		muc_farewell(admin->muc, *farewell ? farewell : NULL);
	mem_free(&farewell);
	admin->stop(admin->owner);
}

static void run_reload(const struct order *order)
{
	struct admin *admin = order->admin;

	order_audit(order, NULL, "reload", NULL, NULL);
	admin->reload(admin->owner);
	order_end(order);
}

/* ---- metrics ---- */

/* Of a text of lines; the text is changed. */
static void row_lines(const struct order *order, char *text)
{
	char *rest;

	for (char *line = text; *line; line = rest) {
		struct command_value value = { .name = "line", .text = line };

		rest = strchr(line, '\n');
		if (rest)
			*rest++ = '\0';
		else
			rest = line + strlen(line);
		order_row(order, &value, 1);
	}
}

static void run_metrics(const struct order *order)
{
	struct buf out = { 0 };
	char *text;

	metrics_print(order->admin, &out);
	text = buf_steal_str(&out);
	row_lines(order, text);
	mem_free(&text);
	order_end(order);
}

/* ---- announce ---- */

static void announce_to_all(const struct order *order, const char *text)
{
	struct desk_actor actor = order_actor(order, NULL);

	order_row_number(
		order, "rooms",
		(int64_t)desk_say_all(order->admin->muc, &actor, text));
	order_end(order);
}

static void run_announce(const struct order *order)
{
	const char *room = order_text(order, "room");
	const char *text = order_text(order, "text");
	struct desk_actor actor = order_actor(order, room);
	enum desk_result result;

	if (!room) {
		announce_to_all(order, text);
		return;
	}
	result = desk_say(order->admin->muc, &actor, room, text);
	if (result == DESK_DONE)
		order_end(order);
	else if (result == DESK_BAD_VALUE)
		order_fail(order, "bad-argument",
			   str_dup("the text is empty or too long"));
	else
		order_fail(
			order, desk_result_word(result),
			str_format("%s: %s", room, desk_result_text(result)));
}

#define NEEDED (COMMAND_REQUIRED | COMMAND_OPERAND)

const struct command service_commands[] = {
	{ "announce",
	  "have a room, or every room with people in it, say a text",
	  COMMAND_CHAIR,
	  run_announce,
	  { { "text", COMMAND_TEXT, NEEDED, "Text", NULL },
	    { "room", COMMAND_ROOM, 0, "Only in this room", NULL } } },
	{ "metrics",
	  "print all counters as OpenMetrics text",
	  COMMAND_OPERATOR,
	  run_metrics,
	  { { 0 } } },
	{ "reload",
	  "take up what may change without a restart",
	  COMMAND_OPERATOR,
	  run_reload,
	  { { 0 } } },
	{ "status",
	  "show version, rooms, users and what was counted",
	  COMMAND_OPERATOR,
	  run_status,
	  { { "all", COMMAND_FLAG, 0, "Counters that are 0, too", NULL } } },
	{ "stop",
	  "end the daemon; rooms keep their users unless they get a farewell",
	  COMMAND_OPERATOR,
	  run_stop,
	  { { "farewell", COMMAND_TEXT, 0, "Send everybody away, and say this",
	      NULL } } },
	{ 0 },
};
