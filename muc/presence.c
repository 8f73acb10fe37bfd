/* SPDX-License-Identifier: MIT */
#include "muc/presence.h"

#include "base/buf.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/persist.h"
#include "muc/room.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xml/parser.h"
#include "xml/write.h"
#include "xmpp/envelope.h"
#include "xmpp/mark.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

/* ---- what comes in ---- */

/* Joins and passwords are for the room; a nick tells who somebody is
 * elsewhere (XEP-0172), which a semi-anonymous room keeps to itself. */
static bool is_for_others(const struct room *r, const struct elem *child)
{
	if (elem_is(child, NULL, NS_MUC) || elem_is(child, "error", NULL))
		return false;
	/* XEP-0489: what a server tells us of its user is for us */
	if (elem_is(child, NULL, NS_ACCOUNT))
		return false;
	return r->config.shows_jids || !elem_is(child, NULL, NS_NICK);
}

struct elem *presence_read(const struct room *r, struct stanza *stanza)
{
	struct elem *payload = elem_new("presence", NS_SERVER), *child;

	mark_strip(stanza->elem, r->jid);
	elem_set_attr(payload, "xml:lang", stanza_lang(stanza));
	for (child = elem_child(stanza->elem, NULL, NULL); child;
	     child = elem_next(child, NULL, NULL))
		if (is_for_others(r, child))
			elem_add_copy(payload, child);
	return payload;
}

char *presence_write(const struct elem *payload)
{
	struct buf out = { 0 };

	write_elem(&out, payload, NS_SERVER);
	return buf_steal_str(&out);
}

struct elem *presence_parse(const char *text)
{
	struct elem *e = NULL;

	if (text)
		e = parser_read(text, strlen(text), NS_SERVER);
	return e ? e : elem_new("presence", NS_SERVER);
}

void presence_memo_fini(struct presence_memo *m)
{
	mem_free(&m->text);
	elem_free(&m->payload);
}

void presence_memo_give(struct presence_memo *m, const char *text,
			struct elem *owned)
{
	if (m->payload && str_equal(m->text, text)) {
		elem_free(&owned);
		return;
	}
	presence_memo_fini(m);
	m->text = str_dup(text);
	m->payload = owned;
}

const struct elem *presence_recall(const struct room *r, const char *text)
{
	struct presence_memo *m = &r->site->memo;

	if (!m->payload || !str_equal(m->text, text))
		presence_memo_give(m, text, presence_parse(text));
	return m->payload;
}

int presence_priority(const struct elem *payload)
{
	const char *text = elem_child_text(payload, "priority", NS_SERVER);
	int64_t value = 0;

	if (text && str_to_int64(text, -128, 127, &value))
		value = 0;
	return (int)value;
}

int presence_read_priority(const char *payload)
{
	struct elem *e = presence_parse(payload);
	int priority = presence_priority(e);

	elem_free(&e);
	return priority;
}

bool presence_take(struct room *r, struct session *s, struct stanza *stanza)
{
	struct occupant *o = s->occupant;
	struct elem *payload = presence_read(r, stanza);
	char *text = presence_write(payload);
	bool is_same = str_equal(text, s->presence);

	mem_free(&s->presence);
	s->presence = text;
	s->priority = presence_priority(payload);
	presence_memo_give(&r->site->memo, text, payload);
	if (is_same)
		return false;
	persist_session(r, s, false);
	/* the latest word counts, unless another client has precedence */
	if (o->shown != s && s->priority < o->shown->priority)
		return false;
	o->shown = s;
	occupant_choose_shown(o);
	occupant_forget_presence(o);
	return true;
}

/* ---- building ---- */

static void add_code(struct elem *x, unsigned code)
{
	char text[] = "000";

	require(code < 1000);
	for (size_t i = 3; i-- > 0; code /= 10)
		text[i] = (char)('0' + code % 10);
	elem_set_attr(elem_add(x, "status", NULL), "code", text);
}

/* The codes in rising order, 110 among them for the occupant's own clients. */
static void add_codes(struct elem *x, const struct presence_note *note,
		      bool is_self)
{
	for (size_t i = 0; note && i < PRESENCE_CODES && note->codes[i]; i++) {
		if (is_self && note->codes[i] > 110) {
			add_code(x, 110);
			is_self = false;
		}
		add_code(x, note->codes[i]);
	}
	if (is_self)
		add_code(x, 110);
}

static void add_item(struct elem *x, const struct occupant *o, enum role role,
		     const struct jid *real, const struct presence_note *note)
{
	struct elem *item = elem_add(x, "item", NULL);

	elem_set_attr(item, "affiliation", affiliation_text(o->affiliation));
	if (real)
		elem_set_attr(item, "jid", jid_text(real));
	elem_set_attr(item, "role", role_text(role));
	if (!note)
		return;
	elem_set_attr(item, "nick", note->new_nick);
	if (note->actor)
		elem_set_attr(elem_add(item, "actor", NULL), "nick",
			      note->actor);
	if (note->reason)
		elem_add_with_text(item, "reason", NULL, note->reason);
}

