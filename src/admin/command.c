/* SPDX-License-Identifier: MIT */
#include "admin/command.h"

#include "admin/metrics.h"
#include "admin/s2s_desk.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/counter.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/idna.h"
#include "muc/muc.h"
#include "store/store.h"

#define MAX_ARGUMENTS 4

/** A command that is being run: with arguments that it knows. */
struct command_call {
	struct admin *admin;
	const char *operand; /* NULL: none was given */
	const struct command_value *args;
	size_t arg_count;
	const struct command_reply *reply;
};

struct command {
	const char *name;
	const char *operand; /* what follows the name: "DOMAIN"; NULL = none */
	const char *text;
	void (*run)(const struct command_call *call);
	const char *arguments[MAX_ARGUMENTS + 1]; /* their names, NULL ends */
};

/* ---- arguments ---- */

/* "" when it was given without a value, NULL when it was not given. */
static const char *argument(const struct command_call *call, const char *name)
{
	for (size_t i = 0; i < call->arg_count; i++) {
		if (str_equal(call->args[i].name, name))
			return call->args[i].text ? call->args[i].text : "";
	}
	return NULL;
}

/* ---- rows ---- */

static void row_text(const struct command_reply *r, const char *name,
		     const char *text)
{
	const struct command_value values[] = {
		{ .name = "name", .text = name },
		{ .name = "value", .text = text },
	};

	r->row(r->owner, values, array_len(values));
}

static void row_number(const struct command_reply *r, const char *name,
		       int64_t number)
{
	const struct command_value values[] = {
		{ .name = "name", .text = name },
		{ .name = "value", .number = number },
	};

	r->row(r->owner, values, array_len(values));
}

static void end_ok(const struct command_reply *r)
{
	r->end(r->owner, NULL, NULL);
}

/* Takes text. */
static void end_error(const struct command_reply *r, const char *error,
		      char *owned_text)
{
	r->end(r->owner, error, owned_text);
	mem_free(&owned_text);
}

/* ---- status ---- */

/* The wall clock may have been set back. */
static void row_uptime(const struct admin *admin, const struct command_reply *r)
{
	int64_t uptime = clock_wall() - admin->started;
	const struct command_value values[] = {
		{ .name = "name", .text = "uptime" },
		{ .name = "value", .number = uptime > 0 ? uptime / 1000 : 0 },
		{ .name = "unit", .text = "s" },
	};

	r->row(r->owner, values, array_len(values));
}

static void row_domains(const struct admin *admin,
			const struct command_reply *r)
{
	struct buf text = { 0 };

	for (size_t i = 0; i < admin->domain_count; i++) {
		if (i > 0)
			buf_add_char(&text, ' ');
		buf_add_str(&text, admin->domains[i]);
	}
	row_text(r, "domains", buf_str(&text));
	buf_fini(&text);
}

static void run_status(const struct command_call *call)
{
	const struct admin *admin = call->admin;
	const struct command_reply *r = call->reply;

	row_text(r, "version", admin->version);
	row_uptime(admin, r);
	row_domains(admin, r);
	row_number(r, "rooms", (int64_t)muc_room_count(admin->muc));
	row_number(r, "occupants", (int64_t)muc_occupant_count(admin->muc));
	row_number(r, "records_waiting", (int64_t)store_waiting(admin->store));
	for (const struct counter *c = counter_next(NULL); c;
	     c = counter_next(c))
		row_number(r, c->name, counter_get(c));
	end_ok(r);
}

/* ---- stop, reload ---- */

/* Answered first: the end takes the front along. */
static void run_stop(const struct command_call *call)
{
	struct admin *admin = call->admin;

	const char *farewell = argument(call, "farewell");

	log_info(LOG_ADMIN, "stop: an operator asked for it");
	end_ok(call->reply);
	if (farewell)
		muc_farewell(admin->muc, *farewell ? farewell : NULL);
	admin->stop(admin->owner);
}

static void run_reload(const struct command_call *call)
{
	struct admin *admin = call->admin;

	log_info(LOG_ADMIN, "reload: an operator asked for it");
	admin->reload(admin->owner);
	end_ok(call->reply);
}

/* ---- metrics ---- */

/* Of a text of lines; the text is changed. */
static void row_lines(const struct command_reply *r, char *text)
{
	char *rest;

	for (char *line = text; *line; line = rest) {
		struct command_value value = { .name = "line", .text = line };

		rest = strchr(line, '\n');
		if (rest)
			*rest++ = '\0';
		else
			rest = line + strlen(line);
		r->row(r->owner, &value, 1);
	}
}

static void run_metrics(const struct command_call *call)
{
	struct buf out = { 0 };
	char *text;

	metrics_print(call->admin, &out);
	text = buf_steal_str(&out);
	row_lines(call->reply, text);
	mem_free(&text);
	end_ok(call->reply);
}

/* ---- s2s ---- */

/* In normal form, owned; NULL: ended with a complaint. */
static char *read_domain(const struct command_call *call, const char *text)
{
	char *domain = idna_is_address(text) ? NULL : idna_to_unicode(text);
	char *quoted;

	if (domain)
		return domain;
	quoted = str_quote(text, strlen(text), 64);
	end_error(call->reply, "bad-argument",
		  str_format("%s is no domain name", quoted));
	mem_free(&quoted);
	return NULL;
}

static bool is_ours(const struct admin *admin, const char *domain)
{
	for (size_t i = 0; i < admin->domain_count; i++) {
		if (str_equal(admin->domains[i], domain))
			return true;
	}
	return false;
}

static void run_s2s_list(const struct command_call *call)
{
	const char *text = argument(call, "domain");
	char *domain = text ? read_domain(call, text) : NULL;

	if (!text || domain)
		s2s_desk_list(call->admin->s2s_desk, domain, call->reply);
	mem_free(&domain);
}

