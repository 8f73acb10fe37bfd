/* SPDX-License-Identifier: MIT */
#include "muc/eventing.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/mem.h"
#include "base/rand.h"
#include "base/str.h"
#include "jid/jid.h"
#include "muc/act.h"
#include "muc/caps.h"
#include "muc/edits.h"
#include "muc/presence.h"
#include "muc/room.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/mark.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

#define KNOWN_MAX 1000  /* capabilities; who was not met for long goes first */
#define PATIENCE 10000  /* ms; one is asked for all, so long */
#define QUESTION "caps" /* id: only who was asked can answer it */

struct known {
	enum eventing_wish wish; /* ASKED, UNWANTED, WANTED */
	int64_t asked;           /* ms */
};

void eventing_init(struct eventing *e)
{
	e->known = map_new();
}

void eventing_fini(struct eventing *e)
{
	map_free(&e->known, free);
}

/* ---- sending ---- */

/* XEP-0316 #room: of the room's own node, about what goes on in it. */
static struct elem *build(const struct room *r, const char *text,
			  const char *id)
{
	struct elem *e =
		stanza_elem_new(STANZA_MESSAGE, "headline", r->jid, id);
	struct elem *event = elem_add(e, "event", NS_PUBSUB_EVENT), *child;

	child = elem_add(event, "items", NULL);
	elem_set_attr(child, "node", NS_CONFERENCE_INFO);
	child = elem_add(child, "item", NULL);
	elem_set_attr(child, "id", id);
	child = elem_add(child, "conference-info", NS_CONFERENCE_INFO);
	child = elem_add(child, "activity", NS_ACTIVITY);
	elem_add(child, "other", NULL);
	elem_add_with_text(child, "text", NULL, text);
	return e;
}

static void ask(struct room *r, struct session *s);

static void send_line(struct room *r, const struct session *s, const char *text,
		      const char *id, int64_t at)
{
	struct elem *e = build(r, text, id);

	mark_add_stanza_id(e, id, r->jid);
	if (at)
		mark_add_delay(e, r->jid, at);
	room_send_elem(r, e, s->jid);
}

void eventing_say(struct room *r, const char *text, const char *id)
{
	struct occupant *o;
	struct session *s;

	list_each(o, &r->roster.occupants, node) {
		list_each(s, &o->sessions, node) {
			if (s->events == EVENTING_UNKNOWN)
				ask(r, s);
			else if (s->events == EVENTING_WANTED)
				send_line(r, s, text, id, 0);
		}
	}
}

void eventing_tell(struct room *r, struct session *to, const char *text,
		   const char *id)
{
	if (to->events == EVENTING_WANTED)
		room_send_elem(r, build(r, text, id), to->jid);
}

/* ---- who came lately ---- */

/* A line in memory that the room itself said. */
struct past {
	struct elem *line; /* owned */
	const char *id;    /* borrowed from memory */
	const char *about; /* its id, or that of the line that it corrects */
	int64_t at;        /* ms */
};

/* Owned, oldest first. */
static struct past *read_past(const struct room *r, size_t *count_out)
{
	struct past *all = mem_zero(r->history.count + 1, sizeof(*all));
	struct past p;
	size_t count = 0;

	for (size_t i = 0;
	     (p.line = history_read(&r->history, i, &p.id, &p.at)); i++) {
		const char *corrected = edits_target(p.line);

		p.about = corrected ? corrected : p.id;
		if (elem_child(p.line, "body", NS_SERVER) &&
		    str_equal(elem_attr(p.line, "from"), jid_text(r->jid)))
			all[count++] = p;
		else
			elem_free(&p.line);
	}
	*count_out = count;
	return all;
}

/* Of a line and its corrections the last one: an event cannot take the place of
 * another, and who comes needs no queue of before. */
static void send_past(struct room *r, const struct session *s)
{
	size_t count;
	struct past *all = read_past(r, &count);
	struct map *last = map_new();

	for (size_t i = 0; i < count; i++)
		(void)!map_put(last, all[i].about, &all[i]);
	for (size_t i = 0; i < count; i++) {
		struct past *p = &all[i];

		/* behind the word that had it said, which was heard in the
		 * same moment: clients sort by time */
		if (map_get(last, p->about) == p)
			send_line(r, s,
				  elem_child_text(p->line, "body", NS_SERVER),
				  p->id, p->at + 1);
	}
	for (size_t i = 0; i < count; i++)
		elem_free(&all[i].line);
	map_free(&last, NULL);
	mem_free(&all);
}

static void send_note_well(struct room *r, const struct session *s)
{
	char id[RAND_ID_SIZE];

	rand_id(id);
	room_send_elem(r, build(r, r->site->note_well, id), s->jid);
}