static void add_text(struct elem *parent, const char *name,
		     const struct elem *from)
{
	const char *text = elem_child_text(from, name, NULL);

	if (text)
		elem_add_with_text(parent, name, NULL, text);
}

/* XEP-0045 #destroyroom */
static void add_destroy(struct elem *x, const struct elem *wish)
{
	struct elem *destroy = elem_add(x, "destroy", NULL);

	elem_set_attr(destroy, "jid", elem_attr(wish, "jid"));
	add_text(destroy, "reason", wish);
	add_text(destroy, "password", wish);
}

/** All that a presence from the room is made of. */
struct draft {
	const struct room *room;
	const struct occupant *occupant;
	const struct elem *payload;       /* or NULL */
	const struct jid *real;           /* shown JID, or NULL */
	const struct presence_note *note; /* or NULL */
	const char *id;                   /* or NULL: a new one */
	enum role role;
	bool is_gone;
	bool is_self;
};

static struct elem *build(const struct draft *d)
{
	char id[RAND_ID_SIZE];
	struct elem *e, *x, *child;

	if (!d->id)
		rand_id(id);
	e = stanza_elem_new(STANZA_PRESENCE, d->is_gone ? "unavailable" : NULL,
			    d->occupant->jid, d->id ? d->id : id);
	if (d->payload) {
		elem_set_attr(e, "xml:lang", elem_attr(d->payload, "xml:lang"));
		for (child = elem_child(d->payload, NULL, NULL); child;
		     child = elem_next(child, NULL, NULL))
			elem_add_copy(e, child);
	}
	mark_add_occupant_id(e, d->occupant->id);
	if (!d->is_gone)
		hat_list_add(&d->room->hats, d->room->config.hats,
			     occupant_bare(d->occupant), e);
	x = elem_add(e, "x", NS_MUC_USER);
	add_item(x, d->occupant, d->role, d->real, d->note);
	add_codes(x, d->note, d->is_self);
	if (d->note && d->note->destroy)
		add_destroy(x, d->note->destroy);
	return e;
}

static enum occupant_view view_of(const struct room *r,
				  const struct occupant *watcher)
{
	return room_may(r, watcher, PRIVILEGE_SEE_JIDS) ? OCCUPANT_WITH_JID
							: OCCUPANT_PLAIN;
}

/* The occupant's presence as others see it, frozen once; borrowed. */
static struct frozen *get_frozen(const struct room *r, struct occupant *o,
				 enum occupant_view view)
{
	struct elem *e;

	if (o->presence[view])
		return o->presence[view];
	e = build(&(struct draft){
		.room = r,
		.occupant = o,
		.payload = presence_recall(r, o->shown->presence),
		.real = view == OCCUPANT_WITH_JID ? o->shown->jid : NULL,
		.role = o->role,
	});
	o->presence[view] = frozen_new(e);
	elem_free(&e);
	return o->presence[view];
}

/* ---- sending ---- */

void presence_show_one(struct room *r, struct occupant *o,
		       const struct session *to)
{
	if (o->is_known)
		room_send(r, get_frozen(r, o, view_of(r, to->occupant)), to->jid);
}

void presence_show_roster(struct room *r, const struct session *to)
{
	enum occupant_view view = view_of(r, to->occupant);
	struct frozen *all = frozen_bundle_new(STANZA_PRESENCE);
	struct occupant *o;

	list_each(o, &r->roster.occupants, node)
		if (o != to->occupant && o->is_known)
			frozen_bundle_add(all, get_frozen(r, o, view));
	if (frozen_count(all) > 0)
		room_send(r, all, to->jid);
	frozen_unref(&all);
}

void presence_show_self(struct room *r, struct occupant *o,
			const struct session *to, const char *id,
			const struct presence_note *note)
{
	room_send_elem(r, build(&(struct draft){
		.room = r,
		.occupant = o,
		.payload = presence_recall(r, o->shown->presence),
		.real = to->jid,  /* clients look for their own */
		.note = note,
		.id = id,
		.role = o->role,
		.is_self = true,
	}), to->jid);
}

/* Is anybody there for this form of it? The forms are worth their making. */
static bool has_audience(struct room *r, enum roster_audience who)
{
	return audience_size(roster_get_audience(&r->roster, who)) > 0;
}

static bool is_broadcast(const struct room *r, const struct occupant *o)
{
	return r->config.broadcast & (1u << o->role);
}

