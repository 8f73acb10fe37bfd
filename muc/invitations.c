/* SPDX-License-Identifier: MIT */
#include "muc/invitations.h"

#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"

void invitations_init(struct invitations *v)
{
	list_init(&v->items);
	v->count = 0;
}

static void drop(struct invitations *v, struct invitation *i)
{
	list_remove(&i->node);
	v->count--;
	mem_free(&i->id);
	jid_free(&i->inviter);
	jid_free(&i->invitee);
	mem_free(&i);
}

void invitations_fini(struct invitations *v)
{
	struct invitation *i, *next;

	list_each_safe(i, next, &v->items, node)
		drop(v, i);
}

void invitations_add(struct invitations *v, const char *id,
		     const struct jid *inviter, const struct jid *invitee,
		     int64_t now)
{
	struct invitation *i = mem_new(struct invitation);

	i->id = str_dup(id);
	i->inviter = jid_copy(inviter);
	i->invitee = jid_to_bare(invitee);
	i->at = now;
	list_add_tail(&v->items, &i->node);
	v->count++;
	if (v->count > INVITATIONS_MAX)
		drop(v, list_first(&v->items, struct invitation, node));
}

size_t invitations_count_of(const struct invitations *v,
			    const struct jid *inviter, int64_t now)
{
	const struct invitation *i;
	size_t count = 0;

	list_each(i, &v->items, node)
		if (now - i->at < INVITATIONS_HOUR &&
		    jid_equal_bare(i->inviter, inviter))
			count++;
	return count;
}

struct invitation *invitations_find(const struct invitations *v,
				    const struct jid *inviter,
				    const struct jid *invitee)
{
	struct invitation *i, *found = NULL;

	list_each(i, &v->items, node)
		if (!i->is_answered && jid_equal_bare(i->inviter, inviter) &&
		    jid_equal_bare(i->invitee, invitee))
			found = i;
	return found;
}

struct invitation *invitations_find_id(const struct invitations *v,
				       const char *id,
				       const struct jid *invitee)
{
	struct invitation *i;

	list_each(i, &v->items, node)
		if (id && !i->is_answered && str_equal(i->id, id) &&
		    jid_equal_bare(i->invitee, invitee))
			return i;
	return NULL;
}