static void check_as(const struct command_call *call, const char *local,
		     const char *remote)
{
	const struct admin *admin = call->admin;

	if (!is_ours(admin, local))
		end_error(call->reply, "bad-argument",
			  str_format("%s is no conference domain of ours",
				     local));
	else if (is_ours(admin, remote))
		end_error(call->reply, "bad-argument",
			  str_format("%s is a conference domain of ours; what "
				     "is checked are others", remote));
	else
		s2s_desk_check(admin->s2s_desk, local, remote, call->reply);
}

static void run_s2s_check(const struct command_call *call)
{
	const char *text = argument(call, "from");
	char *remote;
	char *local;

	if (!call->operand) {
		end_error(call->reply, "bad-argument",
			  str_dup("which domain? \"s2s check DOMAIN\""));
		return;
	}
	remote = read_domain(call, call->operand);
	if (!remote)
		return;
	local = read_domain(call, text ? text : call->admin->domains[0]);
	if (local)
		check_as(call, local, remote);
	mem_free(&local);
	mem_free(&remote);
}

static void run_s2s_forget(const struct command_call *call)
{
	char *domain;

	if (!call->operand) {
		end_error(call->reply, "bad-argument",
			  str_dup("which domain? \"s2s forget DOMAIN\""));
		return;
	}
	domain = read_domain(call, call->operand);
	if (domain)
		s2s_desk_forget(call->admin->s2s_desk, domain, call->reply);
	mem_free(&domain);
}

/* ---- the table ---- */

static void run_help(const struct command_call *call);

static const struct command commands[] = {
	{ "help", NULL, "list the commands", run_help, { NULL } },
	{ "metrics", NULL, "print all counters as OpenMetrics text",
	  run_metrics, { NULL } },
	{ "reload", NULL, "take up what may change without a restart",
	  run_reload, { NULL } },
	{ "s2s", NULL, "the same as \"s2s list\"", run_s2s_list,
	  { "domain", NULL } },
	{ "s2s check", "DOMAIN",
	  "find out step by step whether a domain can be reached",
	  run_s2s_check, { "from", NULL } },
	{ "s2s forget", "DOMAIN",
	  "forget that a domain ever had a valid certificate", run_s2s_forget,
	  { NULL } },
	{ "s2s list", NULL, "list the links and streams to other servers",
	  run_s2s_list, { "domain", NULL } },
	{ "status", NULL, "show version, rooms, users and all counters",
	  run_status, { NULL } },
	{ "stop", NULL, "end the daemon; rooms keep their users unless they get "
			"a farewell",
	  run_stop, { "farewell", NULL } },
};

static void run_help(const struct command_call *call)
{
	const struct command_reply *r = call->reply;

	for (size_t i = 0; i < array_len(commands); i++) {
		const struct command *c = &commands[i];
		char *name = str_format("%s%s%s", c->name,
					c->operand ? " " : "",
					c->operand ? c->operand : "");
		const struct command_value values[] = {
			{ .name = "name", .text = name },
			{ .name = "text", .text = c->text },
		};

		r->row(r->owner, values, array_len(values));
		mem_free(&name);
	}
	end_ok(r);
}

/* What follows the name of c; "" if nothing does, NULL if it is another's. */
static const char *behind(const struct command *c, const char *name)
{
	const char *rest;

	if (!str_has_prefix(name, c->name))
		return NULL;
	rest = name + strlen(c->name);
	if (!*rest)
		return rest;
	return c->operand && *rest == ' ' && rest[1] ? rest + 1 : NULL;
}

static const struct command *command_find(const char *name,
					  const char **operand_out)
{
	for (size_t i = 0; i < array_len(commands); i++) {
		const char *rest = behind(&commands[i], name);

		*operand_out = rest && *rest ? rest : NULL;
		if (rest)
			return &commands[i];
	}
	return NULL;
}

static void end_unknown(const struct command_reply *r, const char *name)
{
	const char *names[array_len(commands)], *nearest;
	char *quoted = str_quote(name, strlen(name), 64);

	for (size_t i = 0; i < array_len(commands); i++)
		names[i] = commands[i].name;
	nearest = str_nearest(name, names, array_len(names));
	end_error(r, "unknown-command",
		  nearest ? str_format("there is no command %s; the nearest "
				       "is \"%s\", \"help\" lists all",
				       quoted, nearest)
			  : str_format("there is no command %s; \"help\" "
				       "lists all",
				       quoted));
	mem_free(&quoted);
}

static void end_bad_argument(const struct command_reply *r,
			     const struct command *c, const char *argument_name)
{
	char *quoted = str_quote(argument_name, strlen(argument_name), 64);

	end_error(r, "bad-argument",
		  str_format("\"%s\" takes no argument %s", c->name, quoted));
	mem_free(&quoted);
}

/* The first argument that c does not know, or NULL. */
static const char *find_unknown(const struct command *c,
				const struct command_value *args, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *const *known = c->arguments;

		while (*known && !str_equal(*known, args[i].name))
			known++;
		if (!*known)
			return args[i].name;
	}
	return NULL;
}

void command_run(struct admin *admin, const char *name,
		 const struct command_value *args, size_t arg_count,
		 const struct command_reply *reply)
{
	struct command_call call = {
		.admin = admin,
		.args = args,
		.arg_count = arg_count,
		.reply = reply,
	};
	const struct command *c = command_find(name, &call.operand);
	const char *unknown = c ? find_unknown(c, args, arg_count) : NULL;

	if (!c)
		end_unknown(reply, name);
	else if (unknown)
		end_bad_argument(reply, c, unknown);
	else
		c->run(&call);
}
