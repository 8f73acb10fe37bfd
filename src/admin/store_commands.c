/* SPDX-License-Identifier: MIT */
/*
 * store_commands: the database that holds the record: is it whole, a copy of it,
 * what is sealed in it, the key that signs its days.
 *
 * Thread: conference loop.
 */
#include "admin/order.h"

#include "admin/store_desk.h"
#include "base/mem.h"
#include "base/str.h"

static void run_check(const struct order *order)
{
	store_desk_check(order->admin->store_desk, order->reply);
}

/* The daemon stands in a folder that nobody knows. */
static void run_backup(const struct order *order)
{
	const char *path = order_text(order, "folder");

	if (*path != '/' || str_has_suffix(path, "/"))
		order_fail(order, "bad-argument",
			   str_dup("a folder's whole path, from / on, is "
				   "needed; it must not be there yet"));
	else
		store_desk_back_up(order->admin->store_desk, path,
				   order->reply);
}

static void run_key(const struct order *order)
{
	const char *at = store_desk_key(order->admin->store_desk);

	while (*at) {
		size_t len = strcspn(at, "\n");
		char *line = str_dup_n(at, len);
		const struct command_value value = { .name = "line",
						     .text = line };

		order_row(order, &value, 1);
		mem_free(&line);
		at += len + (at[len] != '\0');
	}
	order_end(order);
}

static bool is_blank(const char *text)
{
	return text[strspn(text, " \t\r\n")] == '\0';
}

static void run_unseal(const struct order *order)
{
	const char *reason = order_text(order, "reason");

	if (is_blank(reason))
		order_fail(order, "bad-argument",
			   str_dup("why? The audit keeps the reason"));
	else
		store_desk_unseal(order->admin->store_desk,
				  order_text(order, "id"),
				  command_caller_text(order->caller), reason,
				  order->reply);
}

#define NEEDED (COMMAND_REQUIRED | COMMAND_OPERAND)

const struct command store_commands[] = {
	{ "store backup",
	  "copy the database and the secrets into a new folder",
	  COMMAND_OPERATOR,
	  run_backup,
	  { { "folder", COMMAND_TEXT, NEEDED, "Path on the daemon's machine",
	      NULL } } },
	{ "store check",
	  "find out whether the database is whole",
	  COMMAND_OPERATOR,
	  run_check,
	  { { 0 } } },
	{ "store key",
	  "print the public key that signs the closed days of the log",
	  COMMAND_ANYONE,
	  run_key,
	  { { 0 } } },
	{ "store unseal",
	  "show a line that was taken back, and leave that in the audit",
	  COMMAND_OPERATOR,
	  run_unseal,
	  { { "id", COMMAND_WORD, NEEDED, "Stanza-id of the line", NULL },
	    { "reason", COMMAND_TEXT, COMMAND_REQUIRED, "Why", NULL } } },
	{ 0 },
};
