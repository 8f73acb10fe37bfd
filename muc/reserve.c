/* SPDX-License-Identifier: MIT */
#include "muc/reserve.h"

#include "base/str.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/nickname.h"
#include "muc/room.h"
#include "xmpp/stanza.h"

/* #enter-muc: must this person go by another nick? */
static bool is_locked(const struct act *a, const char *nick_key)
{
	const struct affiliation_entry *entry;
	struct nickname own;
	bool is_other;

	if (!a->room->config.locks_nicks)
		return false;
	entry = affiliation_list_find(&a->room->affiliations,
				      jid_bare(a->stanza->from));
	if (!entry || !nickname_make(&own, entry->nick))
		return false;
	is_other = !str_equal(own.key, nick_key);
	nickname_fini(&own);
	return is_other;
}

bool reserve_lets(const struct act *a, const char *nick_key)
{
	if (!affiliation_list_leaves(&a->room->affiliations, nick_key,
				     a->stanza->from)) {
		act_refuse(a, COND_CONFLICT, COND_TYPE_CANCEL,
			   "This nickname is reserved.");
		return false;
	}
	if (is_locked(a, nick_key)) {
		act_refuse(a, COND_NOT_ACCEPTABLE, COND_TYPE_CANCEL,
			   "Here you go by your reserved nickname.");
		return false;
	}
	return true;
}
