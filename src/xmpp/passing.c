/* SPDX-License-Identifier: MIT */
#include "xmpp/passing.h"

#include "base/str.h"
#include "xml/elem.h"
#include "xmpp/ns.h"

static bool has_status(const struct elem *presence)
{
	const struct elem *x = elem_child(presence, "x", NS_MUC_USER);

	return x && elem_child(x, "status", NS_MUC_USER);
}

/* Stamps and hints beside it say nothing of their own. */
static bool is_only_chat_state(const struct elem *message)
{
	static const char *const beside[] = {
		NS_HINTS,
		NS_OCCUPANT_ID,
		NS_STANZA_ID,
	};
	const struct elem *child = elem_child(message, NULL, NULL);
	bool has_state = false;

	for (; child; child = elem_next(child, NULL, NULL)) {
		bool is_known = elem_is(child, NULL, NS_CHAT_STATES);

		has_state |= is_known;
		for (size_t i = 0; i < array_len(beside); i++)
			is_known |= elem_is(child, NULL, beside[i]);
		if (!is_known)
			return false;
	}
	return has_state;
}

enum passing passing_of(const struct elem *e, enum stanza_kind kind,
			enum stanza_type type)
{
	if (kind == STANZA_PRESENCE && type == STANZA_AVAILABLE &&
	    !has_status(e))
		return PASSING_PRESENCE;
	if (kind == STANZA_MESSAGE && type != STANZA_ERROR &&
	    is_only_chat_state(e))
		return PASSING_CHAT_STATE;
	return PASSING_NOT;
}
