/* SPDX-License-Identifier: MIT */
/*
 * adhoc_room: a room's configuration as a command. Chairs change what belongs to
 * a session: moderation, slow mode, private messages, the subject.
 *
 * Thread: conference loop.
 */
#include "admin/adhoc_node.h"

#include "base/mem.h"
#include "base/str.h"
#include "muc/configure.h"
#include "xml/elem.h"
#include "xmpp/ns.h"

static void add_form(const struct adhoc_call *call, struct elem *command)
{
	(void)configure_add_form(call->admin->muc, call->room,
				 call->affiliation, call->is_operator, command);
}

static void end_bad(struct adhoc_call *call, const char *label)
{
	char *text = str_format("This cannot be set so: %s", label);

	adhoc_end(call, "bad-argument", text);
	mem_free(&text);
}

static void run(struct adhoc_call *call, const struct elem *form)
{
	const char *fault = NULL;

	if (!form) {
		adhoc_end(call, "bad-argument", "The form is missing.");
		return;
	}
	switch (configure_take(call->admin->muc, call->room, call->affiliation,
			       call->is_operator, adhoc_by(call), form,
			       &fault)) {
	case CONFIGURE_DONE:
		adhoc_end(call, NULL, "The room is configured.");
		break;
	case CONFIGURE_SAME:
		adhoc_end(call, "unchanged", "Nothing changed.");
		break;
	case CONFIGURE_NO_ROOM:
		adhoc_end(call, "not-found", "The room is gone.");
		break;
	case CONFIGURE_BAD:
		end_bad(call, fault);
		break;
	case CONFIGURE_BEHIND:
		adhoc_end(call, "busy",
			  "The record of this room is behind; "
			  "try again soon.");
		break;
	}
}

static const struct adhoc_node nodes[] = {
	{ "configure", "Configure this room", ADHOC_AT_ROOM, COMMAND_CHAIR,
	  add_form, run, NULL },
};

const struct adhoc_node *adhoc_room_get(size_t i)
{
	return i < array_len(nodes) ? &nodes[i] : NULL;
}