static void catch_up(struct room *r, struct session *s)
{
	send_past(r, s);
	if (s->owes_note_well && r->site->note_well)
		send_note_well(r, s);
	s->owes_note_well = false;
}

/* ---- who wants them ---- */

/* XEP-0115 #advertise: the hash that names what the client can, owned, or NULL. */
static char *read_ver(const struct room *r, const struct session *s,
		      char **node_out)
{
	const struct elem *e = presence_recall(r, s->presence);
	const struct elem *c = elem_child(e, "c", NS_CAPS);
	char *ver = NULL;

	*node_out = NULL;
	if (c && str_equal(elem_attr(c, "hash"), "sha-1") &&
	    elem_attr(c, "ver") && elem_attr(c, "node")) {
		ver = str_dup(elem_attr(c, "ver"));
		*node_out = str_format("%s#%s", elem_attr(c, "node"), ver);
	}
	return ver;
}

static struct known *get_known(struct eventing *e, const char *ver)
{
	struct known *k = map_get(e->known, ver);
	struct map_cursor cursor;

	if (k) {
		map_to_end(e->known, ver);
		return k;
	}
	map_begin(e->known, &cursor);
	if (map_count(e->known) >= KNOWN_MAX && map_next(&cursor))
		free(map_steal(e->known, cursor.key));
	k = mem_new(struct known);
	k->wish = EVENTING_UNKNOWN;
	map_add(e->known, ver, k);
	return k;
}

static void send_question(struct room *r, const struct session *s,
			  const char *node)
{
	struct elem *e = stanza_elem_new(STANZA_IQ, "get", r->jid, QUESTION);

	elem_set_attr(elem_add(e, "query", NS_DISCO_INFO), "node", node);
	room_send_elem(r, e, s->jid);
}

/* Of many clients of a kind one is asked; the others find out by its answer, or at
 * the room's next line. */
static void ask(struct room *r, struct session *s)
{
	char *node, *ver = read_ver(r, s, &node);
	struct known *k = ver ? get_known(&r->site->eventing, ver) : NULL;
	int64_t now = site_now(r->site);

	if (!k || k->wish == EVENTING_UNWANTED) {
		s->events = EVENTING_UNWANTED;
	} else if (k->wish == EVENTING_WANTED) {
		s->events = EVENTING_WANTED;
		catch_up(r, s);
	} else if (k->wish == EVENTING_UNKNOWN || now - k->asked >= PATIENCE) {
		*k = (struct known){ EVENTING_ASKED, now };
		s->events = EVENTING_ASKED;
		send_question(r, s, node);
	}
	mem_free(&ver);
	mem_free(&node);
}

/* Those who waited for another's answer. */
static void ask_others(struct room *r)
{
	struct occupant *o;
	struct session *s;

	list_each(o, &r->roster.occupants, node)
		list_each(s, &o->sessions, node)
			if (s->events == EVENTING_UNKNOWN)
				ask(r, s);
}

void eventing_welcome(struct room *r, struct session *s, bool was_told)
{
	s->owes_note_well = was_told;
	if (s->events == EVENTING_WANTED)
		catch_up(r, s);
	else if (s->events == EVENTING_UNKNOWN)
		ask(r, s);
}

/* XEP-0115 #ver-proc: what does not hash to what was named counts for this client
 * alone, and another is asked. query: NULL, an error. */
static void learn(struct room *r, const struct session *s,
		  const struct elem *query)
{
	char *node, *ver = read_ver(r, s, &node);
	char *own = query ? caps_make_ver(query) : NULL;
	struct known *k = ver ? get_known(&r->site->eventing, ver) : NULL;

	if (k && str_equal(ver, own))
		k->wish = s->events;
	else if (k && k->wish == EVENTING_ASKED)
		k->wish = EVENTING_UNKNOWN;
	mem_free(&ver);
	mem_free(&node);
	mem_free(&own);
}

static bool wants(const struct elem *query)
{
	const struct elem *feature;

	for (feature = elem_child(query, "feature", NS_DISCO_INFO); feature;
	     feature = elem_next(feature, "feature", NS_DISCO_INFO))
		if (str_equal(elem_attr(feature, "var"),
			      NS_CONFERENCE_INFO "+notify"))
			return true;
	return false;
}

void eventing_hear(struct act *a)
{
	struct session *s = a->session;
	const struct elem *query =
		elem_child(a->stanza->elem, "query", NS_DISCO_INFO);

	if (!s || s->events != EVENTING_ASKED ||
	    !str_equal(stanza_id(a->stanza), QUESTION))
		return;
	if (a->stanza->type != STANZA_RESULT)
		query = NULL;
	s->events = query && wants(query) ? EVENTING_WANTED : EVENTING_UNWANTED;
	learn(a->room, s, query);
	if (s->events == EVENTING_WANTED)
		catch_up(a->room, s);
	ask_others(a->room);
}
