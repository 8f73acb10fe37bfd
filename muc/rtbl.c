/* SPDX-License-Identifier: MIT */
#include "muc/rtbl.h"

#include "base/log.h"
#include "base/map.h"
#include "base/mem.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/audit.h"
#include "muc/house.h"
#include "muc/leave.h"
#include "muc/presence.h"
#include "muc/rank.h"
#include "muc/room.h"
#include "xml/elem.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

#define ANSWER_WITHIN 60000	      /* ms */
#define FIRST_PAUSE   60000	      /* ms; doubled with each failure */
#define LAST_PAUSE    (60 * 60000)    /* ms */
#define AGAIN_AFTER   (6 * 60 * 60000) /* ms; a subscription may be lost */
#define PAGE	      "500"
#define LOOKED_AT_ONCE 2000 /* sessions of one tick */

/* ---- who is listed ---- */

/* In a calm room what is only looked at elsewhere is acted upon. */
static enum blocklist_action action_in(const struct room *r,
				       const struct blocklist *b)
{
	if (!room_is_calm(r) || b->action >= BLOCKLIST_KICK)
		return b->action;
	return b->action == BLOCKLIST_VISITOR ? BLOCKLIST_KICK
					      : BLOCKLIST_VISITOR;
}

bool rtbl_is_visitor(const struct room *r, const struct jid *real)
{
	const struct blocklist *b = blocklists_find(&r->site->blocklists,
						    real);

	return b && action_in(r, b) == BLOCKLIST_VISITOR;
}

bool rtbl_keeps_out(const struct room *r, const struct jid *real)
{
	struct blocklist *b = blocklists_find(&r->site->blocklists, real);

	return b && action_in(r, b) >= BLOCKLIST_KICK;
}

bool rtbl_lets_in(const struct act *a)
{
	struct room *r = a->room;
	struct blocklist *b = blocklists_find(&r->site->blocklists,
					      a->stanza->from);
	enum blocklist_action action;
	char *text;

	if (!b)
		return true;
	action = action_in(r, b);
	log_info(LOG_MUC, "%s: %s, who wants to enter, is listed by %s (%s)",
		 jid_text(r->jid), jid_bare(a->stanza->from), b->name,
		 blocklist_action_text(action));
	if (action < BLOCKLIST_KICK)
		return true;
	text = str_format("You are on the block list %s.", b->name);
	act_refuse(a, COND_FORBIDDEN, COND_TYPE_AUTH, text);
	mem_free(&text);
	return false;
}

/* ---- those who are in ---- */

/* One source may be wrong, or taken over: it does not empty the rooms. */
static bool may_remove(struct blocklist *b, int64_t now)
{
	if (throttle_take(&b->removals, 1, now)) {
		b->has_said = false;
		return true;
	}
	if (!b->has_said)
		log_error(LOG_MUC,
			  "block list %s: would remove more people than its "
			  "max_removals an hour; the others stay for now",
			  b->name);
	b->has_said = true;
	return false;
}

static void remove(struct room *r, struct occupant *o, struct blocklist *b)
{
	char *reason = str_format("On the block list %s", b->name);
	const struct presence_note note = { .codes = { 307 },
					    .reason = reason };
	struct leave_party party;

	log_info(LOG_MUC, "%s: %s is listed by %s, and removed",
		 jid_text(r->jid), occupant_bare(o), b->name);
	audit_save(r->site, jid_text(r->jid), b->name, "kick",
		   occupant_bare(o), reason);
	leave_party_init(&party);
	leave_take_out(r, o, &party);
	leave_see_off(r, &party, &note);
	mem_free(&reason);
}

static void mute(struct room *r, struct occupant *o,
		 const struct blocklist *b)
{
	struct rank_change change;

	audit_save(r->site, jid_text(r->jid), b->name, "mute",
		   occupant_bare(o), NULL);
	rank_init_role(&change, o, ROLE_VISITOR, NULL);
	rank_apply(r, &change, 1);
	rank_tell(r, &change, 1, NULL);
	rank_fini(&change);
}

static void act_on(struct room *r, struct occupant *o, struct blocklist *b,
		   struct jid **banned)
{
	switch (action_in(r, b)) {
	case BLOCKLIST_NONE:
		break;
	case BLOCKLIST_LOG:
		log_info(LOG_MUC, "%s: %s, who is here, is listed by %s",
			 jid_text(r->jid), occupant_bare(o), b->name);
		break;
	case BLOCKLIST_VISITOR:
		if (o->role == ROLE_PARTICIPANT)
			mute(r, o, b);
		break;
	case BLOCKLIST_BAN:
	case BLOCKLIST_KICK:
		if (!may_remove(b, site_now(r->site)))
			break;
		if (b->action == BLOCKLIST_BAN && !*banned)
			*banned = jid_to_bare(o->shown->jid);
		remove(r, o, b);
		break;
	}
}

