/* SPDX-License-Identifier: MIT */
#include "muc/occupant.h"

#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "xmpp/stanza.h"

const char *occupant_nick(const struct occupant *o)
{
	return jid_resource(o->jid);
}

const char *occupant_bare(const struct occupant *o)
{
	require(!list_is_empty(&o->sessions));
	return jid_bare(list_first(&o->sessions, struct session, node)->jid);
}

size_t occupant_session_count(const struct occupant *o)
{
	const struct session *s;
	size_t count = 0;

	list_each(s, &o->sessions, node)
		count++;
	return count;
}

void occupant_forget_presence(struct occupant *o)
{
	for (int i = 0; i < OCCUPANT_VIEWS; i++)
		frozen_unref(&o->presence[i]);
}

void occupant_choose_shown(struct occupant *o)
{
	struct session *s, *best = o->shown;

	list_each(s, &o->sessions, node)
		if (!best || s->priority > best->priority)
			best = s;
	if (best == o->shown)
		return;
	o->shown = best;
	occupant_forget_presence(o);
}

struct session *session_new(const struct jid *jid, const char *presence,
			    int priority, int64_t joined)
{
	struct session *s = mem_new(struct session);

	list_init(&s->node);
	s->jid = jid_copy(jid);
	s->presence = str_dup(presence);
	s->priority = priority;
	s->joined = joined;
	return s;
}

void session_free(struct session **s)
{
	if (!*s)
		return;
	jid_free(&(*s)->jid);
	mem_free(&(*s)->presence);
	mem_free(s);
}
