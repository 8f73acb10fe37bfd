/* SPDX-License-Identifier: MIT */
/*
 * s2s_commands: what an operator asks and says about other servers.
 *
 * Thread: conference loop.
 */
#include "admin/order.h"

#include "admin/s2s_desk.h"
#include "base/error.h"
#include "base/mem.h"
#include "base/str.h"
#include "muc/bans.h"
#include "muc/desk.h"

static bool is_ours(const struct admin *admin, const char *domain)
{
	for (size_t i = 0; i < admin->domain_count; i++) {
		if (str_equal(admin->domains[i], domain))
			return true;
	}
	return false;
}

static void run_list(const struct order *order)
{
	s2s_desk_list(order->admin->s2s_desk, order_text(order, "domain"),
		      order->reply);
}

struct ban_search {
	const char *domain;
	const struct ban *found; /* borrowed, or NULL */
};

static void on_ban(void *owner, const struct ban *ban)
{
	struct ban_search *search = owner;

	if (str_equal(ban->key, search->domain))
		search->found = ban;
}

/* The doctor looks at servers; that all who live there are banned from the
 * rooms is known here. */
static void row_ban(const struct order *order, const char *domain)
{
	struct ban_search search = { .domain = domain };
	struct command_value values[] = {
		{ .name = "step", .text = "ban" },
		{ .name = "result", .text = "problem" },
		{ .name = "where", .text = "-" },
		{ .name = "text" },
	};
	char *text;

	muc_bans_each(order->admin->muc, on_ban, &search);
	if (!search.found)
		return;
	text = str_format("all users of %s are banned from the rooms%s%s; "
			  "\"people unban %s\" ends it",
			  domain, search.found->reason ? ": " : "",
			  search.found->reason ? search.found->reason : "",
			  domain);
	values[3].text = text;
	order_row(order, values, array_len(values));
	mem_free(&text);
}

static void run_check(const struct order *order)
{
	const struct admin *admin = order->admin;
	const char *remote = order_text(order, "domain");
	const char *local = order_text(order, "from");

	if (!local)
		local = admin->domains[0];
	if (!is_ours(admin, local)) {
		order_fail(order, "bad-argument",
			   str_format("%s is no conference domain of ours",
				      local));
	} else if (is_ours(admin, remote)) {
		order_fail(order, "bad-argument",
			   str_format("%s is a conference domain of ours; what "
				      "is checked are others",
				      remote));
	} else {
		row_ban(order, remote);
		s2s_desk_check(admin->s2s_desk, local, remote, order->reply);
	}
}

static void run_forget(const struct order *order)
{
	s2s_desk_forget(order->admin->s2s_desk, order_text(order, "domain"),
			order->reply);
}

/* ---- blocking ---- */

static void set_blocked(const struct order *order, bool on)
{
	const struct admin *admin = order->admin;
	const char *domain = order_text(order, "domain");
	struct desk_actor actor = order_actor(order, NULL);
	int error;

	if (is_ours(admin, domain)) {
		order_fail(order, "bad-argument",
			   str_format("%s is a conference domain of ours",
				      domain));
		return;
	}
	error = admin->block(admin->owner, domain, on);
	if (!error) {
		desk_audit(admin->muc, &actor, NULL,
			   on ? "s2s-block" : "s2s-unblock", domain, NULL);
		order_end(order);
	} else if (error == HW_E_EXISTS) {
		order_fail(
			order, "unchanged",
			str_format(on ? "%s is blocked already"
				      : "%s is not blocked by command; the "
					"configuration may deny it (s2s.deny)",
				   domain));
	} else {
		order_fail(order, hw_error_name(error),
			   str_format("it could not be kept: %s",
				      hw_error_text(error)));
	}
}

static void run_block(const struct order *order)
{
	set_blocked(order, true);
}

static void run_unblock(const struct order *order)
{
	set_blocked(order, false);
}

static void row_blocked(void *to, const char *domain)
{
	const struct command_value value = { .name = "domain", .text = domain };

	order_row(to, &value, 1);
}

static void run_blocked(const struct order *order)
{
	order->admin->blocked(order->admin->owner, row_blocked, (void *)order);
	order_end(order);
}

#define DOMAIN_NEEDED                                                         \
	{                                                                     \
		"domain", COMMAND_DOMAIN, COMMAND_REQUIRED | COMMAND_OPERAND, \
			"Domain of the other server", NULL                    \
	}
#define REASON                                                           \
	{                                                                \
		"reason", COMMAND_TEXT, 0, "Reason, for the audit", NULL \
	}
#define FILTER                                                                 \
	{                                                                      \
		"domain", COMMAND_DOMAIN, 0, "Only those of this domain", NULL \
	}

const struct command s2s_commands[] = {
	{ "s2s",
	  "the same as \"s2s list\"",
	  COMMAND_OPERATOR,
	  run_list,
	  { FILTER } },
	{ "s2s block",
	  "speak with a domain no more",
	  COMMAND_OPERATOR,
	  run_block,
	  { DOMAIN_NEEDED, REASON } },
	{ "s2s blocked",
	  "list the domains that were blocked by command",
	  COMMAND_OPERATOR,
	  run_blocked,
	  { { 0 } } },
	{ "s2s check",
	  "find out step by step whether a domain can be reached",
	  COMMAND_OPERATOR,
	  run_check,
	  { DOMAIN_NEEDED,
	    { "from", COMMAND_DOMAIN, 0, "Which domain of ours asks",
	      NULL } } },
	{ "s2s forget",
	  "forget that a domain ever had a valid certificate",
	  COMMAND_OPERATOR,
	  run_forget,
	  { DOMAIN_NEEDED } },
	{ "s2s list",
	  "list the links and streams to other servers",
	  COMMAND_OPERATOR,
	  run_list,
	  { FILTER } },
	{ "s2s unblock",
	  "speak with a domain again",
	  COMMAND_OPERATOR,
	  run_unblock,
	  { DOMAIN_NEEDED, REASON } },
	{ 0 },
};