/* Returns whom to ban from the service, owned, or NULL: one at a time, as that
 * goes through all rooms. *count: sessions looked at. */
static struct jid *look_at(struct room *r, size_t *count)
{
	struct occupant *o, *next;
	struct jid *banned = NULL;

	list_each_safe(o, next, &r->roster.occupants, node) {
		struct blocklist *b = NULL;

		*count += occupant_session_count(o);
		if (o->affiliation == AFFILIATION_NONE)
			b = blocklists_find(&r->site->blocklists,
					    o->shown->jid);
		if (b)
			act_on(r, o, b, &banned);
		if (banned)
			return banned;
	}
	r->looked_at = r->site->blocklists.version;
	return NULL;
}

static void look_at_some(struct muc *m)
{
	struct map_cursor cursor;
	size_t count = 0;

	map_begin(m->rooms, &cursor);
	while (count < LOOKED_AT_ONCE && map_next(&cursor)) {
		struct room *r = cursor.value;
		struct jid *banned;

		if (r->looked_at == m->site.blocklists.version)
			continue;
		while ((banned = look_at(r, &count))) {
			(void)muc_ban(m, jid_text(banned), "block list",
				      "block list");
			jid_free(&banned);
		}
		leave_check_empty(r);
		house_finish(m, r);
	}
}

/* ---- asking the sources ---- */

static void send(struct site *site, struct blocklist *b, const char *type,
		 const char *name, const char *jid, const char *after)
{
	struct jid *from = jid_parse(site->domain);
	struct jid *to = jid_parse(b->service);
	struct elem *e, *pubsub, *question, *set;

	rand_id(b->id);
	b->asked = site_now(site);
	e = stanza_elem_new(STANZA_IQ, type, from, b->id);
	pubsub = elem_add(e, "pubsub", NS_PUBSUB);
	question = elem_add(pubsub, name, NULL);
	elem_set_attr(question, "node", b->node);
	elem_set_attr(question, "jid", jid);
	if (b->state == BLOCKLIST_FETCHING) {
		set = elem_add(pubsub, "set", NS_RSM);
		elem_add_with_text(set, "max", NULL, PAGE);
		if (after)
			elem_add_with_text(set, "after", NULL, after);
	}
	site_answer(site, e, to, site->domain);
	jid_free(&from);
	jid_free(&to);
}

static void subscribe(struct site *site, struct blocklist *b)
{
	b->state = BLOCKLIST_SUBSCRIBING;
	send(site, b, "set", "subscribe", site->domain, NULL);
}

static void fetch(struct site *site, struct blocklist *b, const char *after)
{
	b->state = BLOCKLIST_FETCHING;
	if (!after)
		blocklist_begin(b);
	send(site, b, "get", "items", NULL, after);
}

/* What it said before still holds. */
static void give_up(struct site *site, struct blocklist *b, const char *why)
{
	b->pause = b->pause ? 2 * b->pause : FIRST_PAUSE;
	if (b->pause > LAST_PAUSE)
		b->pause = LAST_PAUSE;
	b->state = BLOCKLIST_IDLE;
	b->next = site_now(site) + b->pause;
	map_free(&b->fresh, NULL);
	if (!str_equal(b->trouble, why))
		log_warn(LOG_MUC, "block list %s: %s; tried again", b->name,
			 why);
	str_set(&b->trouble, why);
}

static void become_current(struct site *site, struct blocklist *b)
{
	if (blocklist_end(b))
		site->blocklists.version++;
	b->state = BLOCKLIST_CURRENT;
	b->next = site_now(site) + AGAIN_AFTER;
	b->pause = 0;
	mem_free(&b->trouble);
	log_info(LOG_MUC, "block list %s: %zu entries%s", b->name,
		 map_count(b->entries), b->is_cut ? ", and more" : "");
}

/* ---- what they say ---- */

/* Returns how many there were. */
static size_t take_items(struct blocklist *b, const struct elem *items,
			 const char *ns)
{
	const struct elem *item;
	size_t count = 0;

	for (item = elem_child(items, "item", ns); item;
	     item = elem_next(item, "item", ns)) {
		const char *id = elem_attr(item, "id");

		count++;
		if (id)
			(void)blocklist_add(b, id);
	}
	return count;
}

static void take_page(struct site *site, struct blocklist *b,
		      const struct elem *pubsub)
{
	const struct elem *items = elem_child(pubsub, "items", NS_PUBSUB);
	const struct elem *set = elem_child(pubsub, "set", NS_RSM);
	const char *last = set ? elem_child_text(set, "last", NS_RSM) : NULL;
	size_t before = map_count(b->fresh), count = 0;

	if (items)
		count = take_items(b, items, NS_PUBSUB);
	/* a page that brings nothing new is the last, whatever it says */
	if (count && last && *last && map_count(b->fresh) > before)
		fetch(site, b, last);
	else
		become_current(site, b);
}

