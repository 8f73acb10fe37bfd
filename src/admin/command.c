/* SPDX-License-Identifier: MIT */
#include "admin/command.h"

#include <ctype.h>

#include "admin/order.h"
#include "admin/command_value.h"
#include "base/buf.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "meeting/meeting.h"
#include "muc/desk.h"

/* ---- the table ---- */

static void run_help(const struct order *order);

static const struct command own_commands[] = {
	{ "help",
	  "list the commands, or say what one of them takes",
	  COMMAND_ANYONE,
	  run_help,
	  { { "command", COMMAND_TEXT, COMMAND_OPERAND, "Command", NULL } } },
	{ 0 },
};

static const struct command *const tables[] = {
	own_commands,    leader_commands, meeting_commands,
	moderation_commands,
	outage_commands, people_commands, record_commands,
	room_commands,   s2s_commands,    service_commands,
	store_commands,
};

const struct command *command_get(size_t i)
{
	for (size_t t = 0; t < array_len(tables); t++) {
		const struct command *c = tables[t];

		while (c->name && i > 0)
			c++, i--;
		if (c->name)
			return c;
	}
	return NULL;
}

const struct command *command_find(const char *name)
{
	const struct command *c;

	for (size_t i = 0; (c = command_get(i)); i++)
		if (str_equal(c->name, name))
			return c;
	return NULL;
}

static size_t count_commands(void)
{
	size_t count = 0;

	while (command_get(count))
		count++;
	return count;
}

static int find_argument(const struct command *c, const char *name)
{
	for (int i = 0; c->arguments[i].name; i++)
		if (str_equal(c->arguments[i].name, name))
			return i;
	return -1;
}

bool command_has_room(const struct command *c)
{
	int i = find_argument(c, "room");

	return i >= 0 && c->arguments[i].type == COMMAND_ROOM;
}

/* ---- what a order knows ---- */

const char *order_text(const struct order *order, const char *name)
{
	int i = find_argument(order->command, name);

	require(i >= 0);
	return order->texts[i];
}

int64_t order_number(const struct order *order, const char *name,
		     int64_t otherwise)
{
	return order_text(order, name)
		       ? order->numbers[find_argument(order->command, name)]
		       : otherwise;
}

bool order_has_flag(const struct order *order, const char *name)
{
	return order_number(order, name, 0) != 0;
}

const char *command_caller_text(const struct command_caller *caller)
{
	return caller->jid ? jid_bare(caller->jid) : "control";
}

static bool is_operator(const struct admin *admin,
			const struct command_caller *caller)
{
	return !caller->jid || desk_is_operator(admin->muc, caller->jid,
						caller->by_certificate);
}

struct desk_actor order_actor(const struct order *order, const char *room)
{
	const struct command_caller *caller = order->caller;
	struct desk_actor actor = {
		.by = command_caller_text(caller),
		.is_operator = is_operator(order->admin, caller),
		.rank = AFFILIATION_OWNER,
	};

	if (find_argument(order->command, "reason") >= 0)
		actor.reason = order_text(order, "reason");
	if (!actor.is_operator)
		actor.rank =
			room ? desk_rank_of(order->admin->muc, room,
					    caller->jid, caller->by_certificate)
			     : AFFILIATION_NONE;
	return actor;
}

void order_audit(const struct order *order, const char *room, const char *act,
		 const char *target, const char *detail)
{
	struct desk_actor actor = order_actor(order, room);

	desk_audit(order->admin->muc, &actor, room, act, target, detail);
}

void order_row(const struct order *order, const struct command_value *values,
	       size_t count)
{
	order->reply->row(order->reply->owner, values, count);
}

void order_row_text(const struct order *order, const char *name,
		    const char *text)
{
	const struct command_value values[] = {
		{ .name = "name", .text = name },
		{ .name = "value", .text = text },
	};

	order_row(order, values, array_len(values));
}

void order_row_number(const struct order *order, const char *name,
		      int64_t number)
{
	const struct command_value values[] = {
		{ .name = "name", .text = name },
		{ .name = "value", .number = number },
	};

	order_row(order, values, array_len(values));
}

void order_note_hat(const struct order *order, const char *room,
		    const char *jid, const char *hat)
{
	const struct jid *by = order->caller->jid;
	const struct command_value note = {
		.name = "note",
		.text = "they have not said here that they have read the Note "
			"Well, as meetings.need_note_well asks; if they are "
			"in the room they were told how",
	};

	if (order->admin->meetings &&
	    meeting_note_hat(order->admin->meetings, room, jid, hat,
			     by ? jid_bare(by) : NULL))
		order_row(order, &note, 1);
}

void order_end(const struct order *order)
{
	order->reply->end(order->reply->owner, NULL, NULL);
}

/* Takes text. */
static void end_error(const struct command_reply *r, const char *error,
		      char *owned_text)
{
	r->end(r->owner, error, owned_text);
	mem_free(&owned_text);
}