bool presence_is_stale(const struct room *r, const struct occupant *o)
{
	return o->is_known != is_broadcast(r, o);
}

void presence_restore(const struct room *r, struct occupant *o)
{
	o->is_known = is_broadcast(r, o);
}

/* Their role is from now on none that is shown. */
static void hide(struct room *r, struct occupant *o)
{
	presence_show_gone(r, o, o->shown->jid, ROLE_NONE, NULL, NULL);
	o->is_known = false;
}

static void show_others(struct room *r, struct occupant *o)
{
	if (r->config.shows_jids) {
		room_send_to(r, get_frozen(r, o, OCCUPANT_WITH_JID), ROSTER_ALL,
			     o->number);
	} else {
		if (has_audience(r, ROSTER_MODERATORS))
			room_send_to(r, get_frozen(r, o, OCCUPANT_WITH_JID),
				     ROSTER_MODERATORS, o->number);
		if (has_audience(r, ROSTER_OTHERS))
			room_send_to(r, get_frozen(r, o, OCCUPANT_PLAIN),
				     ROSTER_OTHERS, o->number);
	}
	o->is_known = true;
}

void presence_put_off(struct room *r, struct occupant *o)
{
	o->is_unshown = true;
	r->limits.has_unshown = true;
}

void presence_show_late(struct room *r)
{
	struct occupant *o;

	if (!r->limits.has_unshown)
		return;
	r->limits.has_unshown = false;
	list_each(o, &r->roster.occupants, node) {
		if (!o->is_unshown)
			continue;
		if (room_limits_take(&r->limits, &r->site->limits,
				     occupant_bare(o), LIMIT_PRESENCE, 1,
				     site_now(r->site)))
			presence_show(r, o, o->shown);
		else
			r->limits.has_unshown = true;
	}
}

void presence_show(struct room *r, struct occupant *o,
		   const struct session *but)
{
	struct session *own;

	o->is_unshown = false;
	if (is_broadcast(r, o))
		show_others(r, o);
	else if (o->is_known)
		hide(r, o);
	list_each(own, &o->sessions, node)
		if (own != but)
			presence_show_self(r, o, own, NULL, NULL);
}

static void send_draft(struct room *r, const struct draft *draft,
		      enum roster_audience who)
{
	struct elem *e;
	struct frozen *f;

	if (!has_audience(r, who))
		return;
	e = build(draft);
	f = frozen_new(e);
	elem_free(&e);
	room_send_to(r, f, who, draft->occupant->number);
	frozen_unref(&f);
}

/* To all others in the two forms. */
static void send_both(struct room *r, struct draft *d, const struct jid *real)
{
	if (!r->config.shows_jids)
		send_draft(r, d, ROSTER_OTHERS);
	d->real = real;
	send_draft(r, d,
		   r->config.shows_jids ? ROSTER_ALL : ROSTER_MODERATORS);
}

void presence_show_gone(struct room *r, const struct occupant *o,
			const struct jid *real, enum role role,
			const struct presence_note *note,
			const struct elem *payload)
{
	struct draft d = {
		.room = r,
		.occupant = o,
		.payload = payload,
		.note = note,
		.role = role,
		.is_gone = true,
	};

	if (o->is_known)
		send_both(r, &d, real);
}

void presence_show_gone_self(struct room *r, const struct occupant *o,
			     const struct session *to, enum role role,
			     const struct presence_note *note,
			     const struct elem *payload)
{
	room_send_elem(r, build(&(struct draft){
		.room = r,
		.occupant = o,
		.payload = payload,
		.real = to->jid,
		.note = note,
		.role = role,
		.is_gone = true,
		.is_self = true,
	}), to->jid);
}

void presence_show_change(struct room *r, struct occupant *o,
			  const struct presence_note *note)
{
	struct draft d = {
		.room = r,
		.occupant = o,
		.payload = presence_recall(r, o->shown->presence),
		.note = note,
		.role = o->role,
	};
	const struct session *own;

	if (is_broadcast(r, o)) {
		send_both(r, &d, o->shown->jid);
		o->is_known = true;
	} else if (o->is_known) {
		hide(r, o);
	}
	list_each(own, &o->sessions, node)
		presence_show_self(r, o, own, NULL, note);
}

struct elem *presence_new_kick(const struct jid *from)
{
	const struct presence_note note = {
		.codes = { 307, 333 },
		.reason = "You are not in the room.",
	};
	struct occupant nobody = { .affiliation = AFFILIATION_NONE };
	struct elem *e, *x;

	e = stanza_elem_new(STANZA_PRESENCE, "unavailable", from, NULL);
	x = elem_add(e, "x", NS_MUC_USER);
	add_item(x, &nobody, ROLE_NONE, NULL, &note);
	add_codes(x, &note, true);
	return e;
}
