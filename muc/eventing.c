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
#include "muc/presence.h"
#include "muc/room.h"
#include "muc/site.h"
#include "xml/elem.h"
#include "xmpp/mark.h"
#include "xmpp/ns.h"
#include "xmpp/stanza.h"

#define KNOWN_MAX 1000  /* capabilities; the oldest go first */
#define QUESTION "caps" /* id: only who was asked can answer it */

static char wanted, unwanted;

void eventing_init(struct eventing *e)
{
	e->known = map_new();
}

void eventing_fini(struct eventing *e)
{
	map_free(&e->known, NULL);
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

/* The lines in memory that the room itself said. */
static void send_past(struct room *r, const struct session *s)
{
	const char *id;
	int64_t at;
	struct elem *line;

	for (size_t i = 0; (line = history_read(&r->history, i, &id, &at));
	     i++) {
		const char *text = elem_child_text(line, "body", NS_SERVER);

		if (text &&
		    str_equal(elem_attr(line, "from"), jid_text(r->jid)))
			/* behind the word that had it said, which was heard
			 * in the same moment: clients sort by time */
			send_line(r, s, text, id, at + 1);
		elem_free(&line);
	}
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

static void ask(struct room *r, struct session *s)
{
	char *node, *ver = read_ver(r, s, &node);
	const char *known = ver ? map_get(r->site->eventing.known, ver) : NULL;
	struct elem *e;

	if (!ver || known == &unwanted) {
		s->events = EVENTING_UNWANTED;
	} else if (known) {
		s->events = EVENTING_WANTED;
		catch_up(r, s);
	} else {
		s->events = EVENTING_ASKED;
		e = stanza_elem_new(STANZA_IQ, "get", r->jid, QUESTION);
		elem_set_attr(elem_add(e, "query", NS_DISCO_INFO), "node",
			      node);
		room_send_elem(r, e, s->jid);
	}
	mem_free(&ver);
	mem_free(&node);
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
 * alone. */
static void learn(struct room *r, const struct session *s,
		  const struct elem *query, bool is_wanted)
{
	struct eventing *e = &r->site->eventing;
	char *node, *ver = read_ver(r, s, &node), *own = caps_make_ver(query);
	struct map_cursor cursor;

	if (ver && str_equal(ver, own) && !map_get(e->known, ver)) {
		map_begin(e->known, &cursor);
		if (map_count(e->known) >= KNOWN_MAX && map_next(&cursor))
			map_steal(e->known, cursor.key);
		map_add(e->known, ver, is_wanted ? &wanted : &unwanted);
	}
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
	s->events = EVENTING_UNWANTED;
	if (a->stanza->type != STANZA_RESULT || !query)
		return;
	if (wants(query))
		s->events = EVENTING_WANTED;
	learn(a->room, s, query, s->events == EVENTING_WANTED);
	if (s->events == EVENTING_WANTED)
		catch_up(a->room, s);
}
