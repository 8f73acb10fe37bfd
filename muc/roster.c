/* SPDX-License-Identifier: MIT */
#include "muc/roster.h"

#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/confusable.h"
#include "jid/jid.h"
#include "xmpp/envelope.h"

void roster_init(struct roster *r)
{
	*r = (struct roster){ 0 };
	r->by_key = map_new();
	r->by_jid = map_new();
	list_init(&r->occupants);
}

static bool is_of(enum role role, enum roster_audience which)
{
	switch (which) {
	case ROSTER_MODERATORS:
		return role == ROLE_MODERATOR;
	case ROSTER_OTHERS:
		return role != ROLE_MODERATOR;
	case ROSTER_ALL:
	case ROSTER_AUDIENCES:
		break;
	}
	return true;
}

/* Of the audiences that were asked for once. */
static void audience_enter(struct roster *r, const struct occupant *o,
			   const struct session *s)
{
	for (int i = 0; i < ROSTER_AUDIENCES; i++) {
		if (r->audience[i] && is_of(o->role, (enum roster_audience)i))
			audience_add(r->audience[i], s->jid, o->number);
	}
}

static void audience_leave(struct roster *r, const struct session *s)
{
	for (int i = 0; i < ROSTER_AUDIENCES; i++) {
		if (r->audience[i])
			audience_remove(r->audience[i], s->jid);
	}
}

void roster_free_occupant(struct occupant **o)
{
	struct session *s, *tmp;

	if (!*o)
		return;
	list_each_safe(s, tmp, &(*o)->sessions, node) {
		list_remove(&s->node);
		session_free(&s);
	}
	occupant_forget_presence(*o);
	jid_free(&(*o)->jid);
	mem_free(&(*o)->key);
	mem_free(&(*o)->look);
	mem_free(o);
}

void roster_fini(struct roster *r)
{
	struct occupant *o, *tmp;

	for (int i = 0; i < ROSTER_AUDIENCES; i++)
		audience_free(&r->audience[i]);
	list_each_safe(o, tmp, &r->occupants, node) {
		list_remove(&o->node);
		roster_free_occupant(&o);
	}
	map_free(&r->by_key, NULL);
	map_free(&r->by_jid, NULL);
}

size_t roster_occupant_count(const struct roster *r)
{
	return map_count(r->by_key);
}

size_t roster_session_count(const struct roster *r)
{
	return map_count(r->by_jid);
}

struct occupant *roster_find_key(const struct roster *r, const char *key)
{
	return map_get(r->by_key, key);
}

struct session *roster_find_session(const struct roster *r,
				    const struct jid *full)
{
	return map_get(r->by_jid, jid_text(full));
}

struct audience *roster_get_audience(struct roster *r,
				     enum roster_audience which)
{
	struct audience *a;
	const struct occupant *o;
	const struct session *s;

	if (r->audience[which])
		return r->audience[which];
	a = audience_new();
	list_each(o, &r->occupants, node) {
		if (!is_of(o->role, which))
			continue;
		list_each(s, &o->sessions, node)
			audience_add(a, s->jid, o->number);
	}
	r->audience[which] = a;
	return a;
}

struct occupant *roster_add_occupant(struct roster *r, const char *key,
				     const struct jid *jid)
{
	struct occupant *o = mem_new(struct occupant);

	o->number = ++r->last_number;
	if (!o->number)
		o->number = ++r->last_number;
	o->key = str_dup(key);
	o->jid = jid_copy(jid);
	o->look = confusable_make(jid_resource(jid));
	list_init(&o->sessions);
	map_add(r->by_key, key, o);
	list_add_tail(&r->occupants, &o->node);
	return o;
}

void roster_add_session(struct roster *r, struct occupant *o,
			struct session *owned)
{
	owned->occupant = o;
	list_add_tail(&o->sessions, &owned->node);
	map_add(r->by_jid, jid_text(owned->jid), owned);
	occupant_choose_shown(o);
	audience_enter(r, o, owned);
}

/* The session is out of its occupant, who may now be without any. */
static struct occupant *leave_occupant(struct roster *r, struct occupant *o,
				       const struct session *s)
{
	if (o->shown == s) {
		o->shown = NULL;
		occupant_choose_shown(o);
	}
	if (!list_is_empty(&o->sessions))
		return NULL;
	map_steal(r->by_key, o->key);
	list_remove(&o->node);
	return o;
}

struct occupant *roster_take_session(struct roster *r, struct session *s)
{
	list_remove(&s->node);
	map_steal(r->by_jid, jid_text(s->jid));
	audience_leave(r, s);
	return leave_occupant(r, s->occupant, s);
}

struct occupant *roster_move_session(struct roster *r, struct session *s,
				     struct occupant *to)
{
	struct occupant *from = s->occupant;

	require(from != to);
	list_remove(&s->node);
	list_add_tail(&to->sessions, &s->node);
	s->occupant = to;
	audience_leave(r, s);
	audience_enter(r, to, s);
	occupant_choose_shown(to);
	return leave_occupant(r, from, s);
}

void roster_rename(struct roster *r, struct occupant *o, const char *key,
		   const struct jid *jid)
{
	map_steal(r->by_key, o->key);
	str_set(&o->key, key);
	jid_set(&o->jid, jid);
	mem_free(&o->look);
	o->look = confusable_make(jid_resource(jid));
	map_add(r->by_key, key, o);
	occupant_forget_presence(o);
}

void roster_set_role(struct roster *r, struct occupant *o, enum role role)
{
	o->role = role;
	audience_free(&r->audience[ROSTER_MODERATORS]);
	audience_free(&r->audience[ROSTER_OTHERS]);
	occupant_forget_presence(o);
}
