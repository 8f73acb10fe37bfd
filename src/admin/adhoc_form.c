/* SPDX-License-Identifier: MIT */
/*
 * adhoc_form: a command of the table as a data form and back.
 *
 * Thread: conference loop.
 */
#include "admin/adhoc_node.h"

#include "base/mem.h"
#include "base/str.h"
#include "xml/elem.h"
#include "xmpp/form.h"
#include "xmpp/ns.h"

/* At a room its address needs no field. */
static bool is_implied(const struct adhoc_call *call,
		       const struct command_argument *a)
{
	return call->room && a->type == COMMAND_ROOM &&
	       str_equal(a->name, "room");
}

static const char *field_type(enum command_type type)
{
	switch (type) {
	case COMMAND_FLAG:
		return "boolean";
	case COMMAND_CHOICE:
		return "list-single";
	case COMMAND_JID:
	case COMMAND_JID_OR_DOMAIN:
		return "jid-single";
	case COMMAND_FILE:
		return "text-multi";
	case COMMAND_TEXT:
	case COMMAND_WORD:
	case COMMAND_NUMBER:
	case COMMAND_ROOM:
	case COMMAND_NEW_ROOM:
	case COMMAND_PLACE:
	case COMMAND_DOMAIN:
		break;
	}
	return "text-single";
}

static void add_field(struct elem *form, const struct command_argument *a)
{
	struct elem *field =
		form_add_field(form, a->name, field_type(a->type), a->text,
			       a->type == COMMAND_FLAG ? "0" : NULL);

	if (a->flags & COMMAND_REQUIRED)
		elem_add(field, "required", NULL);
	for (size_t i = 0; a->choices && a->choices[i]; i++)
		form_add_option(field, NULL, a->choices[i]);
}

static void add_form(const struct adhoc_call *call, struct elem *command)
{
	const struct command *c = call->kind.data;
	struct elem *form = form_add_titled(command, NULL, c->name, c->text);

	for (const struct command_argument *a = c->arguments; a->name; a++)
		if (!is_implied(call, a))
			add_field(form, a);
}

void adhoc_form_run(struct adhoc_call *call, const struct command *c,
		    const struct command_value *args, size_t count)
{
	const struct command_reply reply = {
		.owner = call,
		.row = adhoc_row,
		.end = adhoc_end,
	};

	command_run(call->admin, &call->caller, c->name, args, count, &reply);
}

static void run(struct adhoc_call *call, const struct elem *form)
{
	const struct command *c = call->kind.data;
	struct command_value args[COMMAND_ARGUMENTS] = { { 0 } };
	char *texts[COMMAND_ARGUMENTS];
	size_t count = 0;

	for (const struct command_argument *a = c->arguments; a->name; a++) {
		char *text = is_implied(call, a)
				     ? str_dup(call->room)
				     : adhoc_value(form, a->name, '\n');

		if (!text)
			continue;
		texts[count] = text;
		args[count++] =
			(struct command_value){ .name = a->name, .text = text };
	}
	adhoc_form_run(call, c, args, count);
	for (size_t i = 0; i < count; i++)
		mem_free(&texts[i]);
}

/* Words for people at a terminal: what lists the table, and second names. */
static bool is_offered(const struct command *c)
{
	return !str_equal(c->name, "help") &&
	       !str_has_prefix(c->text, "the same as");
}

/* At a room that is all that many commands have to know. */
static bool has_fields(const struct command *c, bool at_room)
{
	const struct command_argument *a = c->arguments;

	while (a->name && at_room && a->type == COMMAND_ROOM &&
	       str_equal(a->name, "room"))
		a++;
	return a->name != NULL;
}

bool adhoc_form_make(const struct command *c, bool at_room,
		     struct adhoc_node *node_out, char **text_out)
{
	if (!is_offered(c))
		return false;
	*text_out = str_dup(c->name);
	for (char *at = *text_out; *at; at++)
		if (*at == ' ')
			*at = '-';
	*node_out = (struct adhoc_node){
		.node = *text_out,
		.name = c->text,
		.places = ADHOC_AT_SERVICE |
			  (command_has_room(c) ? ADHOC_AT_ROOM : 0),
		.right = c->right,
		.add_form = has_fields(c, at_room) ? add_form : NULL,
		.run = run,
		.data = c,
	};
	return true;
}

const char *adhoc_form_word(const struct adhoc_node *node)
{
	const struct command *c = node->run == run ? node->data : NULL;

	return c ? c->name : NULL;
}