void order_fail(const struct order *order, const char *error, char *owned_text)
{
	end_error(order->reply, error, owned_text);
}

/* ---- rights ---- */

/* An operator by the configuration, on a stream that proves too little? */
static bool is_half_operator(const struct admin *admin,
			     const struct command_caller *caller)
{
	return !caller->by_certificate &&
	       desk_is_operator(admin->muc, caller->jid, true);
}

static char *refusal_new(const struct admin *admin,
			 const struct command_caller *caller,
			 const struct command *c)
{
	if (is_half_operator(admin, caller))
		return str_dup("you are listed as an operator, but your "
			       "server has proven its domain by dialback "
			       "only; an operator's needs a valid "
			       "certificate");
	if (c->right == COMMAND_CHAIR)
		return str_dup("only admins and owners of that room, and "
			       "operators of the service, may do that");
	return str_dup("only operators of the service may do that");
}

bool command_may(const struct admin *admin, const struct command_caller *caller,
		 const struct command *c, const char *room, char **refusal_out)
{
	bool may = c->right == COMMAND_ANYONE || is_operator(admin, caller);

	if (!may && c->right == COMMAND_CHAIR && room)
		may = desk_rank_of(admin->muc, room, caller->jid,
				   caller->by_certificate) >= AFFILIATION_ADMIN;
	if (refusal_out)
		*refusal_out = may ? NULL : refusal_new(admin, caller, c);
	return may;
}

/* ---- names ---- */

/* Does the name of c begin with these words? */
static bool begins_with(const struct command *c, const char *words)
{
	size_t len = strlen(words);

	return len > 0 && str_has_prefix(c->name, words) && c->name[len] == ' ';
}

static bool is_family(const char *words)
{
	for (size_t i = 0; command_get(i); i++)
		if (begins_with(command_get(i), words))
			return true;
	return false;
}

static void end_unknown(const struct command_reply *r, const char *name)
{
	size_t count = count_commands();
	const char **names = mem_zero(count, sizeof(*names)), *nearest;
	char *quoted = str_quote(name, strlen(name), 64);

	for (size_t i = 0; i < count; i++)
		names[i] = command_get(i)->name;
	nearest = str_nearest(name, names, count);
	end_error(r, "unknown-command",
		  is_family(name)
			  ? str_format("several commands begin with %s; \"help "
				       "%s\" lists them",
				       quoted, name)
		  : nearest
			  ? str_format("there is no command %s; the nearest "
				       "is \"%s\", \"help\" lists all",
				       quoted, nearest)
			  : str_format("there is no command %s; \"help\" "
				       "lists all",
				       quoted));
	mem_free(&quoted);
	mem_free(&names);
}

/* ---- help ---- */

static void add_operand(struct buf *out, const struct command_argument *a)
{
	bool is_required = a->flags & COMMAND_REQUIRED;

	buf_add_str(out, is_required ? " " : " [");
	for (const char *c = a->name; *c; c++)
		buf_add_char(out, (char)toupper((unsigned char)*c));
	if (!is_required)
		buf_add_char(out, ']');
}

/* "rooms set ROOM FIELD VALUE"; owned. */
static char *usage_new(const struct command *c)
{
	struct buf out = { 0 };

	buf_add_str(&out, c->name);
	for (const struct command_argument *a = c->arguments; a->name; a++)
		if (a->flags & COMMAND_OPERAND)
			add_operand(&out, a);
	return buf_steal_str(&out);
}

static void row_help(const struct order *order, const char *name,
		     const char *text)
{
	const struct command_value values[] = {
		{ .name = "name", .text = name },
		{ .name = "text", .text = text },
	};

	order_row(order, values, array_len(values));
}

static void help_one(const struct order *order, const struct command *c)
{
	char *usage = usage_new(c);

	row_help(order, usage, c->text);
	mem_free(&usage);
}

static void help_argument(const struct order *order,
			  const struct command_argument *a)
{
	bool is_operand = a->flags & COMMAND_OPERAND;
	struct buf name = { 0 }, text = { 0 };

	if (is_operand)
		add_operand(&name, a);
	else
		buf_add_format(&name, " --%s%s", a->name,
			       a->type == COMMAND_FLAG ? "" : "=...");
	buf_add_str(&text, a->text);
	for (size_t i = 0; a->choices && a->choices[i]; i++)
		buf_add_format(&text, "%s%s", i ? ", " : ": ", a->choices[i]);
	row_help(order, buf_str(&name), buf_str(&text));
	buf_fini(&text);
	buf_fini(&name);
}

