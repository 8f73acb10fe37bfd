/* SPDX-License-Identifier: MIT */
/*
 * adhoc_alias: commands of the table under the names that XEP-0133 gives them,
 * for clients that look for those. Of it only what makes sense for a service
 * without accounts.
 *
 * Thread: conference loop.
 */
#include "admin/adhoc_node.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/bans.h"
#include "muc/muc.h"
#include "xml/elem.h"
#include "xmpp/form.h"
#include "xmpp/ns.h"

#define NODE "http://jabber.org/protocol/admin#"
#define FORM_TYPE "http://jabber.org/protocol/admin"
#define TEXT "announcement"

static struct elem *open_form(const struct adhoc_call *call,
			      struct elem *command)
{
	return form_add_titled(command, FORM_TYPE, call->kind.name,
			       "Fill out this form.");
}

/* Runs the command with one text. */
static void run_with(struct adhoc_call *call, const char *command,
		     const char *argument, const char *text)
{
	const struct command_value arg = { .name = argument, .text = text };

	adhoc_form_run(call, command_find(command), &arg, text ? 1 : 0);
}

/* ---- announce ---- */

static void add_announce(const struct adhoc_call *call, struct elem *command)
{
	struct elem *field = form_add_field(open_form(call, command), TEXT,
					    "text-multi", "Announcement", NULL);

	elem_add(field, "required", NULL);
}

static void run_announce(struct adhoc_call *call, const struct elem *form)
{
	char *text = adhoc_value(form, TEXT, '\n');

	if (text)
		run_with(call, "announce", "text", text);
	else
		adhoc_end(call, "bad-argument", "The announcement is empty.");
	mem_free(&text);
}

/* ---- shut down ---- */

static void add_shutdown(const struct adhoc_call *call, struct elem *command)
{
	struct elem *form = open_form(call, command);
	struct elem *field =
		form_add_field(form, "delay", "list-single",
			       "Time delay before shutting down", "0");

	form_add_option(field, "none", "0");
	form_add_field(form, TEXT, "text-multi",
		       "Announcement; with one, everybody is sent away", NULL);
}

static void run_shutdown(struct adhoc_call *call, const struct elem *form)
{
	char *delay = adhoc_value(form, "delay", ' ');
	char *text = adhoc_value(form, TEXT, '\n');

	if (!form || (delay && !str_equal(delay, "0")))
		adhoc_end(call, "bad-argument",
			  "The service ends at once, or not at all.");
	else
		run_with(call, "stop", "farewell", text);
	mem_free(&text);
	mem_free(&delay);
}

/* ---- who is kept out of the whole service ---- */

#define LIST "blacklistjids"

static void add_banned(void *owner, const struct ban *ban)
{
	form_add_value(owner, ban->key);
}

static void add_blacklist(const struct adhoc_call *call, struct elem *command)
{
	struct elem *field =
		form_add_field(open_form(call, command), LIST, "jid-multi",
			       "People and domains kept out", NULL);

	muc_bans_each(call->admin->muc, add_banned, field);
}

/** The list as it is to be, and what is to go. */
struct blacklist {
	struct map *wanted; /* owned; normalised key -> anything */
	struct map *gone;   /* owned */
	size_t failed;
};

static void find_gone(void *owner, const struct ban *ban)
{
	static char there;
	struct blacklist *b = owner;

	if (map_get(b->wanted, ban->key)) /* stays: no news */
		map_steal(b->wanted, ban->key);
	else
		map_add(b->gone, ban->key, &there);
}

/* False: one of them is no address. */
static bool read_blacklist(const struct elem *field, struct blacklist *b)
{
	static char there;
	const struct elem *value;

	for (value = elem_child(field, "value", NS_DATA_FORM); value;
	     value = elem_next(value, "value", NS_DATA_FORM)) {
		struct jid *jid =
			*elem_text(value) ? jid_parse(elem_text(value)) : NULL;

		if (!jid && *elem_text(value))
			return false;
		if (jid && !map_get(b->wanted, jid_bare(jid)))
			map_add(b->wanted, jid_bare(jid), &there);
		jid_free(&jid);
	}
	return true;
}

static void apply_blacklist(const struct adhoc_call *call, struct blacklist *b)
{
	struct muc *m = call->admin->muc;
	struct map_cursor cursor;

	muc_bans_each(m, find_gone, b);
	map_begin(b->gone, &cursor);
	while (map_next(&cursor))
		b->failed += muc_unban(m, cursor.key, NULL, adhoc_by(call)) !=
			     BANS_DONE;
	map_begin(b->wanted, &cursor);
	while (map_next(&cursor))
		b->failed += muc_ban(m, cursor.key, NULL, adhoc_by(call)) !=
			     BANS_DONE;
}

static void run_blacklist(struct adhoc_call *call, const struct elem *form)
{
	const struct elem *field = form ? form_field(form, LIST) : NULL;
	struct blacklist b = { .wanted = map_new(), .gone = map_new() };
	bool is_good = field && read_blacklist(field, &b);

	if (is_good)
		apply_blacklist(call, &b);
	map_free(&b.wanted, NULL);
	map_free(&b.gone, NULL);
	if (!is_good)
		adhoc_end(call, "bad-argument",
			  "Whom to keep out is a list of addresses.");
	else if (b.failed)
		adhoc_end(call, "failed", "Not all of it could be done.");
	else
		adhoc_end(call, NULL, NULL);
}

/* ---- numbers ---- */

static void run_online(struct adhoc_call *call, const struct elem *form)
{
	struct elem *table = form_add(call->command, "result", FORM_TYPE);
	char *text = str_format("%zu", muc_occupant_count(call->admin->muc));

	(void)form;
	form_add_field(table, "onlineusersnum", "text-single",
		       "The number of online users", text);
	mem_free(&text);
	call->table.form = table;
	adhoc_end(call, NULL, NULL);
}

static const struct adhoc_node nodes[] = {
	{ NODE "announce", "Send an announcement to everybody in rooms",
	  ADHOC_AT_SERVICE, COMMAND_OPERATOR, add_announce, run_announce,
	  NULL },
	{ NODE "edit-blacklist", "Edit who is kept out of all rooms",
	  ADHOC_AT_SERVICE, COMMAND_OPERATOR, add_blacklist, run_blacklist,
	  NULL },
	{ NODE "get-online-users-num", "Get the number of clients in rooms",
	  ADHOC_AT_SERVICE, COMMAND_OPERATOR, NULL, run_online, NULL },
	{ NODE "shutdown", "Shut down the service", ADHOC_AT_SERVICE,
	  COMMAND_OPERATOR, add_shutdown, run_shutdown, NULL },
};

const struct adhoc_node *adhoc_alias_get(size_t i)
{
	return i < array_len(nodes) ? &nodes[i] : NULL;
}
