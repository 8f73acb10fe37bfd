/* SPDX-License-Identifier: MIT */
/*
 * store_commands: the database that holds the record: is it whole, a copy of it,
 * what is sealed in it, the key that signs its days.
 *
 * Thread: conference loop.
 */
#include "admin/order.h"

#include "admin/store_desk.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "muc/edits.h"
#include "xml/elem.h"
#include "xmpp/datetime.h"

static void run_check(const struct order *order)
{
	store_desk_check(order->admin->store_desk, order->reply);
}

/* The daemon stands in a folder that nobody knows. */
static void run_backup(const struct order *order)
{
	const char *path = order_text(order, "folder");

	if (*path != '/' || str_has_suffix(path, "/")) {
		order_fail(order, "bad-argument",
			   str_dup("a folder's whole path, from / on, is "
				   "needed; it must not be there yet"));
		return;
	}
	order_audit(order, NULL, "backup", path, NULL);
	store_desk_back_up(order->admin->store_desk, path, order->reply);
}

/* A day of UTC, or a time; 0: it was not given. False: it was no time. */
static bool read_time(const struct order *order, const char *name, bool is_end,
		      int64_t *at_out)
{
	const char *text = order_text(order, name);
	char *whole;
	bool is_day = text && strlen(text) == strlen("2026-11-22");
	int error = 0;

	*at_out = 0;
	if (!text)
		return true;
	whole = is_day ? str_format("%sT%sZ", text,
				    is_end ? "23:59:59.999" : "00:00:00")
		       : str_dup(text);
	error = datetime_parse(whole, at_out);
	mem_free(&whole);
	if (error)
		order_fail(order, "bad-argument",
			   str_format("%s: expected a day like 2026-11-22, or "
				      "a time like 2026-11-22T14:00:00Z",
				      name));
	return !error;
}

static void run_export(const struct order *order)
{
	struct store_desk_span span = { .room = order_text(order, "room") };
	const char *path = order_text(order, "file");

	if (*path != '/' || str_has_suffix(path, "/")) {
		order_fail(order, "bad-argument",
			   str_dup("a file's whole path, from / on, is needed; "
				   "it must not be there yet"));
	} else if (read_time(order, "from", false, &span.start) &&
		 read_time(order, "to", true, &span.end)) {
		order_audit(order, span.room, "export", path, NULL);
		store_desk_export(order->admin->store_desk, &span, path,
				  order->reply);
	}
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

/* A line that is being looked for, and what is to become of it. */
struct taking_back {
	struct muc *muc; /* borrowed; alive unless there is an error */
	struct command_reply reply;
	struct desk_actor actor; /* its texts are owned here */
	char *id, *by, *reason;  /* owned */
};

static void fail_retract(const struct taking_back *t, int error)
{
	const char *name = hw_error_name(error);
	char *text;

	if (error == HW_E_NOT_FOUND)
		text = str_format("no line is called %s", t->id);
	else if (error == HW_E_EXISTS)
		text = str_format("%s was taken back already", t->id);
	else if (error == HW_E_BUSY)
		text = str_dup("too many commands of this kind wait");
	else
		text = str_format("the record cannot be read: %s",
				  hw_error_text(error));
	if (error == HW_E_EXISTS)
		name = "unchanged";
	t->reply.end(t->reply.owner, name, text);
	mem_free(&text);
}

static void take_back(const struct taking_back *t, const char *room,
		      const char *text)
{
	struct elem *edits = edits_read(text);
	enum desk_result result;

	if (!edits) {
		fail_retract(t, HW_E_CORRUPT);
		return;
	}
	result = desk_take_back(t->muc, &t->actor, room, edits);
	if (result == DESK_DONE)
		t->reply.end(t->reply.owner, NULL, NULL);
	else
		t->reply.end(t->reply.owner, desk_result_word(result),
			     desk_result_text(result));
	elem_free(&edits);
}

static void on_line(void *owner, int error, const char *room,
		    const char *edits)
{
	struct taking_back *t = owner;

	if (error)
		fail_retract(t, error);
	else
		take_back(t, room, edits);
	mem_free(&t->id);
	mem_free(&t->by);
	mem_free(&t->reason);
	mem_free(&t);
}

static void run_retract(const struct order *order)
{
	struct taking_back *t;

	if (is_blank(order_text(order, "reason"))) {
		order_fail(order, "bad-argument",
			   str_dup("why? All are told the reason, and the "
				   "audit keeps it"));
		return;
	}
	t = mem_new(struct taking_back);
	t->muc = order->admin->muc;
	t->reply = *order->reply;
	t->id = str_dup(order_text(order, "id"));
	t->by = str_dup(command_caller_text(order->caller));
	t->reason = str_dup(order_text(order, "reason"));
	t->actor = order_actor(order, NULL); /* an operator */
	t->actor.by = t->by;
	t->actor.reason = t->reason;
	store_desk_find_line(order->admin->store_desk, t->id, on_line, t);
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
	{ "store export",
	  "write all that was said in a room to a file, a JSON object a line",
	  COMMAND_OPERATOR,
	  run_export,
	  { { "room", COMMAND_ROOM, NEEDED, "Room", NULL },
	    { "file", COMMAND_TEXT, NEEDED, "Path on the daemon's machine",
	      NULL },
	    { "from", COMMAND_WORD, 0, "First day", NULL },
	    { "to", COMMAND_WORD, 0, "Last day", NULL } } },
	{ "store key",
	  "print the public key that signs the closed days of the log",
	  COMMAND_ANYONE,
	  run_key,
	  { { 0 } } },
	{ "store retract",
	  "take a line back, with what corrects it, in any room that ever was",
	  COMMAND_OPERATOR,
	  run_retract,
	  { { "id", COMMAND_WORD, NEEDED, "Stanza-id of the line", NULL },
	    { "reason", COMMAND_TEXT, COMMAND_REQUIRED, "Why; all are told",
	      NULL } } },
	{ "store unseal",
	  "show a line that was taken back, and leave that in the audit",
	  COMMAND_OPERATOR,
	  run_unseal,
	  { { "id", COMMAND_WORD, NEEDED, "Stanza-id of the line", NULL },
	    { "reason", COMMAND_TEXT, COMMAND_REQUIRED, "Why", NULL } } },
	{ 0 },
};