static void run_help(const struct order *order)
{
	const char *name = order_text(order, "command");
	const struct command *c = name ? command_find(name) : NULL;

	if (name && !c && !is_family(name)) {
		end_unknown(order->reply, name);
		return;
	}
	if (c) {
		help_one(order, c);
		for (size_t i = 0; c->arguments[i].name; i++)
			help_argument(order, &c->arguments[i]);
	}
	for (size_t i = 0; !c && command_get(i); i++)
		if (!name || begins_with(command_get(i), name))
			help_one(order, command_get(i));
	order_end(order);
}

/* ---- which command ---- */

/* What follows the name of c; "" if nothing does, NULL if it is another's. */
static const char *behind(const struct command *c, const char *name)
{
	const char *rest;

	if (!str_has_prefix(name, c->name))
		return NULL;
	rest = name + strlen(c->name);
	if (!*rest)
		return rest;
	return *rest == ' ' && rest[1] ? rest + 1 : NULL;
}

/* The one with the longest name that the line begins with. */
static const struct command *match(const char *line, const char **rest_out)
{
	const struct command *c, *best = NULL;

	for (size_t i = 0; (c = command_get(i)); i++) {
		const char *rest = behind(c, line);

		if (rest && (!best || strlen(c->name) > strlen(best->name))) {
			best = c;
			*rest_out = rest;
		}
	}
	return best;
}

/* ---- reading the arguments ---- */

static bool fail_argument(const struct order *order, const char *argument_name)
{
	char *quoted = str_quote(argument_name, strlen(argument_name), 64);

	order_fail(order, "bad-argument",
		   str_format("\"%s\" takes no argument %s",
			      order->command->name, quoted));
	mem_free(&quoted);
	return false;
}

static bool fail_twice(const struct order *order, const char *name)
{
	order_fail(order, "bad-argument",
		   str_format("the argument \"%s\" is given twice", name));
	return false;
}

static bool fail_missing(const struct order *order, const char *name)
{
	char *usage = usage_new(order->command);

	order_fail(order, "bad-argument",
		   str_format("which %s? \"%s\"", name, usage));
	mem_free(&usage);
	return false;
}

/* One value; false: ended with a complaint. */
static bool take(struct order *order, int i, const char *text, int64_t number)
{
	const struct command_argument *a = &order->command->arguments[i];
	char *complaint = NULL;

	if (order->texts[i])
		return fail_twice(order, a->name);
	order->texts[i] = command_value_read(order->admin, a, text, number,
					     &order->numbers[i], &complaint);
	if (!order->texts[i])
		order_fail(order, "bad-argument", complaint);
	return order->texts[i] != NULL;
}

static bool take_args(struct order *order, const struct command_value *args,
		      size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int at = find_argument(order->command, args[i].name);

		if (at < 0)
			return fail_argument(order, args[i].name);
		if (!take(order, at, args[i].text, args[i].number))
			return false;
	}
	return true;
}

static int next_operand(const struct command *c, int i)
{
	while (c->arguments[i].name &&
	       !(c->arguments[i].flags & COMMAND_OPERAND))
		i++;
	return c->arguments[i].name ? i : -1;
}

/* Words, the last operand what is left. */
static bool take_operands(struct order *order, const char *rest)
{
	int i = next_operand(order->command, 0);

	while (i >= 0 && *rest) {
		int next = next_operand(order->command, i + 1);
		const char *end = next < 0 ? NULL : strchr(rest, ' ');
		char *word = str_dup_n(rest, end ? (size_t)(end - rest)
						 : strlen(rest));
		bool is_taken = take(order, i, word, 0);

		mem_free(&word);
		if (!is_taken)
			return false;
		rest = end ? end + 1 : "";
		i = next;
	}
	return true;
}

static bool has_all(const struct order *order)
{
	const struct command_argument *a = order->command->arguments;

	for (int i = 0; a[i].name; i++)
		if ((a[i].flags & COMMAND_REQUIRED) && !order->texts[i])
			return fail_missing(order, a[i].name);
	return true;
}

static bool is_allowed(const struct order *order)
{
	const char *room = command_has_room(order->command)
				   ? order_text(order, "room")
				   : NULL;
	char *refusal;

	if (command_may(order->admin, order->caller, order->command, room,
			&refusal))
		return true;
	order_fail(order, "forbidden", refusal);
	return false;
}

void command_run(struct admin *admin, const struct command_caller *caller,
		 const char *name, const struct command_value *args,
		 size_t arg_count, const struct command_reply *reply)
{
	const char *rest = "";
	struct order order = {
		.admin = admin,
		.caller = caller,
		.reply = reply,
		.command = match(name, &rest),
	};

	if (!order.command || (*rest && next_operand(order.command, 0) < 0)) {
		end_unknown(reply, name);
		return;
	}
	if (take_args(&order, args, arg_count) && take_operands(&order, rest) &&
	    has_all(&order) && is_allowed(&order))
		order.command->run(&order);
	for (size_t i = 0; i < COMMAND_ARGUMENTS; i++)
		mem_free(&order.texts[i]);
}