static void take_answer(struct site *site, struct blocklist *b,
			const struct stanza *s)
{
	const struct elem *pubsub = elem_child(s->elem, "pubsub", NS_PUBSUB);
	bool is_error = s->type == STANZA_ERROR;

	if (b->state == BLOCKLIST_SUBSCRIBING && !is_error)
		fetch(site, b, NULL);
	else if (b->state == BLOCKLIST_SUBSCRIBING)
		give_up(site, b, "it refused our subscription");
	else if (is_error || !pubsub)
		give_up(site, b, "it did not show us its entries");
	else
		take_page(site, b, pubsub);
}

static void take_event(struct site *site, struct blocklist *b,
		       const struct elem *items)
{
	const struct elem *item;

	if (take_items(b, items, NS_PUBSUB_EVENT))
		site->blocklists.version++;
	for (item = elem_child(items, "retract", NS_PUBSUB_EVENT); item;
	     item = elem_next(item, "retract", NS_PUBSUB_EVENT))
		if (elem_attr(item, "id"))
			blocklist_remove(b, elem_attr(item, "id"));
	log_debug(LOG_MUC, "block list %s: has news; %zu entries", b->name,
		  map_count(b->entries));
}

/* Purged or deleted: asked anew, so that only an answer empties it. */
static void take_news(struct site *site, struct blocklist *b,
		      const struct elem *event)
{
	const struct elem *child;

	for (child = elem_child(event, NULL, NS_PUBSUB_EVENT); child;
	     child = elem_next(child, NULL, NS_PUBSUB_EVENT)) {
		if (!str_equal(elem_attr(child, "node"), b->node))
			continue;
		if (elem_is(child, "items", NS_PUBSUB_EVENT))
			take_event(site, b, child);
		else if (b->state == BLOCKLIST_CURRENT)
			subscribe(site, b);
	}
}

static bool is_answer(const struct blocklist *b, const struct stanza *s)
{
	return s->kind == STANZA_IQ &&
	       (s->type == STANZA_RESULT || s->type == STANZA_ERROR) &&
	       (b->state == BLOCKLIST_SUBSCRIBING ||
		b->state == BLOCKLIST_FETCHING) &&
	       str_equal(stanza_id(s), b->id);
}

bool rtbl_learn(struct muc *m, const struct stanza *s)
{
	const struct elem *event = NULL;
	bool is_taken = false;

	if (s->kind == STANZA_MESSAGE && s->type != STANZA_ERROR)
		event = elem_child(s->elem, "event", NS_PUBSUB_EVENT);
	for (size_t i = 0; i < m->site.blocklists.count; i++) {
		struct blocklist *b = &m->site.blocklists.items[i];

		/* only the service itself can say what is on its list */
		if (!str_equal(b->service, jid_text(s->from)))
			continue;
		if (is_answer(b, s))
			take_answer(&m->site, b, s);
		else if (event && b->state != BLOCKLIST_IDLE)
			take_news(&m->site, b, event);
		else
			continue;
		is_taken = true;
	}
	return is_taken;
}

/* ---- the clock ---- */

static void tick_source(struct site *site, struct blocklist *b, int64_t now)
{
	bool is_asking = b->state == BLOCKLIST_SUBSCRIBING ||
			 b->state == BLOCKLIST_FETCHING;

	if (is_asking && now - b->asked >= ANSWER_WITHIN)
		give_up(site, b, "it does not answer");
	else if (!is_asking && now >= b->next)
		subscribe(site, b);
}

void rtbl_tick(struct muc *m)
{
	struct blocklists *l = &m->site.blocklists;

	for (size_t i = 0; i < l->count; i++)
		tick_source(&m->site, &l->items[i], site_now(&m->site));
	if (l->version)
		look_at_some(m);
}

void muc_blocklists_each(const struct muc *m,
			 void (*fn)(void *owner, const struct rtbl_view *view),
			 void *owner)
{
	for (size_t i = 0; i < m->site.blocklists.count; i++) {
		const struct blocklist *b = &m->site.blocklists.items[i];
		struct rtbl_view view = {
			.name = b->name,
			.action = blocklist_action_text(b->action),
			.state = b->state == BLOCKLIST_CURRENT ? "current"
				 : b->trouble		       ? "failed"
							       : "asking",
			.trouble = b->trouble,
			.entries = map_count(b->entries),
			.is_cut = b->is_cut,
		};

		fn(owner, &view);
	}
}
