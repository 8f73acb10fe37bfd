/* SPDX-License-Identifier: MIT */
#include "admin/command.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/counter.h"
#include "base/log.h"
#include "base/mem.h"
#include "base/str.h"
#include "muc/muc.h"
#include "store/store.h"

/** None takes arguments yet; the first that does adds their names here. */
struct command {
	const char *name;
	const char *text;
	void (*run)(struct admin *admin, const struct command_reply *reply);
};

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

static void run_status(struct admin *admin, const struct command_reply *r)
{
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
static void run_stop(struct admin *admin, const struct command_reply *r)
{
	log_info(LOG_ADMIN, "stop: an operator asked for it");
	end_ok(r);
	admin->stop(admin->owner);
}

static void run_reload(struct admin *admin, const struct command_reply *r)
{
	log_info(LOG_ADMIN, "reload: an operator asked for it");
	admin->reload(admin->owner);
	end_ok(r);
}

/* ---- the table ---- */

static void run_help(struct admin *admin, const struct command_reply *r);

static const struct command commands[] = {
	{ "help", "list the commands", run_help },
	{ "reload", "take up changed certificates and log settings",
	  run_reload },
	{ "status", "show version, rooms, users and all counters", run_status },
	{ "stop", "end the daemon; rooms keep their users", run_stop },
};

static void run_help(struct admin *admin, const struct command_reply *r)
{
	(void)admin;
	for (size_t i = 0; i < array_len(commands); i++) {
		const struct command_value values[] = {
			{ .name = "name", .text = commands[i].name },
			{ .name = "text", .text = commands[i].text },
		};

		r->row(r->owner, values, array_len(values));
	}
	end_ok(r);
}

static const struct command *command_find(const char *name)
{
	for (size_t i = 0; i < array_len(commands); i++)
		if (str_equal(commands[i].name, name))
			return &commands[i];
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
			     const struct command *c, const char *argument)
{
	char *quoted = str_quote(argument, strlen(argument), 64);

	end_error(r, "bad-argument",
		  str_format("\"%s\" takes no argument %s", c->name, quoted));
	mem_free(&quoted);
}

void command_run(struct admin *admin, const char *name,
		 const struct command_value *args, size_t arg_count,
		 const struct command_reply *reply)
{
	const struct command *c = command_find(name);

	if (!c)
		end_unknown(reply, name);
	else if (arg_count > 0)
		end_bad_argument(reply, c, args[0].name);
	else
		c->run(admin, reply);
}
