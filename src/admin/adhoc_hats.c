/* SPDX-License-Identifier: MIT */
/*
 * adhoc_hats: the commands of XEP-0317 at a room, under the names and with the
 * fields that it gives them.
 *
 * Thread: conference loop.
 */
#include "admin/adhoc_node.h"

#include "base/mem.h"
#include "base/str.h"
#include "muc/audit.h"
#include "muc/hats.h"
#include "xml/elem.h"
#include "xmpp/form.h"
#include "xmpp/ns.h"

#define NODE "urn:xmpp:hats:commands:"
#define FORM_TYPE "urn:xmpp:hats:commands"

static struct elem *open_form(struct elem *command, const char *title,
			      const char *instructions)
{
	return form_add_titled(command, FORM_TYPE, title, instructions);
}

static struct elem *add_needed(struct elem *form, const char *var,
			       const char *type, const char *label)
{
	struct elem *field = form_add_field(form, var, type, label, NULL);

	elem_add(field, "required", NULL);
	return field;
}

static void end_with(struct adhoc_call *call, enum hats_result result)
{
	if (result == HATS_SAME)
		adhoc_end(call, "unchanged", hats_result_text(result));
	else
		adhoc_end(call, hats_result_word(result),
			  hats_result_word(result) ? hats_result_text(result)
						   : NULL);
}

static void note(struct adhoc_call *call, enum hats_result result,
		 const char *act, const char *uri)
{
	if (result == HATS_DONE)
		muc_audit(call->admin->muc, call->room, adhoc_by(call), act,
			  NULL, NULL, uri);
	end_with(call, result);
}

/* ---- create, destroy ---- */

static void add_create(const struct adhoc_call *call, struct elem *command)
{
	struct elem *form = open_form(command, "Creating a Hat",
				      "Fill out this form to create a hat, or "
				      "to change one.");

	(void)call;
	add_needed(form, "hats#title", "text-single", "Hat Title");
	add_needed(form, "hats#uri", "text-single", "Hat URI");
	form_add_field(form, "hats#hue", "text-single", "Hat Hue", NULL);
}

static void run_create(struct adhoc_call *call, const struct elem *form)
{
	char *title = adhoc_value(form, "hats#title", ' ');
	char *uri = adhoc_value(form, "hats#uri", ' ');
	char *hue = adhoc_value(form, "hats#hue", ' ');

	if (title && uri)
		note(call,
		     muc_hat_make(call->admin->muc, call->room, uri, title, hue,
				  adhoc_by(call)),
		     "hat-make", uri);
	else
		adhoc_end(call, "bad-argument",
			  "A hat needs a title and a URI.");
	mem_free(&hue);
	mem_free(&uri);
	mem_free(&title);
}

/** A choice of hats that is being made. */
struct choice {
	struct elem *field;
	bool own_only; /* none of the house */
};

static void add_option(void *owner, const struct hat_view *view)
{
	const struct choice *c = owner;

	if (!c->own_only || !view->name)
		form_add_option(c->field, view->title, view->uri);
}

static void add_choice(const struct adhoc_call *call, struct elem *form,
		       bool own_only)
{
	struct choice c = { add_needed(form, "hats#uri", "list-single",
				       "The role"),
			    own_only };

	(void)muc_hats_each(call->admin->muc, call->room, add_option, &c);
}

static void add_destroy(const struct adhoc_call *call, struct elem *command)
{
	add_choice(call,
		   open_form(command, "Destroying a Hat",
			     "Nobody wears it any more then. The hats of the "
			     "house stay."),
		   true);
}

static void run_destroy(struct adhoc_call *call, const struct elem *form)
{
	char *uri = adhoc_value(form, "hats#uri", ' ');

	if (!uri) /* as an example of the XEP calls it */
		uri = adhoc_value(form, "hat", ' ');
	if (uri)
		note(call,
		     muc_hat_destroy(call->admin->muc, call->room, uri,
				     adhoc_by(call)),
		     "hat-destroy", uri);
	else
		adhoc_end(call, "bad-argument", "Which hat?");
	mem_free(&uri);
}

/* ---- assign, unassign: the commands of the table ---- */

static void add_assign(const struct adhoc_call *call, struct elem *command)
{
	struct elem *form =
		open_form(command, call->kind.name, "Whose hat, and which?");

	add_needed(form, "hats#jid", "jid-single", "User Address");
	add_choice(call, form, false);
}

static void run_assign(struct adhoc_call *call, const struct elem *form)
{
	char *jid = adhoc_value(form, "hats#jid", ' ');
	char *uri = adhoc_value(form, "hats#uri", ' ');
	const struct command_value args[] = {
		{ .name = "room", .text = call->room },
		{ .name = "jid", .text = jid },
		{ .name = "hat", .text = uri },
	};

	if (jid && uri)
		adhoc_form_run(call, command_find(call->kind.data), args,
			       array_len(args));
	else
		adhoc_end(call, "bad-argument", "Whose hat, and which?");
	mem_free(&uri);
	mem_free(&jid);
}

/* ---- list, list-assigned ---- */

static void row_hat(void *owner, const struct hat_view *view)
{
	const struct command_value values[] = {
		{ .name = "hats#title", .text = view->title },
		{ .name = "hats#uri", .text = view->uri },
		{ .name = "hats#hue", .text = view->hue ? view->hue : "" },
		{ .name = "hats#jid", .text = view->jid },
	};

	adhoc_row(owner, values, view->jid ? 4 : 3);
}

static void run_list(struct adhoc_call *call, const struct elem *form)
{
	bool is_there =
		muc_hats_each(call->admin->muc, call->room, row_hat, call);

	(void)form;
	end_with(call, is_there ? HATS_DONE : HATS_NO_ROOM);
}

static void run_list_assigned(struct adhoc_call *call, const struct elem *form)
{
	bool is_there =
		muc_hats_worn(call->admin->muc, call->room, row_hat, call);

	(void)form;
	end_with(call, is_there ? HATS_DONE : HATS_NO_ROOM);
}

/* Who wears what is told with real addresses: to those who see them. */
static const struct adhoc_node nodes[] = {
	{ NODE "create", "Create or update a hat", ADHOC_AT_ROOM, COMMAND_CHAIR,
	  add_create, run_create, NULL },
	{ NODE "destroy", "Destroy a hat", ADHOC_AT_ROOM, COMMAND_CHAIR,
	  add_destroy, run_destroy, NULL },
	{ NODE "list", "Hats List", ADHOC_AT_ROOM, COMMAND_ANYONE, NULL,
	  run_list, NULL },
	{ NODE "assign", "Assign a hat", ADHOC_AT_ROOM, COMMAND_CHAIR,
	  add_assign, run_assign, "hats give" },
	{ NODE "unassign", "Unassign a hat", ADHOC_AT_ROOM, COMMAND_CHAIR,
	  add_assign, run_assign, "hats take" },
	{ NODE "list-assigned", "Assigned Hats List", ADHOC_AT_ROOM,
	  COMMAND_CHAIR, NULL, run_list_assigned, NULL },
};

const struct adhoc_node *adhoc_hats_get(size_t i)
{
	return i < array_len(nodes) ? &nodes[i] : NULL;
}
