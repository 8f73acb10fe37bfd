/* SPDX-License-Identifier: MIT */
#include "muc/reconfigure.h"

#include "base/buf.h"
#include "base/rand.h"
#include "jid/jid.h"
#include "muc/leave.h"
#include "muc/persist.h"
#include "muc/presence.h"
#include "muc/room.h"
#include "muc/room_field.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

/* People whose addresses are shown at once when a room becomes non-anonymous:
 * all to all is a square. Beyond it they show at the next presence. */
#define SHOW_AT_ONCE 300

enum { CODES_MAX = 4 };

struct codes {
	const char *code[CODES_MAX];
	size_t count;
};

static void add(struct codes *c, bool is_true, const char *code)
{
	if (is_true)
		c->code[c->count++] = code;
}

/* Does anything differ that has no code of its own? */
static bool is_other(const struct room_config *a, const struct room_config *b)
{
	const struct room_field *f;

	for (size_t i = 0; (f = room_field_get(i)); i++)
		if (f->made != HAND_STORE && f->kind != FIELD_WHOIS &&
		    f->offset != offsetof(struct room_config, is_logged) &&
		    !room_field_is_same(f, a, b))
			return true;
	return false;
}

static struct codes find_codes(const struct room_config *before,
			       const struct room_config *now)
{
	struct codes c = { .count = 0 };

	add(&c, is_other(before, now), "104");
	if (before->is_logged != now->is_logged)
		add(&c, true, now->is_logged ? "170" : "171");
	if (before->shows_jids != now->shows_jids)
		add(&c, true, now->shows_jids ? "172" : "173");
	return c;
}

static void say(struct room *r, const struct codes *c)
{
	char id[RAND_ID_SIZE];
	struct frozen *f;
	struct elem *e, *x;

	rand_id(id);
	e = stanza_elem_new(STANZA_MESSAGE, "groupchat", r->jid, id);
	x = elem_add(e, "x", NS_MUC_USER);
	for (size_t i = 0; i < c->count; i++)
		elem_set_attr(elem_add(x, "status", NULL), "code", c->code[i]);
	f = frozen_new(e);
	elem_free(&e);
	room_send_to(r, f, ROSTER_ALL, 0);
	frozen_unref(&f);
}

void reconfigure_say_changed(struct room *r)
{
	say(r, &(struct codes){ { "104" }, 1 });
}

/* #roomconfig: those who are no members have to go. */
static void remove_strangers(struct room *r)
{
	const struct presence_note note = { .codes = { 322 } };
	struct occupant *o, *next;
	struct leave_party party;

	leave_party_init(&party);
	list_each_safe(o, next, &r->roster.occupants, node)
		if (!privilege_is_given(PRIVILEGE_BE_INSIDE, ROLE_NONE,
					o->affiliation))
			leave_take_out(r, o, &party);
	leave_see_off(r, &party, &note);
}

static void show_again(struct room *r, const struct room_config *before)
{
	bool shows_more = r->config.shows_jids && !before->shows_jids &&
			  roster_occupant_count(&r->roster) <= SHOW_AT_ONCE;
	struct occupant *o;

	if (!shows_more && r->config.broadcast == before->broadcast)
		return;
	list_each(o, &r->roster.occupants, node)
		if (shows_more || presence_is_stale(r, o))
			presence_show(r, o, NULL);
}

void reconfigure_take(struct room *r, struct room_config *config)
{
	/* what was said before was not said under real addresses; the first
	 * configuration is not a change */
	if (config->shows_jids && !r->config.shows_jids && !r->config.is_locked)
		config->jids_since = site_now(r->site);
	room_config_fini(&r->config);
	r->config = *config;
	*config = (struct room_config){ 0 };
	persist_room(r);
}

void reconfigure_tell(struct room *r, const struct room_config *before)
{
	struct codes codes = find_codes(before, &r->config);

	/* nobody else was in it before it was configured */
	if (codes.count && !before->is_locked)
		say(r, &codes);
	if (r->config.is_members_only && !before->is_members_only)
		remove_strangers(r);
	show_again(r, before);
	leave_check_empty(r);
}
